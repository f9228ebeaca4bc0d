"""What faults may name: the operations and statuses of the contract, and the scenarios that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from execmock.core.apis import APIS
from execmock.core.contract import Contract, Operation
from execmock.core.contract.names import CREATE, EXECUTE, GET, PUBLIC

__all__ = ["ABOUT_EXECUTION", "CREATING", "FaultWords"]

CREATING = (CREATE, EXECUTE)
"""The operations whose requests make an execution."""
ABOUT_EXECUTION = (GET, PUBLIC)
"""The operations whose requests are about an execution that is there."""


@dataclass(frozen=True, slots=True)
class FaultWords:
    """Operations by id, statuses of both APIs, names of scenarios."""

    operations: Mapping[str, Operation]
    statuses: Collection[str]
    scenarios: Collection[str]

    @classmethod
    def of(cls, contract: Contract, scenarios: Iterable[str]) -> FaultWords:
        """Read the words from a contract."""
        statuses = [status for api in APIS.values() for status in contract.transitions(api.status).statuses]
        return cls(contract.operations, tuple(dict.fromkeys(statuses)), frozenset(scenarios))
