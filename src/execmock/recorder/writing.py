"""The texts of the files: scenarios, and the world of what existed before the recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from execmock.core.durations import format_duration, format_instant
from execmock.recorder.steps import Step
from execmock.recorder.yaml_writing import block, comment, flow

__all__ = ["scenario_text", "world_text"]


def scenario_text(head: Mapping[str, Any], steps: Sequence[Step]) -> str:
    """Return the text of a scenario file; `head` holds its members besides the steps."""
    lines = [
        "# Recorded by `execmock record`; `execmock scenarios check` and `preview` take it as any other."
    ]
    for name, value in head.items():
        lines += block(name, value, 0)
    lines.append("steps:")
    names = {step.name: number for number, step in enumerate(steps)}
    shown = _shown_names(steps)
    for number, step in enumerate(steps):
        lines += _step(step, number, names, shown)
    return "\n".join(lines) + "\n"


def _shown_names(steps: Sequence[Step]) -> Mapping[str, str]:
    """Return what `to` calls each step: its status where it is the only one of that."""
    statuses = [step.status for step in steps]
    return {
        step.name: step.status
        if statuses.count(step.status) == 1 and not _is_told(step, steps)
        else step.name
        for step in steps
    }


def _is_told(step: Step, steps: Sequence[Step]) -> bool:
    """Whether a template or a way out calls a step by its name."""
    text = f"steps.{step.name}.at"
    return any(text in flow(other.sets) or text in flow(list(other.events or ())) for other in steps)


def _step(step: Step, number: int, names: Mapping[str, int], shown: Mapping[str, str]) -> Iterable[str]:
    for said in step.comments:
        yield from comment(said, 2)
    named = {} if shown[step.name] == step.status else {"name": step.name}
    members: dict[str, Any] = {**named, "status": step.status}
    if step.sets:
        members["set"] = step.sets
    if step.events is not None:
        members["events"] = [_event(event) for event in step.events]
    if step.next:
        ways = [_way(way, number, names, shown) for way in step.next]
        members["next"] = ways[0] if len(ways) == 1 else ways
    start = "  - "
    for name, value in members.items():
        for line in _member(name, value):
            yield start + line[4:]
            start = "    "


def _member(name: str, value: Any) -> Iterable[str]:
    """Return a member of a step; events and several ways out stand on a line each."""
    if name in ("events", "next") and isinstance(value, list) and value:
        yield f"    {name}:"
        for item in value:
            yield from _item(item)
    else:
        yield from block(name, value, 4)


def _item(item: Mapping[str, Any]) -> Iterable[str]:
    line = f"      - {flow(item)}"
    if len(line) <= 110:
        yield line
        return
    start = "      - "
    for name, value in item.items():
        for line in block(name, value, 8):
            yield start + line[8:]
            start = "        "


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in event.items() if name != "at"}
    if shown.get("level") == "info":
        del shown["level"]
    elif "level" not in shown:
        shown["level"] = ""
    return {**shown, "at": format_duration(event["at"])} if event["at"] else shown


def _way(
    way: Mapping[str, Any], number: int, names: Mapping[str, int], shown: Mapping[str, str]
) -> dict[str, Any]:
    if names[way["to"]] == number + 1:
        return {name: value for name, value in way.items() if name != "to"}
    return {**way, "to": shown[way["to"]]}


def world_text(start: int, executions: Sequence[Mapping[str, Any]], seen: int) -> str:
    """Return the text of a world file; `seen` is how many executions existed in all."""
    lines = [
        "# Recorded by `execmock record`: what existed before the recording began.",
        "# `execmock serve --scenarios scenarios --world world.yaml` starts with it.",
    ]
    if seen > len(executions):
        lines += comment(f"Of {seen} executions, the first {len(executions)} stand here.", 0)
    lines += [
        "world: recorded",
        f"summary: {flow(f'{len(executions)} executions that existed when the recording began.')}",
        f"clock: {{start: {format_instant(start)}}}",
        "sandboxes:",
        "  default:",
        "    executions:",
    ]
    for execution in executions:
        lines += _item(execution)
    return "\n".join(lines) + "\n"
