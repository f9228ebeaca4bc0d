"""How an execution moves: a pure function of its scenario, its state, an input and an instant.

There are no timers. Called for an instant, `progress` goes through every transition that fell due until then,
in order, so that a late read finds a complete and correctly dated history. Advancing by a and then by b is
advancing by a + b, and past visits never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from execmock.core.ids import draw
from execmock.core.scenario.model import Scenario
from execmock.core.scenario.triggers import Trigger
from execmock.core.visit import Visit

__all__ = [
    "MOST_VISITS",
    "Input",
    "Jump",
    "Poll",
    "Progress",
    "Signal",
    "Tick",
    "begin",
    "counts_reads",
    "next_due",
    "open_triggers",
    "progress",
    "standing",
    "taken",
]

MOST_VISITS = 10_000
"""Steps that time alone leads through; a scenario that loops on longer than this stays where it is."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an execution stands: every visit so far, and how many reads have seen the present one."""

    visits: tuple[Visit, ...]
    polls: int = 0

    @property
    def current(self) -> Visit:
        """The present visit."""
        return self.visits[-1]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time goes on, nothing else."""


@dataclass(frozen=True, slots=True)
class Poll:
    """The execution is read by id. The answer shows the state before the poll counts."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal arrives; a step that does not wait for it stays."""

    name: str
    payload: Any = None


@dataclass(frozen=True, slots=True)
class Jump:
    """The execution is led through `steps`, positions in the scenario, at once.

    `after` is how many visits it had made when the way was chosen; if it has moved since, it stays.
    """

    steps: tuple[int, ...]
    after: int


Input = Tick | Poll | Signal | Jump


@lru_cache(maxsize=256)
def begin(at: int) -> Progress:
    """Return the state of an execution created at an instant, in the first step: the same for all of them."""
    return Progress((Visit(0, at),))


def progress(scenario: Scenario, state: Progress, what: Input, now: int, seed: bytes) -> Progress:
    """Return the state at `now`, after everything that fell due and then the input.

    `seed` is the execution's own; every drawn duration and chance follows from it. For an input
    that leads nowhere it returns the state that time alone has led to.
    """
    state, _ = standing(scenario, state, now, seed)
    if isinstance(what, Tick):
        return state
    moved = _moved(scenario, state, what, now, seed)
    return state if moved is state else standing(scenario, moved, now, seed)[0]


def standing(scenario: Scenario, state: Progress, now: int, seed: bytes) -> tuple[Progress, int | None]:
    """Return the state that time alone has led to by `now`, and the instant at which it leads on or None."""
    due = _first_due(scenario, state.visits, seed)
    if due is None or due[0] > now:
        return state, due[0] if due else None
    visits = list(state.visits)
    while due is not None and due[0] <= now:
        visits.append(Visit(due[1].to, due[0]))
        due = _first_due(scenario, visits, seed)
    return Progress(tuple(visits)), due[0] if due else None


def next_due(scenario: Scenario, state: Progress, seed: bytes) -> int | None:
    """Return the instant (ms) at which time alone leads on, or None if it never does."""
    due = _first_due(scenario, state.visits, seed)
    return due[0] if due else None


def taken(scenario: Scenario, state: Progress, what: Input, seed: bytes) -> Trigger | None:
    """Return the trigger through which an input leads on, or time alone for a Tick; None if nothing does."""
    match what:
        case Tick():
            due = _first_due(scenario, state.visits, seed)
            return due[1] if due else None
        case Poll():
            return _takes_read(scenario, state, state.polls + 1, seed)
        case Signal():
            return _takes_signal(scenario, state, what.name, seed)
        case Jump():
            return None


def counts_reads(scenario: Scenario, state: Progress, seed: bytes) -> bool:
    """Whether reads by id may lead out of the present step."""
    step = scenario.steps[state.visits[-1].step]
    return step.counts and any(trigger.counted for trigger in open_triggers(scenario, state, seed))


def open_triggers(scenario: Scenario, state: Progress, seed: bytes) -> list[Trigger]:
    """Return the present step's triggers whose chance came up, in the file's order."""
    number = len(state.visits)
    return [
        trigger
        for index, trigger in enumerate(scenario.steps[state.visits[-1].step].triggers)
        if _is_open(trigger, seed, number, index)
    ]


def _first_due(scenario: Scenario, visits: Sequence[Visit], seed: bytes) -> tuple[int, Trigger] | None:
    """Return the trigger that time leads through first, ties by order, and the instant it does."""
    number = len(visits)
    if number >= MOST_VISITS:
        return None
    first: tuple[int, Trigger] | None = None
    for index, trigger in scenario.steps[visits[-1].step].timed:
        if trigger.chance >= 1 or _is_open(trigger, seed, number, index):
            due = trigger.due(visits, index, seed)
            if due is not None and (first is None or due < first[0]):
                first = (due, trigger)
    return first


def _is_open(trigger: Trigger, seed: bytes, number: int, index: int) -> bool:
    return trigger.chance >= 1 or draw(seed, "chance", number, index) < trigger.chance


def _takes_read(scenario: Scenario, state: Progress, reads: int, seed: bytes) -> Trigger | None:
    for trigger in open_triggers(scenario, state, seed):
        if trigger.takes_read(reads):
            return trigger
    return None


def _takes_signal(scenario: Scenario, state: Progress, name: str, seed: bytes) -> Trigger | None:
    for trigger in open_triggers(scenario, state, seed):
        if trigger.signal == name:
            return trigger
    return None


def _moved(
    scenario: Scenario, state: Progress, what: Poll | Signal | Jump, now: int, seed: bytes
) -> Progress:
    """Return the state after an input at an instant that time has led to; the same one if it does nothing."""
    visits = state.visits
    if isinstance(what, Poll):
        reads = state.polls + 1
        trigger = _takes_read(scenario, state, reads, seed)
        return Progress((*visits, Visit(trigger.to, now)) if trigger else visits, 0 if trigger else reads)
    if isinstance(what, Signal):
        trigger = _takes_signal(scenario, state, what.name, seed)
        return Progress((*visits, Visit(trigger.to, now, what.name, what.payload))) if trigger else state
    on = what.after == len(visits)
    return Progress((*visits, *(Visit(step, now) for step in what.steps))) if on else state
