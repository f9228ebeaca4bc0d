"""How executions that follow a scenario can end."""

from __future__ import annotations

from execmock.core.scenario.graph import closure
from execmock.core.scenario.model import Scenario

__all__ = ["end_statuses"]


def end_statuses(scenario: Scenario) -> tuple[str, ...]:
    """Return the statuses of the steps that nothing leaves, once each, in the order of the file.

    Steps that no other leads to do not count: those are there for jumps alone.
    """
    edges = {index: [way.to for way in step.triggers] for index, step in enumerate(scenario.steps)}
    reached = sorted(closure([0], edges))
    return tuple(dict.fromkeys(scenario.steps[index].status for index in reached if not edges[index]))
