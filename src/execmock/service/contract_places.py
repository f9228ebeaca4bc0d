"""Where it stands in the contract's file how a part of a request has to be."""

from __future__ import annotations

from typing import NamedTuple

from execmock.core.contract import Contract, Operation, pointer_to
from execmock.errors import Place
from execmock.loading.contract import place_in

__all__ = ["ContractPlace", "find_place"]


class ContractPlace(NamedTuple):
    """A JSON pointer into the contract, and where in which file it leads."""

    pointer: str
    place: Place


def find_place(contract: Contract, operation: Operation, where: str) -> ContractPlace:
    """Return what is told of a place such as `body/lines/0`. The first time, the file is read once more."""
    pointer = pointer_to(contract, operation, where)
    return ContractPlace(pointer, place_in(contract, pointer))
