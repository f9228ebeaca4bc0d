"""A finding on the order of a list names the executions that changed places, with their times."""

from __future__ import annotations

import pytest

from execmock.verify.exchange import Exchange
from execmock.verify.requests import LIST
from execmock.verify.wording import shown
from tests.verify.test_judging import results, seen

DAY = "2026-01-01T09:00"


def listed(number: int, probe: str, label: str, *items: tuple[str, str]) -> Exchange:
    """Return a page with these ids, created at these seconds."""
    data = {"items": [{"id": name, "createdAt": f"{DAY}:{second}Z"} for name, second in items]}
    return seen(number, {"data": data}, operation=LIST, probe=probe, label=label)


def told(rule: str, *pages: Exchange) -> list[tuple[str, str]]:
    return [(shown(each.check.expected), shown(each.check.actual)) for each in results(*pages)[rule].findings]


NEWEST, MIDDLE, OLDEST = ("exec_c", "30"), ("exec_b", "20"), ("exec_a", "10")
TURNED = f'"exec_a" of "{DAY}:10Z" before "exec_b" of "{DAY}:20Z"'


@pytest.mark.parametrize(
    ("probe", "labels", "expected"),
    [
        ("paging", ("walk/100", "walk/7"), "the order of an earlier answer"),
        ("paging", ("walk/100", "twice/first"), "the order of an earlier answer"),
        ("histories", ("list", "list"), "the order of the answer before"),
    ],
)
def test_two_answers_in_different_orders(probe: str, labels: tuple[str, str], expected: str) -> None:
    pages = (
        listed(1, probe, labels[0], NEWEST, MIDDLE, OLDEST),
        listed(2, probe, labels[1], NEWEST, OLDEST, MIDDLE),
    )
    assert told("list.stable-order", *pages) == [(expected, TURNED)]


def test_one_answer_that_is_not_newest_first() -> None:
    page = listed(1, "basics", "list", NEWEST, OLDEST, MIDDLE)
    assert told("list.newest-first", page) == [("createdAt falling", TURNED)]


def test_what_keeps_its_order_is_not_reported() -> None:
    pages = (listed(1, "paging", "walk/100", NEWEST, MIDDLE, OLDEST), listed(2, "paging", "walk/7", MIDDLE))
    assert [told(rule, *pages) for rule in ("list.stable-order", "list.newest-first")] == [[], []]
