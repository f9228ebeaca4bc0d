"""Runs of one workflow as one tree of stays: they share what is equal, and part where they differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from execmock.recorder.model import Instant, Run, Stay, Told

__all__ = ["MOST_STEPS", "Node", "Way", "grown"]

MOST_STEPS = 300
"""Nodes of one tree; runs that need more are left out. A node becomes one to three steps, of 1,000."""

_VARYING = re.compile(r"[0-9a-fA-F]{8,}|\d+")
_BY_SHAPE = frozenset(("responsePayload", "data", "log", "message"))
"""Values of which runs differ in what they hold and still do the same."""


@dataclass(slots=True)
class Way:
    """How runs got from a node to another one: on `signal`, or by time where that is empty.

    `dwells` are how long each run stayed before, in milliseconds, as far as it is known.
    """

    signal: str
    to: Node
    count: int = 0
    dwells: list[Instant] = field(default_factory=list)


@dataclass(slots=True)
class Node:
    """A stay that some runs have in common. Events have their earliest offset, in milliseconds; `silent`
    is for how long (ms) runs were in it that had these events and, as timelines show, no others.

    `ended` are the times (ms) for which runs were still seen in it when the recording ended.
    """

    status: str
    seen: bool
    values: dict[str, Any]
    events: list[tuple[int, dict[str, Any]]]
    told: Told = Told.NOTHING
    silent: int = 0
    gap: int = 0
    varies: bool = False
    ways: list[Way] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def nodes(self) -> Iterator[Node]:
        """Yield it and all that follows."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(way.to for way in node.ways)


def grown(runs: Iterable[Run]) -> tuple[list[Way], int]:
    """Return the ways that runs begin with, and how many runs found no room."""
    begins: list[Way] = []
    size = left_out = 0
    for run in runs:
        missing = len(run.stays) - _common(begins, run)
        if size + missing > MOST_STEPS:
            left_out += 1
            continue
        size += missing
        _add(begins, run)
    return begins, left_out


def _common(ways: Sequence[Way], run: Run) -> int:
    for number in range(len(run.stays)):
        way = _fitting(ways, run, number)
        if way is None:
            return number
        ways = way.to.ways
    return len(run.stays)


def _add(ways: list[Way], run: Run) -> None:
    node: Node | None = None
    for number, stay in enumerate(run.stays):
        way = _fitting(ways, run, number)
        if way is None:
            way = Way(stay.signal.name if stay.signal else "", _node(stay, _left(run, number)))
            ways.append(way)
        else:
            _merge(way.to, stay, _left(run, number))
        way.count += 1
        if node is not None:
            before = run.stays[number - 1]
            dwell = _dwell(before.since, stay.since)
            if before.seen or stay.signal or dwell.at:
                way.dwells.append(dwell)
        node, ways = way.to, way.to.ways
    if node is not None:
        node.ended.append(max(0, run.watched - run.stays[-1].since.at))


def _left(run: Run, number: int) -> int:
    """Return for how long (ms) a run was in a stay, as far as it was seen."""
    until = run.stays[number + 1].since.at if number + 1 < len(run.stays) else run.watched
    return until - run.stays[number].since.at


def _dwell(since: Instant, until: Instant) -> Instant:
    return Instant(
        max(0, until.at - since.at), max(0, until.low - since.high), max(0, until.high - since.low)
    )


def _fitting(ways: Sequence[Way], run: Run, number: int) -> Way | None:
    stay, left = run.stays[number], _left(run, number)
    signal = stay.signal.name if stay.signal else ""
    same = (way for way in ways if way.signal == signal)
    return next((way for way in same if _fits(way.to, stay, left)), None)


def _fits(node: Node, stay: Stay, left: int) -> bool:
    if node.status != stay.status:
        return False
    values = stay.values or {}
    if any(
        _key(name, node.values[name]) != _key(name, v) for name, v in values.items() if name in node.values
    ):
        return False
    if not (node.told and stay.told):
        return True
    events = _offsets(stay)
    both = zip(node.events, events, strict=False)
    if any(_event_key(one) != _event_key(other) for (_, one), (_, other) in both):
        return False
    # A run that left before the next event has fewer of them, and may be of the same kind.
    if len(node.events) > len(events):
        return stay.told < Told.ALL or left <= node.events[len(events)][0]
    return len(node.events) == len(events) or node.silent <= events[len(node.events)][0]


def _offsets(stay: Stay) -> list[tuple[int, dict[str, Any]]]:
    return [(max(0, event.at - stay.since.at), event.fields) for event in stay.events]


def _node(stay: Stay, left: int) -> Node:
    gap = stay.since.high - stay.since.low if not stay.seen else 0
    return Node(
        stay.status, stay.seen, dict(stay.values or {}), _offsets(stay), stay.told, _silent(stay, left), gap
    )


def _silent(stay: Stay, left: int) -> int:
    return left if stay.told == Told.ALL else 0


def _merge(node: Node, stay: Stay, left: int) -> None:
    events = _offsets(stay)
    if len(events) > len(node.events):
        node.silent = _silent(stay, left)
    elif len(events) == len(node.events):
        node.silent = max(node.silent, _silent(stay, left))
    values = stay.values or {}
    node.varies = (
        node.varies
        or any(node.values.get(name, value) != value for name, value in values.items())
        or any(one != other for (_, one), (_, other) in zip(node.events, events, strict=False))
    )
    node.values = {**values, **node.values}
    node.seen, node.told = node.seen or stay.seen, max(node.told, stay.told)
    merged = [(min(a, b), fields) for (a, fields), (b, _) in zip(node.events, events, strict=False)]
    node.events = [*merged, *node.events[len(merged) :], *events[len(merged) :]]


def _key(name: str, value: Any) -> Any:
    """Return what two runs have in common where they do the same."""
    if name in _BY_SHAPE:
        return _shape(value)
    return _VARYING.sub("#", value) if isinstance(value, str) else value


def _event_key(fields: Mapping[str, Any]) -> Any:
    return {name: _key(name, value) for name, value in fields.items()}


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shape(value[0])] if value else []
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )
