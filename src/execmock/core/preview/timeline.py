"""What a played scenario shows, in the order of time: steps entered, events, signals that came to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from execmock.core.durations import format_duration, parse_instant
from execmock.core.preview.play import Cause, Played
from execmock.core.progress import Progress, next_due, open_triggers
from execmock.core.scenario import Scenario

__all__ = ["Emitted", "Ending", "Entered", "Ignored", "Render", "Timeline", "timeline"]

Render = Callable[[Progress, int], tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]
"""From a progress and an instant to the execution's properties and its events then."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A step is entered, and sets properties."""

    at: int
    step: str
    status: str
    cause: Cause
    sets: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event appears."""

    at: int
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A signal arrives that the present step does not wait for."""

    at: int
    signal: str


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the play stops: the status, whether it is final, and otherwise what it waits for."""

    at: int
    step: str
    status: str
    final: bool
    waits_for: tuple[str, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A played scenario: its entries, how it ends, and the execution as it then is."""

    scenario: Scenario
    start: int
    entries: tuple[Entered | Emitted | Ignored, ...]
    ending: Ending
    execution: Mapping[str, Any]


def timeline(scenario: Scenario, played: Played, seed: bytes, render: Render) -> Timeline:
    """Return everything that the play shows; `render` gives the properties and events of a state."""
    visits = played.progress.visits
    entries = sorted(
        [*_visits(scenario, played, render), *(Ignored(at, signal.name) for at, signal in played.ignored)],
        key=lambda entry: entry.at,
    )
    fields, _ = render(played.progress, played.end)
    ending = _ending(scenario, played, seed)
    return Timeline(scenario, visits[0].at, tuple(entries), ending, fields)


def _visits(scenario: Scenario, played: Played, render: Render) -> Iterator[Entered | Emitted]:
    visits, shown = played.progress.visits, 0
    for number, visit in enumerate(visits):
        until = visits[number + 1].at if number + 1 < len(visits) else played.end
        fields, events = render(Progress(visits[: number + 1]), until)
        step = scenario.steps[visit.step]
        told = (name for name, value in step.sets.items() if name in fields or value is None)
        sets = {name: fields.get(name) for name in told}
        yield Entered(visit.at, step.name, step.status, played.causes[number], sets)
        for event in events[shown:]:
            yield Emitted(parse_instant(event["createdAt"]), event)
        shown = len(events)


def _ending(scenario: Scenario, played: Played, seed: bytes) -> Ending:
    visit = played.progress.current
    step = scenario.steps[visit.step]
    missing = (t.waits_for(played.progress.polls) for t in open_triggers(scenario, played.progress, seed))
    # Two triggers may wait for the same.
    waits = list(dict.fromkeys(what for what in missing if what is not None))
    due = next_due(scenario, played.progress, seed)
    if due is not None:
        waits.append(f"{format_duration(due - played.end)} to pass")
    return Ending(played.end, step.name, step.status, not step.triggers, tuple(waits), played.cut)
