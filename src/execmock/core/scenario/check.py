"""Checks of a scenario as a graph: legal order, every step reachable, a way out of each, no empty loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from execmock.core.contract import Transitions
from execmock.core.durations import parse_duration
from execmock.core.findings import DataPath, Finding
from execmock.core.scenario.graph import closure
from execmock.core.scenario.model import Step
from execmock.core.scenario.source import ScenarioSource
from execmock.errors import listed, nearest, quoted

__all__ = ["check_graph"]


def check_graph(steps: Sequence[Step], graph: Transitions, source: ScenarioSource) -> list[Finding]:
    """Return every finding about how the steps hang together."""
    return [
        *_check_start(steps, graph),
        *_check_order(steps, graph, source),
        *_check_ways_out(steps, graph),
        *_check_reachable(steps),
        *_check_late_events(steps, source),
        *_check_idle_loops(steps),
    ]


def _check_start(steps: Sequence[Step], graph: Transitions) -> Iterator[Finding]:
    if steps[0].status not in graph.initial:
        valid = ", ".join(graph.initial)
        hint = nearest(steps[0].status, graph.initial)
        yield Finding(
            ("steps", 0, "status"), f"an execution cannot start as {steps[0].status}; expected {valid}.{hint}"
        )


def _check_order(steps: Sequence[Step], graph: Transitions, source: ScenarioSource) -> Iterator[Finding]:
    for index, step in enumerate(steps):
        for n, trigger in enumerate(step.triggers):
            after = steps[trigger.to].status
            if not graph.allows(step.status, after):
                valid = ", ".join(graph.next[step.status])
                yield Finding(
                    _trigger_path(source, index, n), f"{after} cannot follow {step.status}; expected {valid}"
                )


def _check_ways_out(steps: Sequence[Step], graph: Transitions) -> Iterator[Finding]:
    # A step without any way out is told once, at itself, and not again at all that lead to it.
    ends = [n for n, step in enumerate(steps) if step.status in graph.terminal or not step.triggers]
    escaping = closure(ends, _edges(steps, backwards=True))
    endless: list[int] = []
    for index, step in enumerate(steps):
        if step.status in graph.terminal:
            continue
        if not step.triggers:
            yield Finding(("steps", index), f"dead end: {step.status} is not terminal and has no `next`")
        elif not any(trigger.sure for trigger in step.triggers):
            said = "every trigger has `chance`; expected one without"
            if any(trigger.chance == 1 for trigger in step.triggers):
                said = "no trigger is open in every visit; expected one without `chance` and `visits`"
            yield Finding(("steps", index, "next"), f"may dead-end: {said}")
        elif index not in escaping:
            endless.append(index)
    if endless:
        names = listed([steps[index].name for index in endless])
        yield Finding(("steps", endless[0]), f"dead end: no terminal status can be reached from {names}")


def _check_reachable(steps: Sequence[Step]) -> Iterator[Finding]:
    edges = _edges(steps)
    reached = closure([0], edges)
    missed = [index for index in range(len(steps)) if index not in reached]
    entered = {to for index in missed for to in edges[index] if to != index}
    # What only unreachable steps lead to follows from those; of a circle of them, the first is named.
    for index in sorted(missed, key=lambda index: (index in entered, index)):
        if index not in reached:
            reached |= closure([index], edges)
            yield Finding(("steps", index), f"unreachable: no step leads to {quoted(steps[index].name)}")


def _check_late_events(steps: Sequence[Step], source: ScenarioSource) -> Iterator[Finding]:
    for index, step in enumerate(steps):
        sure = [t.latest for t in step.triggers if t.latest is not None and t.chance == 1]
        for n, event in enumerate(source.steps[index].events or ()):
            if sure and parse_duration(event.at) > min(sure):
                yield Finding(
                    ("steps", index, "events", n, "at"), "never happens: the step is left before that"
                )


def _check_idle_loops(steps: Sequence[Step]) -> Iterator[Finding]:
    instant = {
        index: [trigger.to for trigger in step.triggers if trigger.soonest == 0]
        for index, step in enumerate(steps)
    }
    for index in instant:
        if index in closure(instant[index], instant):
            yield Finding(
                ("steps", index, "next"), "a loop that may take no time: expected a duration above 0s in it"
            )


def _edges(steps: Sequence[Step], *, backwards: bool = False) -> dict[int, list[int]]:
    edges: dict[int, list[int]] = {index: [] for index in range(len(steps))}
    for index, step in enumerate(steps):
        for trigger in step.triggers:
            start, end = (trigger.to, index) if backwards else (index, trigger.to)
            edges[start].append(end)
    return edges


def _trigger_path(source: ScenarioSource, step: int, trigger: int) -> DataPath:
    path: DataPath = ("steps", step, "next")
    return (*path, trigger) if isinstance(source.steps[step].next, list) else path
