"""How an execution moves: a pure function of its scenario, its state, an input and an instant.

Nothing here runs in time. Asked at an instant, `progress` marches through every instant that fell due
until then, in order, so that a late reader finds a complete and correctly dated history. Advancing by
a and then by b is advancing by a + b, and what has happened never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from execmock.core.ids import draw
from execmock.core.scenario.model import After, Polls, Scenario, Signalled, Step, Trigger

__all__ = [
    "MOST_VISITS",
    "Input",
    "Jump",
    "Poll",
    "Progress",
    "Signal",
    "Tick",
    "Visit",
    "begin",
    "next_due",
    "open_triggers",
    "progress",
    "standing",
]

MOST_VISITS = 10_000
"""Steps that time alone leads through; a scenario that loops on longer than this stays where it is."""


class Visit(NamedTuple):
    """One stay in a step: which, since when (ms), and the signal that led there with its payload."""

    step: int
    at: int
    signal: str | None = None
    payload: Any = None


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

    `seed` is the execution's own; every drawn duration and chance follows from it. An input that
    nothing waits for returns the state that time alone has led to.
    """
    state = _march(scenario, state, now, seed)
    match what:
        case Poll():
            moved = _poll(scenario, state, now, seed)
        case Signal():
            moved = _signal(scenario, state, what, now, seed)
        case Jump() if what.after == len(state.visits):
            moved = Progress((*state.visits, *(Visit(step, now) for step in what.steps)))
        case _:
            return state
    return _march(scenario, moved, now, seed)


def standing(scenario: Scenario, state: Progress, now: int, seed: bytes) -> tuple[Progress, int | None]:
    """Return the state that time alone has led to by `now`, and the instant at which it leads on or None."""
    due = _first_due(scenario, state.visits[-1], len(state.visits), seed)
    if due is None or due[0] > now:
        return state, due[0] if due else None
    visits = list(state.visits)
    while due is not None and due[0] <= now:
        visits.append(Visit(due[1], due[0]))
        due = _first_due(scenario, visits[-1], len(visits), seed)
    return Progress(tuple(visits)), due[0] if due else None


def next_due(scenario: Scenario, state: Progress, seed: bytes) -> int | None:
    """Return the instant (ms) at which time alone leads on, or None if it never does."""
    due = _first_due(scenario, state.visits[-1], len(state.visits), seed)
    return due[0] if due else None


def open_triggers(scenario: Scenario, state: Progress, seed: bytes) -> list[Trigger]:
    """Return the present step's triggers whose chance came up, in the file's order."""
    number = len(state.visits)
    return [
        trigger
        for index, trigger in enumerate(_step(scenario, state.visits[-1]).triggers)
        if _is_open(trigger, seed, number, index)
    ]


def _step(scenario: Scenario, visit: Visit) -> Step:
    return scenario.steps[visit.step]


def _march(scenario: Scenario, state: Progress, now: int, seed: bytes) -> Progress:
    return standing(scenario, state, now, seed)[0]


def _first_due(scenario: Scenario, visit: Visit, number: int, seed: bytes) -> tuple[int, int] | None:
    """Return (instant, step) of the `after` that comes first, ties by order, for the visit of that number."""
    if number >= MOST_VISITS:
        return None
    first: tuple[int, int] | None = None
    for index, trigger in enumerate(_step(scenario, visit).triggers):
        if not isinstance(trigger, After) or not _is_open(trigger, seed, number, index):
            continue
        due = visit.at + _duration(trigger, seed, number, index)
        if first is None or due < first[0]:
            first = (due, trigger.to)
    return first


def _is_open(trigger: Trigger, seed: bytes, number: int, index: int) -> bool:
    return trigger.chance >= 1 or draw(seed, "chance", number, index) < trigger.chance


def _duration(trigger: After, seed: bytes, number: int, index: int) -> int:
    span = trigger.high - trigger.low
    return trigger.low + int(draw(seed, "after", number, index) * (span + 1)) if span else trigger.low


def _poll(scenario: Scenario, state: Progress, now: int, seed: bytes) -> Progress:
    polls = state.polls + 1
    for trigger in open_triggers(scenario, state, seed):
        if isinstance(trigger, Polls) and polls >= trigger.count:
            return Progress((*state.visits, Visit(trigger.to, now)))
    return Progress(state.visits, polls)


def _signal(scenario: Scenario, state: Progress, signal: Signal, now: int, seed: bytes) -> Progress:
    for trigger in open_triggers(scenario, state, seed):
        if isinstance(trigger, Signalled) and trigger.name == signal.name:
            return Progress((*state.visits, Visit(trigger.to, now, signal.name, signal.payload)))
    return state
