"""From a tree of stays to the steps of a scenario file, which shows what the tree says and no more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from execmock.core.durations import format_duration
from execmock.recorder.tree import Node, Way
from execmock.recorder.vocabulary import Words

__all__ = ["Step", "steps_of"]

ENDED = "recording-ended"
"""The signal that leads out of a step in which the recording ended."""
_LAST = "not-recorded"


@dataclass(slots=True)
class Step:
    """One step as it is written; `comments` stand before it. Ways out are mappings with the file's keys."""

    name: str
    status: str
    comments: list[str] = field(default_factory=list)
    sets: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] | None = None
    next: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Before:
    """What an execution has lived through before a node: statuses, known values, the names of its steps."""

    statuses: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()


def steps_of(begins: Sequence[Way], words: Words) -> list[Step]:
    """Return the steps; the first is the one that a new execution is in."""
    writer = _Steps(words)
    if len(begins) == 1:
        writer.write(begins[0].to, _Before())
    else:
        writer.parted(begins)
    writer.end()
    return writer.steps


class _Steps:
    def __init__(self, words: Words) -> None:
        self._words = words
        self.steps: list[Step] = []
        self._names: set[str] = {_LAST}
        self._open: list[Step] = []

    def parted(self, begins: Sequence[Way]) -> None:
        """Write a first step that takes no time, and leads to several beginnings."""
        status = begins[0].to.status
        same = [way for way in begins if self._words.graph.allows(status, way.to.status)]
        first = self._step(Node(status, True, {}, []), "start")
        first.comments.append("Executions begin in different ways.")
        first.events = self._silence
        before = _Before((status,))
        names = [self.write(way.to, before) for way in same]
        first.next = _chosen(same, names)

    @property
    def _silence(self) -> list[dict[str, Any]] | None:
        return [] if self._words.vocabulary.standard_events else None

    def write(self, node: Node, before: _Before) -> str:
        """Write a node and all that follows it; return the name of its first step."""
        ahead = self._ahead(node, before)
        step = self._step(node, node.status)
        if ahead:
            ahead.next = [{"after": "0s", "to": step.name}]
        now = {**before.values, **node.values}
        after = _Before((*before.statuses, node.status), now, (*before.names, step.name))
        step.sets = {
            name: _named(value, after.names)
            for name, value in node.values.items()
            if value != before.values.get(name)
        }
        events = [{**_named(fields, after.names), "at": at} for at, fields in node.events]
        if ahead:
            ahead.events = [event for event in events if event["at"] == 0]
            step.events = []
            late = len(events) - len(ahead.events)
            step.comments += [f"Left out: {late} events that came after the end."] if late else []
        last = self._events(step, events, before) if node.told and not ahead else step
        self._say(step, node)
        self._ways(last, node, after)
        return ahead.name if ahead else step.name

    def _ahead(self, node: Node, before: _Before) -> Step | None:
        """Return a step that tells the events of a final status, which can have no second step; or None.

        It is in the status before, and takes no time.
        """
        if not node.told or node.status not in self._words.graph.terminal or not before.statuses:
            return None
        events = [{**fields, "at": at} for at, fields in node.events]
        if not self._parts(node.status, events, before):
            return None
        status = before.statuses[-1]
        return self._step(Node(status, True, {}, []), f"{status}-last")

    def _step(self, node: Node, wanted: str) -> Step:
        step = Step(self._name(wanted.removeprefix("workflow_")), node.status)
        self.steps.append(step)
        return step

    def _name(self, wanted: str) -> str:
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted).strip("-_")[:80] or "step"
        name, number = plain, 2
        while name in self._names:
            name, number = f"{plain}-{number}", number + 1
        self._names.add(name)
        return name

    def _events(self, step: Step, events: list[dict[str, Any]], before: _Before) -> Step:
        """Give a step its events, in a second step where the mock would add some of its own to them.

        Return the step that is left.
        """
        if not self._parts(step.status, events, before):
            step.events = self._beyond(step.status, events, before)
            return step
        step.events = []
        second = Step(self._name(f"{step.name}-events"), step.status, events=events)
        step.next = [{"after": "0s", "to": second.name}]
        self.steps.append(second)
        return second

    def _parts(self, status: str, events: Sequence[Mapping[str, Any]], before: _Before) -> bool:
        """Whether a step with these events would show others of the mock's own as well."""
        own, bases = self._standard(status, before)
        types = {event["eventType"] for event in events}
        if not events or self._begins_with(own, bases, events):
            return False
        return not set(bases) <= types or bool(types & self._variants(status))

    def _beyond(
        self, status: str, events: list[dict[str, Any]], before: _Before
    ) -> list[dict[str, Any]] | None:
        """Return what a step has to say of its events, None where it need say nothing."""
        own, bases = self._standard(status, before)
        if self._begins_with(own, bases, events):
            return events[len(own) :] or None
        return events

    @staticmethod
    def _begins_with(
        own: Sequence[Mapping[str, Any]], bases: Sequence[str], events: Sequence[Mapping[str, Any]]
    ) -> bool:
        """Whether events are the mock's own, and then others of types that leave those in place."""
        if [_plain(event) for event in events[: len(own)]] != [_plain({**event, "at": 0}) for event in own]:
            return False
        taken = {*bases, *(event["eventType"] for event in own)}
        return not any(event["eventType"] in taken for event in events[len(own) :])

    def _standard(self, status: str, before: _Before) -> tuple[list[Mapping[str, Any]], list[str]]:
        """Return the events that the mock tells by itself on entering a status, and what silences each."""
        standard = self._words.vocabulary.standard_events
        own, bases = [], []
        if not before.statuses and "created" in standard:
            own.append(standard["created"])
            bases.append(standard["created"]["eventType"])
        said = standard.get(status)
        if said and before.statuses[-1:] != (status,):
            has_run = any(one in self._words.run_due for one in (*before.statuses, status))
            if "unqueued" in said and not has_run:
                own.append(said["unqueued"])
            elif "again" in said and status in before.statuses:
                own.append(said["again"])
            else:
                own.append(said)
            bases.append(said["eventType"])
        return own, bases

    def _variants(self, status: str) -> set[str]:
        said = self._words.vocabulary.standard_events.get(status, {})
        return {said[name]["eventType"] for name in ("again", "unqueued") if name in said}

    def _say(self, step: Step, node: Node) -> None:
        if not node.seen:
            unseen = f" (at most {format_duration(node.gap)} went by unseen)" if node.gap else ""
            step.comments.append(
                f"Never seen: the contract demands it here, and no answer showed it{unseen}."
            )
        if node.varies:
            step.comments.append(
                "Texts or payloads differ between executions; those of the first stand here."
            )

    def _ways(self, step: Step, node: Node, after: _Before) -> None:
        if not node.ways:
            if node.status not in self._words.graph.terminal:
                shown = format_duration(max(node.ended, default=0))
                step.comments.append(f"The recording ended {shown} after this; what follows is not known.")
                self._open.append(step)
            return
        asked = [way for way in node.ways if way.signal]
        timed = sorted((way for way in node.ways if not way.signal), key=lambda way: _span(way)[::-1])
        if len(timed) > 1 and not _in_turn(timed):
            self._overlapping(step, asked, timed, after)
            return
        signals = [(way, self.write(way.to, after)) for way in sorted(asked, key=_least_first)]
        times = [(way, self.write(way.to, after)) for way in timed]
        step.next = [*_signalled(signals), *_timed(times, among=bool(signals))]
        for way in timed:
            step.comments += _doubt(way)
        _drop_late(step, timed)

    def _overlapping(self, step: Step, asked: Sequence[Way], timed: Sequence[Way], after: _Before) -> None:
        """Choose at once where several ways take times that overlap, so that the quicker is not preferred."""
        late = [event for event in step.events or () if event["at"] > 0]
        if late:
            step.events = [event for event in step.events or () if event["at"] == 0] or None
        signals = [(way, self.write(way.to, after)) for way in sorted(asked, key=_least_first)]
        names = []
        for number, way in enumerate(timed, 1):
            stay = Step(self._name(f"{step.name}-way-{number}"), step.status, events=[*late] or None)
            self.steps.append(stay)
            onward = [(way, self.write(way.to, after))]
            stay.next = [*_signalled(signals), *_timed(onward, among=bool(signals))]
            stay.comments += _doubt(way)
            _drop_late(stay, [way])
            names.append(stay.name)
        step.next = _chosen(timed, names)

    def end(self) -> None:
        """Let the steps in which the recording ended be left by a signal, for a scenario has to end."""
        ends: dict[str, str] = {}
        for step in self._open:
            way = self._words.end(step.status)
            if not way:
                continue
            key = "/".join(way)
            if key not in ends:
                ends[key] = self._ending(way)
            step.next = [{"signal": ENDED, "to": ends[key]}]

    def _ending(self, way: Sequence[str]) -> str:
        names = [self._name(f"{_LAST}-{status.removeprefix('workflow_')}") for status in way]
        for number, (name, status) in enumerate(zip(names, way, strict=True)):
            onward = [{"after": "0s", "to": names[number + 1]}] if number + 1 < len(way) else []
            self.steps.append(Step(name, status, next=onward))
        return names[0]


def _plain(event: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in event.items() if v not in ("", {}) and k not in ("again", "unqueued")}


def _named(value: Any, names: Sequence[str]) -> Any:
    """Return a value in which stays are called by the names of their steps."""
    if isinstance(value, str):
        return re.sub(r"\{\{ steps\.#(\d+)\.at \}\}", lambda m: _stay(int(m[1]), names), value)
    if isinstance(value, dict):
        return {key: _named(inner, names) for key, inner in value.items()}
    return [_named(inner, names) for inner in value] if isinstance(value, list) else value


def _stay(number: int, names: Sequence[str]) -> str:
    return "{{ steps." + names[min(number, len(names) - 1)] + ".at }}"


def _least_first(way: Way) -> tuple[str, int]:
    return (way.signal, way.count)


def _span(way: Way) -> tuple[int, int]:
    times = [dwell.at for dwell in way.dwells] or [0]
    return min(times), max(times)


def _in_turn(timed: Sequence[Way]) -> bool:
    """Whether each way is over before the next can be taken, so that chances alone decide."""
    spans = [_span(way) for way in timed]
    return all(one[1] <= other[0] for one, other in pairwise(spans))


def _after(way: Way) -> str:
    low, high = _span(way)
    return format_duration(low) if low == high else f"{format_duration(low)}..{format_duration(high)}"


def _chances(counts: Sequence[int]) -> list[float | None]:
    """Return the chance of each way where those before it are not taken; the last one is sure."""
    left, found = sum(counts), []
    for count in counts[:-1]:
        found.append(round(count / left, 4))
        left -= count
    return [*found, None]


def _chosen(ways: Sequence[Way], names: Sequence[str]) -> list[dict[str, Any]]:
    chances = _chances([way.count for way in ways])
    return [_way({"after": "0s"}, name, chance) for name, chance in zip(names, chances, strict=True)]


def _timed(ways: Sequence[tuple[Way, str]], *, among: bool) -> list[dict[str, Any]]:
    """Return the ways that time leads through; `among` says that others there need some time."""
    chances = _chances([way.count for way, _ in ways]) if ways else []
    times = ["1ms" if among and after == "0s" else after for after in (_after(way) for way, _ in ways)]
    each = zip(ways, times, chances, strict=True)
    return [_way({"after": after}, to, chance) for (_, to), after, chance in each]


def _signalled(ways: Sequence[tuple[Way, str]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in dict.fromkeys(way.signal for way, _ in ways):
        same = [(way, to) for way, to in ways if way.signal == name]
        chances = _chances([way.count for way, _ in same])
        found += [_way({"signal": name}, to, chance) for (_, to), chance in zip(same, chances, strict=True)]
    return found


def _way(how: dict[str, Any], to: str, chance: float | None) -> dict[str, Any]:
    return {**how, **({} if chance is None else {"chance": chance}), "to": to}


def _doubt(way: Way) -> list[str]:
    """Return what is not known of how long runs stayed before a way was taken."""
    unsure = [dwell for dwell in way.dwells if dwell.low < dwell.high]
    if not unsure:
        return []
    low, high = min(dwell.low for dwell in unsure), max(dwell.high for dwell in unsure)
    return [f"Left between two answers: after {format_duration(low)} to {format_duration(high)}."]


def _drop_late(step: Step, timed: Sequence[Way]) -> None:
    """Leave out events of executions that waited longer, for a signal, than any that time led on."""
    longest = max((_span(way)[1] for way in timed), default=None)
    late = [event for event in step.events or () if longest is not None and event["at"] > longest]
    if late and step.events:
        step.events = [event for event in step.events if event not in late] or None
        step.comments.append(f"Left out: {len(late)} events that came after the step is left here.")
