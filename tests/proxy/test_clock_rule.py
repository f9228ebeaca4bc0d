"""createdAt is held to the present where passing creates show what the present is."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest

from execmock.core.contract.names import CREATE
from execmock.core.durations import format_instant
from execmock.loading.contract import shipped_contract
from execmock.proxy.rules import RULES
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange, Request

NOON = 1_767_268_800
MINUTE, HOUR = 60, 3600


def create(at: float, off: float, *, clock: float | None = None, **fields: Any) -> Exchange:
    """A create at so many seconds past noon, with a createdAt that is `off` seconds later.

    A mock's clock shows `clock`, in the same seconds.
    """
    headers = {"date": formatdate(NOON + at, usegmt=True)}
    if clock is not None:
        headers["x-execmock-clock"] = shown(clock)
    create = Exchange(
        number=round(at * 100),
        probe="",
        label="",
        operation=CREATE,
        identity="KEY_1",
        request=Request("POST", "http://host/v1/executions", {}),
        sent=at,
        received=at + 0.01,
        status=200,
        json={"data": {"execution": {"id": f"exec_{at}", "createdAt": shown(at + off)}}},
        headers=headers,
    )
    return replace(create, **fields)


def shown(seconds: float) -> str:
    return format_instant(round((NOON + seconds) * 1000))


def judged(*creates: Exchange) -> list[bool | None]:
    evidence = Evidence(shipped_contract(), creates)
    rule = next(rule for rule in RULES if rule.id == "passing.created-now")
    return [each.ok for each in rule.judge(evidence)]


@pytest.mark.parametrize(
    ("off", "right"), [(0, True), (5 * MINUTE, True), (-30 * MINUTE, False), (2 * HOUR, False)]
)
def test_a_clock_that_runs_may_be_minutes_off_and_not_hours(off: float, right: bool) -> None:
    assert judged(create(0, off), create(10, off)) == [right, right]


def test_a_clock_that_tests_hold_is_not_judged() -> None:
    one, later = create(0, 2 * HOUR), create(10, 2 * HOUR)
    assert judged(one) == []  # nothing shows that it runs
    assert judged(one, create(1, 2 * HOUR)) == []
    assert judged(one, create(10, 2 * HOUR - 10)) == []  # it stands still
    assert judged(one, create(10, 3 * HOUR)) == []  # it was moved between
    assert judged(one, create(10, 2 * HOUR + 590)) == []  # it runs sixty times as fast
    assert judged(create(0, 24 * HOUR), create(10, 24 * HOUR)) == []  # it began elsewhere
    assert judged(one, later) == [False, False]


def test_a_mock_is_judged_by_its_own_clock() -> None:
    assert judged(create(0, 400 * HOUR, clock=400 * HOUR)) == [True]
    assert judged(create(0, 402 * HOUR, clock=400 * HOUR)) == [False]


def test_what_says_nothing_of_the_present_is_not_judged() -> None:
    right = (create(0, 2 * HOUR), create(10, 2 * HOUR))
    assert judged(*right, create(5, -9 * HOUR, label="repeat/")) == [False, False]
    assert judged(*right, create(5, -9 * HOUR, headers={})) == [False, False]
    assert judged(*right, create(5, -9 * HOUR, headers={"date": "now"})) == [False, False]
