"""How time passes in a run: moved by whoever holds the target's clock, or by waiting."""

from __future__ import annotations

from collections import defaultdict

import pytest

from execmock.errors import ConfigError
from execmock.verify.outcome import Outcome
from tests.verify.judging import judged, pass_time
from tests.verify.target import HandClock, running, wall_clock
from tests.verify.target.plans import PLANS, TERMINAL

FOLLOWING = ("lifecycle", "timeline")
LONG = 120_000
"""Milliseconds in which the target's four seconds end on any machine; a run goes on when they have ended."""


def test_every_status_of_every_plan_is_seen_when_the_clock_is_held() -> None:
    """What the faults that last for one status only rest upon."""
    with running() as target:
        report = judged(target, only=FOLLOWING)
    seen = defaultdict(set)
    for history in report.histories:
        workflow = history.observations[0].execution["workflowId"]
        seen[workflow] |= {sample.status for sample in history.observations}
    assert seen == {
        workflow: {step.status for step in plan if step.status is not None}
        for workflow, plan in PLANS.items()
    }


async def waiting(milliseconds: int) -> None:
    """Let nothing pass."""


def test_a_clock_that_never_moves_leaves_what_needs_time_undecided() -> None:
    with running() as target:
        report = judged(target, only=("lifecycle.finished-at", "lifecycle.terminal-final"), pass_time=waiting)
    outcomes = {result.rule.id: result.outcome for result in report.results}
    assert outcomes["lifecycle.terminal-final"] is Outcome.INCONCLUSIVE
    assert {sample.status for history in report.histories for sample in history.observations}.isdisjoint(
        TERMINAL
    )


def test_a_coroutine_function_may_move_the_clock() -> None:
    passed = []
    with running() as target:
        move = pass_time(target)
        assert move is not None

        async def advance(milliseconds: int) -> None:
            passed.append(milliseconds)
            move(milliseconds)

        report = judged(target, only=FOLLOWING, pass_time=advance)
    assert isinstance(target.behaviour.clock, HandClock)
    assert {result.outcome for result in report.results} == {Outcome.PASSED}
    assert sum(passed) == (target.behaviour.clock.now - HandClock().now).total_seconds() * 1000 > 10_000


def test_what_moves_the_clock_and_fails_is_named() -> None:
    def stuck(milliseconds: int) -> None:
        raise ValueError("the clock is stuck")

    with running() as target, pytest.raises(ConfigError) as caught:
        judged(target, only=FOLLOWING, pass_time=stuck)
    assert str(caught.value) == "pass_time(100) raised ValueError('the clock is stuck')"


def test_what_cannot_move_a_clock_is_named() -> None:
    with running() as target, pytest.raises(ConfigError, match="expected a function that takes milliseconds"):
        judged(target, pass_time=5)


@pytest.mark.parametrize(
    ("fault", "rules"),
    [
        (None, set()),
        ("no-finished-at", {"lifecycle.finished-at"}),
        ("events-cleared-at-end", {"timeline.append-only", "timeline.not-empty"}),
        ("external-ref-vanishes", {"lifecycle.write-once"}),
    ],
)
def test_in_real_time_what_stays_wrong_is_found_and_nothing_else(fault: str | None, rules: set[str]) -> None:
    with running(fault=fault, speed=2.5, clock=wall_clock) as target:
        report = judged(target, only=FOLLOWING, soak=LONG)
    causes = {
        result.rule.id for result in report.results if any(not finding.under for finding in result.findings)
    }
    assert causes == rules
    assert {result.rule.id for result in report.results if not result.observations} == set()
