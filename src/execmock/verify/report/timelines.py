"""Timelines of executions as coordinates: what each view showed at each read, and the dated events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from execmock.verify.equality import instant
from execmock.verify.history import History, Observation
from execmock.verify.report.model import Report

__all__ = ["Bar", "EventMark", "LegendEntry", "Timeline", "timelines"]

_MOST = 8
_LEFT, _RIGHT = 90, 988
"""The x coordinates between which time runs, in a figure that is 1000 wide."""
_NARROWEST = 3.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of reads that showed one status. `colour` is a number by the order of statuses."""

    x: float
    width: float
    status: str
    colour: int


@dataclass(frozen=True, slots=True)
class EventMark:
    """One event at its own date."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A status by its colour and a short word."""

    x: int
    word: str
    colour: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """One execution. `seconds` lie between its first event and its last."""

    id: str
    statuses: tuple[str, ...]
    observations: int
    views: Mapping[str, tuple[Bar, ...]]
    events: tuple[EventMark, ...]
    seconds: float
    legend: tuple[LegendEntry, ...]


def timelines(report: Report) -> Iterator[Timeline]:
    """Yield the executions that showed the most statuses; those with findings first."""
    named = {
        each.seen.at(place) for each in report.findings() for place in ("/data/execution/id", "/data/id")
    }
    moved = [history for history in report.histories if len(_statuses(history)) > 1]
    moved.sort(key=lambda history: (history.id not in named, not history.public, -len(_statuses(history))))
    known = report.contract.transitions().statuses
    return (_timeline(history, known) for history in moved[:_MOST])


def _statuses(history: History) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(observation.status for observation in history.observations if observation.status)
    )


def _timeline(history: History, known: Sequence[str]) -> Timeline:
    first = min(observation.seen.received for observation in history.observations)
    last = max(observation.seen.received for observation in history.observations)
    dated = _dated_events(history)
    low, high = (min(dated)[0], max(dated)[0]) if dated else (0, 0)
    return Timeline(
        id=history.id,
        statuses=_statuses(history),
        observations=len(history.observations),
        views={
            "private": tuple(_bars(history.private, first, last, known)),
            "public": tuple(_bars(history.public, first, last, known)),
        },
        events=tuple(EventMark(_place(time, low, high), text) for time, text in dated),
        seconds=(high - low) / 1000,
        legend=tuple(_legend(_statuses(history), known)),
    )


def _place(value: float, low: float, high: float) -> float:
    span = high - low
    return round(_LEFT + (_RIGHT - _LEFT) * ((value - low) / span if span > 0 else 0.0), 1)


def _colour(status: str, known: Sequence[str]) -> int:
    return known.index(status) if status in known else len(known)


def _bars(
    observations: Sequence[Observation], first: float, last: float, known: Sequence[str]
) -> Iterator[Bar]:
    stretches: list[tuple[str, float, float]] = []
    for observation in sorted(observations, key=lambda one: one.seen.received):
        at = observation.seen.received
        if stretches and stretches[-1][0] == observation.status:
            stretches[-1] = (observation.status, stretches[-1][1], at)
        else:
            stretches.append((observation.status, at, at))
    for number, (status, begin, end) in enumerate(stretches):
        until = stretches[number + 1][1] if number + 1 < len(stretches) else end
        left, right = _place(begin, first, last), _place(until, first, last)
        yield Bar(left, round(max(right - left, _NARROWEST), 1), status, _colour(status, known))


def _dated_events(history: History) -> list[tuple[int, str]]:
    """Return time and text of the events that the last private read showed, in their order."""
    shown = [observation.events for observation in history.private if observation.events]
    return [
        (time, f"{event.get('createdAt')} {event.get('eventType', '')} {event.get('title', '')}")
        for event in (shown[-1] if shown else ())
        if (time := instant(event.get("createdAt"))) is not None
    ]


def _legend(statuses: Sequence[str], known: Sequence[str]) -> Iterator[LegendEntry]:
    x = _LEFT + 160
    for status in statuses:
        word = status.removeprefix("workflow_")
        yield LegendEntry(x, word, _colour(status, known))
        x += 30 + 6 * len(word)
