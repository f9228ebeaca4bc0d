"""A scenario as a Mermaid state diagram."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.core.scenario import Scenario, Step

__all__ = ["as_mermaid"]


def as_mermaid(scenario: Scenario) -> str:
    """Return `stateDiagram-v2` text: a state for each step, an arrow for each way out of it."""
    steps = scenario.steps[: scenario.own]
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += [f"    s{index} : {_label(step)}" for index, step in enumerate(steps)]
    lines += ["    [*] --> s0"]
    for index, step in enumerate(steps):
        lines += [f"    {line}" for line in _ways(index, step)]
    return "\n".join(lines)


def _label(step: Step) -> str:
    return step.status if step.name == step.status else f"{step.status} ({step.name})"


def _ways(index: int, step: Step) -> Iterator[str]:
    for trigger in step.triggers:
        chance = "" if trigger.chance >= 1 else f", chance {trigger.chance:g}"
        yield f"s{index} --> s{trigger.to} : {trigger.label()}{chance}"
    if not step.triggers:
        yield f"s{index} --> [*]"
