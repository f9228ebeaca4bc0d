"""What the contract lets a scenario say: statuses, their order, what a step may set and bind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from execmock.core.contract import Contract, Transitions
from execmock.core.scenario.model import Api

__all__ = ["Vocabulary"]

_PLACES: dict[Api, tuple[str, str, str]] = {
    "executions": ("Execution", "ExecutionStatus", "CreateExecutionRequest"),
    "embed": ("EmbedExecution", "EmbedStatus", "ExecuteWorkflowRequest"),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one API's scenarios, read from the contract.

    `settable` maps a property that `set` may give to its schema; `bindable` names what `bind` may look at.
    """

    api: Api
    transitions: Transitions
    with_drift: Transitions
    settable: Mapping[str, Mapping[str, Any]]
    bindable: frozenset[str]
    execution_names: frozenset[str]
    request_names: frozenset[str]
    standard_events: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, contract: Contract, api: Api) -> Vocabulary:
        """Read the vocabulary of one API from a contract."""
        execution_name, status_name, request_name = _PLACES[api]
        execution = contract.schema(execution_name)["properties"]
        request = contract.schema(request_name)["properties"]
        status = contract.schema(status_name)
        transitions = contract.transitions(status_name)
        drifted = transitions
        for name, drift in status.get("x-drift", {}).items():
            drifted = drifted.with_status(name, after=tuple(drift["from"]))
        bindable = status.get("x-bindable") or [
            name for name, schema in request.items() if "string" in _kinds(contract.resolve(schema))
        ]
        return cls(
            api=api,
            transitions=transitions,
            with_drift=drifted,
            settable={name: contract.resolve(schema) for name, schema in execution.items() if schema.get("x-settable")},
            bindable=frozenset(bindable),
            execution_names=frozenset(execution),
            request_names=frozenset(request),
            standard_events=status.get("x-events", {}),
        )

    def graph(self, drift: bool) -> Transitions:
        """Return the legal status graph, with the vendor's later statuses where the scenario opts in."""
        return self.with_drift if drift else self.transitions


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)
