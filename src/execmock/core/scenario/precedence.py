"""Checks of the ways out of each step: one that another always comes before can never be taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from execmock.core.findings import DataPath, Finding
from execmock.core.scenario.graph import closure
from execmock.core.scenario.model import Step
from execmock.core.scenario.source import ScenarioSource
from execmock.core.scenario.triggers import Trigger
from execmock.errors import listed

__all__ = ["check_precedence"]

_Dead = Mapping[tuple[int, int], str]
"""Why a trigger can never be taken, by the positions of its step and of itself."""


def check_precedence(steps: Sequence[Step], source: ScenarioSource) -> Iterator[Finding]:
    """Yield each trigger that can never be taken, with the steps that nothing else leads to."""
    dead = dict(_dead(steps))
    if not dead:
        return
    every = {index: [trigger.to for trigger in step.triggers] for index, step in enumerate(steps)}
    alive = {
        index: [trigger.to for n, trigger in enumerate(step.triggers) if (index, n) not in dead]
        for index, step in enumerate(steps)
    }
    lost = closure([0], every) - closure([0], alive)
    for (index, n), why in dead.items():
        behind = closure([steps[index].triggers[n].to], every) & lost if index not in lost else set()
        lost -= behind
        names = listed([steps[other].name for other in sorted(behind)])
        more = f", and so nothing leads to {names}" if names else ""
        yield Finding(_path(source, index, n), f"never happens: {why}{more}")


def _dead(steps: Sequence[Step]) -> Iterator[tuple[tuple[int, int], str]]:
    edges = {index: [trigger.to for trigger in step.triggers] for index, step in enumerate(steps)}
    for index, step in enumerate(steps):
        for n, trigger in enumerate(step.triggers):
            why = _why(step.triggers, n)
            if not why and trigger.revisits and index not in closure(edges[index], edges):
                why = "no way leads back to this step"
            if why:
                yield (index, n), why


def _why(triggers: Sequence[Trigger], position: int) -> str:
    """Return which of a step's triggers always comes before the one at a position, or an empty text."""
    trigger = triggers[position]
    for n, other in enumerate(triggers):
        if n != position and trigger.always_after(other, written_first=n < position):
            both = "is written first" if other.label() == trigger.label() else "always comes first"
            return f"{other.label()} {both}"
    return ""


def _path(source: ScenarioSource, step: int, trigger: int) -> DataPath:
    path: DataPath = ("steps", step, "next")
    return (*path, trigger) if isinstance(source.steps[step].next, list) else path
