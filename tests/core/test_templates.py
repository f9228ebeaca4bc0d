"""Texts with expressions in double braces: looked up, never run, and checked before they are used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.templates import (
    Measure,
    Names,
    compile_template,
    is_whole,
    literal,
    render,
    wrong_templates,
)
from execmock.core.templates.limits import LONGEST_TEXT

NAMES = Names(
    {"execution": ("id", "status"), "signal": ("name", "payload"), "steps": ("first", "a-b"), "free": None}
)
CONTEXT = {
    "execution": {"id": "exec_1", "status": "running"},
    "signal": {
        "name": "go",
        "payload": {
            "items": [{"n": 2**70}, True],
            "text": "é",
            "cents": 123_450,
            "half": 0.5,
            "gone": None,
            "huge": 10**301,
        },
    },
    "steps": {"first": {"at": "2026-03-29T00:30:00.000Z"}},
    "free": "Ada brandt",
}


def shown(template: Any, **more: Any) -> Any:
    assert list(wrong_templates(template, NAMES)) == []
    return render(compile_template(template, **more), CONTEXT)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("plain", "plain"),
        ("{{ execution.id }}", "exec_1"),
        ("{{execution.id}}", "exec_1"),
        ("inv_{{ execution.id }}!", "inv_exec_1!"),
        ("{{ execution.id }}{{ execution.status }}", "exec_1running"),
        ("{{ signal.payload.items.0.n }}", 2**70),
        ("{{ signal.payload.items }}", [{"n": 2**70}, True]),
        ("has {{ signal.payload.items }}", f'has [{{"n":{2**70}}},true]'),
        ("{{ signal.payload.items.7 }}", None),
        ("{{ signal.payload.items.x }}", None),
        ("{{ signal.payload.items." + "9" * 500 + " }}", None),
        ("{{ signal.payload.text.x }}", None),
        ("{{ signal.payload.orderId }}", None),
        ("order {{ signal.payload.orderId }}", "order "),
        ({"a": ["{{ steps.first.at }}", 1]}, {"a": ["2026-03-29T00:30:00.000Z", 1]}),
        (7, 7),
        (None, None),
        ("}}", "}}"),
        ("{ x }", "{ x }"),
        ("{{ free.any.thing }}", None),
        ("{{ steps.a-b.at }}", None),
    ],
)
def test_a_name_becomes_its_value(template: Any, value: Any) -> None:
    assert shown(template) == value


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ '{{' }} execution.id }}", "{{ execution.id }}"),
        ('{{ "}}" }}', "}}"),
        ("{{ 'a' }}{{ 'b' }}", "ab"),
        ("{{ true }}", True),
        ("{{ 1.50 }}", 1.5),
        ("{{ null }}", None),
    ],
)
def test_a_literal_stands_for_itself(template: str, value: Any) -> None:
    assert shown(template) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("7 % 4", 3),
        ("10 / 4", 2.5),
        ("10 / 5", 2),
        ("0.1 + 0.2", 0.3),
        ("-2 * -3", 6),
        ("signal.payload.cents / 100", 1234.5),
        ("signal.payload.items.0.n + 1", 2**70 + 1),
        ("signal.payload.half * 3", 1.5),
        ("1 / 0", None),
        ("signal.payload.huge + 1", None),
        ("true + 1", None),
        ("1 % 0", None),
        ("signal.payload.text + 1", None),
        ("signal.payload.items.1 + 1", None),
        ("signal.payload.gone + 1", None),
        (" * ".join(["10000000000"] * 40), None),
        ("signal.payload.cents / 100 + 1 | number(1)", "1235.5"),
    ],
)
def test_arithmetic_is_that_of_decimal_numbers(expression: str, value: Any) -> None:
    found = shown("{{ " + expression + " }}")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("free | upper", "ADA BRANDT"),
        ("free | lower", "ada brandt"),
        ("'straße' | capitalize", "Straße"),
        ("free | lower | capitalize", "Ada brandt"),
        ("signal.payload.cents | upper", None),
        ("signal.payload.gone | default('none')", "none"),
        ("signal.payload.gone | default(-1)", -1),
        ("signal.payload.half | default('none')", 0.5),
        ("signal.payload.text + 1 | default(0)", 0),
        ("2.345 | round(2)", 2.35),
        ("2.5 | round", 3),
        ("'2' | round", None),
        ("signal.payload.cents / 100 | number(2, ',')", "1,234.50"),
        ("signal.payload.cents / 100 | number(2, '.', ',')", "1.234,50"),
        ("signal.payload.cents | number", "123450"),
        ("-0.001 | number(2)", "0.00"),
        ("steps.first.at | date('%d.%m.%Y %H:%M')", "29.03.2026 00:30"),
        ("steps.first.at | date('%d.%m.%Y %H:%M %Z', 'Europe/Berlin')", "29.03.2026 01:30 CET"),
        ("free | date('%Y')", None),
        ("signal.payload.cents | date('%Y')", None),
        ("'9999-12-31T23:59:59Z' | date('%Y', 'Asia/Tokyo')", None),
    ],
)
def test_a_filter_makes_something_of_a_value(expression: str, value: Any) -> None:
    assert shown("{{ " + expression + " }}") == value


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ signal.payload.items }}", f'[{{"n":{2**70}}},true]'),
        ("{{ signal.payload.orderId }}", ""),
        ("{{ 1 + 1 }}", "2"),
        ("x", "x"),
    ],
)
def test_where_text_is_wanted_one_placeholder_alone_is_text(template: str, value: str) -> None:
    assert shown(template, text=True) == value


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        (
            "{{ exec.id }}",
            (),
            "unknown name 'exec'; expected one of execution, signal, steps, free. Did you mean",
        ),
        ("{{ execution.idd }}", (), "unknown name 'execution.idd'. Did you mean 'id'? Valid: id, status"),
        ("{{ execution }}", (), "unknown name 'execution'. Valid: id, status"),
        ("{{ steps.first.until }}", (), "unknown name 'steps.first.until'; expected steps.first.at"),
        ("{{ steps.a-b }}", (), "unknown name 'steps.a-b'; expected steps.a-b.at"),
        ("{{ 1 + exec.id | upper }}", (), "unknown name 'exec'"),
        ("{{ }}", (), "in {{  }}: expected a name such as execution.id, a number or a quoted text, received"),
        ("{{ a.b() }}", (), "in {{ a.b() }}: expected an operator, a filter after |, or }}, received ("),
        ("{{ free.__class__() }}", (), "in {{ free.__class__() }}: expected an operator"),
        ("{{ free[0] }}", (), "in {{ free[0] }}: '[0]' is no name, number, quoted text or operator"),
        ("{{ 'a }}", (), "{{ is never closed by }}; two braces as such are written {{ '{{' }}"),
        ("{{ a 'b }} ' }}", (), "in {{ a 'b }} ' }}: expected an operator"),
        ("{{ (1 + 2 }}", (), "in {{ (1 + 2 }}: expected ), received nothing"),
        ("{{ 1 + }}", (), "in {{ 1 + }}: expected a name such as execution.id"),
        (
            "{{ free | uper }}",
            (),
            "in {{ free | uper }}: unknown filter 'uper'; expected one of upper, lower",
        ),
        ("{{ free | }}", (), "in {{ free | }}: expected a filter after |, one of upper, lower"),
        ("{{ free | upper(1) }}", (), "in {{ free | upper(1) }}: the filter upper is written as upper"),
        (
            "{{ free | default }}",
            (),
            "in {{ free | default }}: the filter default is written as default(VALUE)",
        ),
        ("{{ 1 | round(21) }}", (), "in {{ 1 | round(21) }}: the filter round is written as round or round("),
        (
            "{{ 1 | number(2, 'much') }}",
            (),
            "in {{ 1 | number(2, 'much') }}: the filter number is written as",
        ),
        ("{{ free | date('%9999d') }}", (), "in {{ free | date('%9999d') }}: the filter date is written as"),
        ("{{ free | date('%Y', 'Berlin') }}", (), "in {{ free | date('%Y', 'Berlin') }}: the filter date is"),
        ("{{ free | date('%Y', '../x') }}", (), "in {{ free | date('%Y', '../x') }}: the filter date is"),
        ("{{ free | default(free) }}", (), "in {{ free | default(free) }}: expected a value, received free"),
        ("{{ execution.id", (), "{{ is never closed by }}"),
        ({"a": ["x", "{{ nope }}"]}, ("a", 1), "unknown name 'nope'"),
        ("{{ " + "1 + " * 60 + "1 }}", (), "in {{ 1 + 1"),
        ("{{ '" + "x" * 1_001 + "' }}", (), "in {{ 'xxx"),
    ],
)
def test_what_cannot_be_looked_up_is_found_before(
    value: Any, path: tuple[str | int, ...], problem: str
) -> None:
    [(where, message)] = list(wrong_templates(value, NAMES))
    assert where == path
    assert message.startswith(problem)


@pytest.mark.parametrize(
    ("value", "whole", "rest"),
    [
        ("{{ free }}", True, ""),
        ("{{ 'a }} b' }}", True, ""),
        ("a{{ free }}", False, "a"),
        ("{{ free }}{{ free }}", False, ""),
        ("{{ free", False, "{{ free"),
        ({"a": "{{ free }}"}, False, None),
    ],
)
def test_one_placeholder_alone_is_told_from_a_text(value: Any, whole: bool, rest: str | None) -> None:
    assert is_whole(value) is whole
    assert rest is None or literal(value) == rest


@pytest.mark.parametrize("unit", ["{{", "{{ ", " ", "{{a ", "{{'", "}", "{{ 'a' }}", "{{ a | "])
def test_each_character_is_looked_at_once(unit: str, tracked_steps: Any) -> None:
    """Ten times the text is not much more than ten times the work, whatever it holds."""
    short, long = ("{{" + unit * count for count in (200, 2_000))
    work = tracked_steps(lambda: list(wrong_templates(short, NAMES)))
    assert tracked_steps(lambda: list(wrong_templates(long, NAMES))) <= 15 * work


@pytest.fixture
def tracked_steps() -> Any:
    """Count the lines that run meanwhile."""

    def steps(work: Callable[[], object]) -> int:
        count = 0

        def line(*_: Any) -> Any:
            nonlocal count
            count += 1
            return line

        before = sys.gettrace()
        sys.settrace(line)
        try:
            work()
        finally:
            sys.settrace(before)
        return count

    return steps


@given(st.text(alphabet="{}'\" |+-()a.1%,", max_size=40))
def test_any_text_is_rendered_or_refused(text: str) -> None:
    problems = list(wrong_templates(text, Names({"a": None})))
    assert all(isinstance(message, str) for _, message in problems)
    if not problems:
        render(compile_template(text), {"a": 1})


def test_a_text_ends_after_so_many_characters() -> None:
    twice = compile_template("{{ free }}{{ free }}", text=True)
    assert len(render(twice, {"free": "x" * (LONGEST_TEXT - 1)})) == LONGEST_TEXT


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"a": [1, "x", None]}, True),
        (["x"] * 99_999, True),
        (["x"] * 100_000, False),
        (["x" * 2_500_000] * 2, False),
        ({"x" * 4_000_001: 1}, False),
        ([[0] * 50_000] * 2, False),
    ],
)
def test_what_is_too_large_to_show_is_told(value: Any, fits: bool) -> None:
    measure = Measure()
    assert measure.fits(value) is fits
    assert measure.fits(value) is fits


def test_what_is_nested_too_deep_is_told() -> None:
    measure, value = Measure(), nested(99)
    assert measure.fits(value)
    assert not measure.fits([value])
    assert not Measure().fits(nested(5_000))


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_what_occurs_many_times_is_measured_once(tracked_steps: Any) -> None:
    measure, part = Measure(), [0] * 1_000
    once = tracked_steps(lambda: measure.fits([part]))
    assert tracked_steps(lambda: measure.fits([part, part])) < once / 10
