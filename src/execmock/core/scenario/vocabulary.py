"""What the contract lets a scenario say: statuses, their order, what a step may set and bind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from execmock.core.contract import Contract, SchemaPlace, Transitions
from execmock.core.contract.names import (
    CREATE_BODY,
    EMBED_EXECUTION,
    EMBED_STATUS,
    EXECUTE_BODY,
    EXECUTION,
    STATUS,
)
from execmock.core.scenario.model import Api
from execmock.core.schema.types import json_types

__all__ = ["Sum", "Vocabulary"]

_PLACES: dict[Api, tuple[SchemaPlace, SchemaPlace, SchemaPlace]] = {
    "executions": (EXECUTION, STATUS, CREATE_BODY),
    "embed": (EMBED_EXECUTION, EMBED_STATUS, EXECUTE_BODY),
}


@dataclass(frozen=True, slots=True)
class Sum:
    """Properties that add up to no more than another one. All start at 0."""

    total: str
    parts: tuple[str, ...]


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
    standard_events: Mapping[str, Mapping[str, Any]]
    sum: Sum | None = None

    @classmethod
    def of(cls, contract: Contract, api: Api) -> Vocabulary:
        """Read the vocabulary of one API from a contract."""
        execution_place, status_place, body_place = _PLACES[api]
        schema = contract.schema(execution_place)
        execution = schema["properties"]
        request = contract.schema(body_place)["properties"]
        status = contract.schema(status_place)
        transitions = contract.transitions(status_place)
        drifted = transitions
        for name, drift in status.get("x-drift", {}).items():
            drifted = drifted.with_status(name, after=tuple(drift["from"]))
        bindable = status.get("x-bindable") or [
            name for name, schema in request.items() if "string" in json_types(contract.resolve(schema))
        ]
        return cls(
            api=api,
            transitions=transitions,
            with_drift=drifted,
            settable={
                name: contract.resolve(property_)
                for name, property_ in execution.items()
                if property_.get("x-settable")
            },
            bindable=frozenset(bindable),
            execution_names=frozenset(execution),
            request_names=frozenset(request),
            standard_events=status.get("x-events", {}),
            sum=_sum(schema.get("x-sum")),
        )

    def graph(self, drift: bool) -> Transitions:
        """Return the legal status graph, with the vendor's later statuses where the scenario opts in."""
        return self.with_drift if drift else self.transitions


def _sum(found: Mapping[str, Any] | None) -> Sum | None:
    return Sum(found["total"], tuple(found["parts"])) if found else None
