"""`verify` finds what a mock does wrong by the rule that the docs name, and nothing in what only passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from execmock.core.fault_effect_source import WrongHow
from execmock.core.faults import WRONG
from execmock.testing import ExecMock
from execmock.verify import verify
from execmock.verify.report import Report
from tests.verify.judging import broken
from tests.verify.mock_faults import FOUND, IN_PASSING, Found

JUDGED = ("create.shape", "get.shape", "lifecycle", "list.shape", "public.shape", "timeline")


OF_ITSELF = "clock.present"
"""The rule on a clock that the run does not move."""


def judged(mock: ExecMock, pass_time: Callable[[int], None] | None, only: tuple[str, ...]) -> Report:
    return verify(
        url=mock.url,
        token="b3sk_test",
        sandbox=False,
        pass_time=pass_time,
        effort="quick",
        level="advisory",
        only=only,
        generated=False,
    )


def findings(faults: Any, only: tuple[str, ...]) -> set[str]:
    """Return the rules that find something in a mock with faults that are named in no header."""
    with ExecMock(frozen=True, seed=7, auth="open", quiet_faults=True) as mock:
        added = [mock.fault(fault) for fault in faults]

        def pass_time(milliseconds: int) -> None:
            mock.clock.advance(f"{milliseconds}ms")

        report = judged(mock, None if OF_ITSELF in only else pass_time, only)
        assert [fault.name for fault in added if not fault.struck] == []
    return broken(report)


@pytest.mark.parametrize("found", [one for one in FOUND if one.rule], ids=lambda one: one.text)
def test_the_rule_that_the_docs_name_finds_it(found: Found) -> None:
    # Lists are compared by what other rules on them ask for too.
    only = (found.rule, "list.stable-order") if found.rule == "list.newest-first" else (found.rule,)
    assert findings([found.fault], only) == {found.rule}


@pytest.mark.parametrize("found", [one for one in FOUND if not one.rule], ids=lambda one: one.text)
def test_what_is_no_violation_is_not_found(found: Found) -> None:
    assert findings([found.fault], JUDGED) == set()


@pytest.mark.parametrize(("text", "only"), IN_PASSING, ids=[text for text, _ in IN_PASSING])
def test_what_a_service_shows_in_passing_leads_to_no_accusation(text: str, only: tuple[str, ...]) -> None:
    assert findings(Found("", text).fault, only) == set()


def test_time_that_passes_until_a_lost_create_is_sent_again_is_no_violation() -> None:
    rules = ("create.status-initial", "timeline.not-before-status")
    with ExecMock(seed=7, auth="open", speed=60) as mock:
        lost = mock.fault(operation="createExecution", every=2, broken="lost")
        report = judged(mock, lambda _: None, rules)
        assert lost.struck
    assert broken(report) == set()


def test_every_way_to_be_wrong_is_in_the_table() -> None:
    ways = {fault["wrong"] if isinstance(fault["wrong"], str) else fault["wrong"]["how"] for fault in wrong()}
    assert ways == set(WRONG) == set(get_args(WrongHow))


def wrong() -> list[Any]:
    return [found.fault for found in FOUND if "wrong" in found.fault]
