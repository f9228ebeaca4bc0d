"""A scenario as the control API shows it: its steps with the ways out of them, and what picks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.durations import format_duration
from execmock.core.sandbox import Sandbox
from execmock.core.scenario import Scenario, Trigger
from execmock.core.scenario.outcome import end_statuses
from execmock.server.docs_start import example_of

__all__ = ["scenario_as_json"]


def scenario_as_json(scenario: Scenario, sandbox: Sandbox | None) -> dict[str, Any]:
    """Return a scenario without its text; `request` and `magic` are those of the sandbox's requests."""
    request, magic = example_of(scenario, sandbox)
    return {
        "name": scenario.name,
        "version": scenario.version,
        "summary": scenario.summary,
        "api": scenario.api,
        "bind": dict(scenario.bind),
        "request": request,
        "magic": magic,
        "signals": list(scenario.signals),
        "ends": list(end_statuses(scenario)),
        "steps": [
            {
                "name": step.name,
                "status": step.status,
                "next": [_way(trigger, scenario) for trigger in step.triggers],
            }
            for step in scenario.steps[: scenario.own]
        ],
    }


def _way(trigger: Trigger, scenario: Scenario) -> Mapping[str, Any]:
    soonest, latest = trigger.soonest, trigger.latest
    return {
        "to": scenario.steps[trigger.to].name,
        "when": trigger.label(),
        "chance": trigger.chance,
        "signal": trigger.signal,
        "soonest": None if soonest is None else format_duration(soonest),
        "latest": None if latest is None else format_duration(latest),
    }
