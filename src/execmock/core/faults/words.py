"""What faults may name: the operations and statuses of the contract, and the scenarios that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from execmock.core.apis import APIS
from execmock.core.contract import Contract, Operation
from execmock.core.contract.names import (
    CREATE,
    EMBED_EXECUTION,
    EXECUTE,
    EXECUTION,
    GET,
    PUBLIC,
    PUBLIC_EXECUTION,
)

__all__ = ["ABOUT_EXECUTION", "CREATING", "FaultWords"]

CREATING = (CREATE, EXECUTE)
"""The operations whose requests make an execution."""
ABOUT_EXECUTION = (GET, PUBLIC)
"""The operations whose requests are about an execution that is there."""


@dataclass(frozen=True, slots=True)
class FaultWords:
    """Operations by id, statuses of both APIs, names of scenarios, properties of executions.

    Where no properties are known, any is taken.
    """

    operations: Mapping[str, Operation]
    statuses: Collection[str]
    scenarios: Collection[str]
    properties: Collection[str] = ()

    @classmethod
    def of(cls, contract: Contract, scenarios: Iterable[str]) -> FaultWords:
        """Read the words from a contract."""
        statuses = [status for api in APIS.values() for status in contract.transitions(api.status).statuses]
        places = (EXECUTION, PUBLIC_EXECUTION, EMBED_EXECUTION)
        properties = [name for place in places for name in contract.schema(place).get("properties", ())]
        statuses, properties = list(dict.fromkeys(statuses)), list(dict.fromkeys(properties))
        return cls(contract.operations, statuses, frozenset(scenarios), properties)
