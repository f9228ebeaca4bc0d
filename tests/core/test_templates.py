"""Texts with names in double braces: looked up, never run, and checked before they are used."""

from __future__ import annotations

from typing import Any

import pytest

from execmock.core.templates import Names, compile_template, render, unknown_names

NAMES = Names(
    {"execution": ("id", "status"), "signal": ("name", "payload"), "steps": ("first", "a-b"), "free": None}
)
CONTEXT = {
    "execution": {"id": "exec_1", "status": "running"},
    "signal": {"name": "go", "payload": {"items": [{"n": 2**70}, True], "text": "é"}},
    "steps": {"first": {"at": "now"}},
}


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
        ("{{ signal.payload.text.x }}", None),
        ("{{ execution.orderId }}", None),
        ("order {{ execution.orderId }}", "order "),
        ({"a": ["{{ steps.first.at }}", 1]}, {"a": ["now", 1]}),
        (7, 7),
        (None, None),
    ],
)
def test_a_name_becomes_its_value(template: Any, value: Any) -> None:
    assert render(compile_template(template), CONTEXT) == value


@pytest.mark.parametrize(
    ("template", "value"),
    [("{{ signal.payload.items }}", f'[{{"n":{2**70}}},true]'), ("{{ execution.orderId }}", ""), ("x", "x")],
)
def test_where_text_is_wanted_one_name_alone_is_text(template: str, value: str) -> None:
    assert render(compile_template(template, text=True), CONTEXT) == value


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
        ("{{ }}", (), "{{  }} is not a name; expected one such as execution.id"),
        ("{{ 1 + 1 }}", (), "{{ 1 + 1 }} is not a name"),
        ("{{ a.b() }}", (), "{{ a.b() }} is not a name"),
        ("{{ execution.id", (), "{{ is never closed by }}"),
        ({"a": ["x", "{{ nope }}"]}, ("a", 1), "unknown name 'nope'"),
    ],
)
def test_a_name_that_cannot_exist_is_found_before(
    value: Any, path: tuple[str | int, ...], problem: str
) -> None:
    [(where, message)] = list(unknown_names(value, NAMES))
    assert where == path
    assert message.startswith(problem)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "}}",
        "{ x }",
        "{{ free }}",
        "{{ free.any.thing }}",
        "{{ signal.payload.x.0 }}",
        "{{ steps.a-b.at }}",
    ],
)
def test_a_name_that_may_exist_is_no_mistake(value: str) -> None:
    assert list(unknown_names(value, NAMES)) == []
