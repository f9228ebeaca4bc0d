"""What the contract lets a scenario say: statuses, their order, what a step may set and bind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from execmock.core.apis import APIS, ApiName
from execmock.core.contract import Contract, Operation, Transitions
from execmock.core.schema.types import json_types

__all__ = ["Sum", "Vocabulary"]


@dataclass(frozen=True, slots=True)
class Sum:
    """Properties that add up to no more than another one. All start at 0."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one API's scenarios, read from the contract.

    `settable` maps a property that `set` may give to its schema. `bindable` names the texts that `bind` may
    look at, and `nested` the properties that it may look into. `words` are those that the contract's choices
    name for a property or for `eventLevel`, `operations` are
    those of the contract, and `dotted_events` whether they say that event types have dots.
    """

    api: ApiName
    transitions: Transitions
    with_drift: Transitions
    settable: Mapping[str, Mapping[str, Any]]
    bindable: frozenset[str]
    nested: frozenset[str]
    execution_names: frozenset[str]
    request_names: frozenset[str]
    standard_events: Mapping[str, Mapping[str, Any]]
    sum: Sum | None = None
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    dotted_events: bool = False

    @classmethod
    def of(cls, contract: Contract, api: ApiName) -> Vocabulary:
        """Read the vocabulary of one API from a contract."""
        places = APIS[api]
        schema = contract.schema(places.execution)
        execution = schema["properties"]
        request = contract.schema(places.body)["properties"]
        kinds = {name: json_types(contract.resolve(schema)) for name, schema in request.items()}
        status = contract.schema(places.status)
        choices = contract.choices
        transitions = contract.transitions(places.status)
        drifted = transitions
        for name, drift in status.get("x-drift", {}).items():
            drifted = drifted.with_status(name, after=tuple(drift["from"]))
        named = status.get("x-bindable")
        return cls(
            api=api,
            transitions=transitions,
            with_drift=drifted,
            settable={
                name: contract.resolve(property_)
                for name, property_ in execution.items()
                if property_.get("x-settable")
            },
            bindable=frozenset(named or [name for name, types in kinds.items() if "string" in types]),
            nested=frozenset(name for name, types in kinds.items() if {"object", "array"} & types),
            execution_names=frozenset(execution),
            request_names=frozenset(request),
            standard_events=status.get("x-events", {}),
            sum=_sum(schema.get("x-sum")),
            operations=contract.operations,
            words={name: choice.default for name, choice in choices.items() if _is_list(choice.default)},
            dotted_events="eventType" in choices and choices["eventType"].default == "dotted",
        )

    def counts(self, name: str) -> bool:
        """Whether a property is a total, or is added up to one."""
        return self.sum is not None and name in (self.sum.total, *self.sum.parts)

    def graph(self, drift: bool) -> Transitions:
        """Return the legal status graph, with the vendor's later statuses where the scenario opts in."""
        return self.with_drift if drift else self.transitions


def _is_list(words: object) -> TypeGuard[Sequence[str]]:
    return isinstance(words, list | tuple)


def _sum(found: Mapping[str, Any] | None) -> Sum | None:
    return Sum(found["total"], tuple(found["parts"])) if found else None
