"""Where in the contract it stands how a part of a request has to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from execmock.core.contract.document import JSON, Contract
from execmock.core.contract.model import Operation
from execmock.core.contract.pointers import follow, join
from execmock.errors import ContractError

__all__ = ["pointer_to"]

_BRANCHES = ("allOf", "anyOf", "oneOf")
_DEEPEST = 100


def pointer_to(contract: Contract, operation: Operation, where: str) -> str:
    """Return the pointer to what the contract says of a place such as `body/lines/0` or `query/limit`.

    What it says nothing of leads to what stands around that: a property to its schema, else to the operation.
    """
    part, *names = where.split("/")
    if part == "body" and operation.body:
        media = JSON if JSON in operation.body.content else next(iter(operation.body.content), JSON)
        found = _key(contract, operation.body.pointer, ["content", media, "schema"])
        return _inside(contract, found or operation.body.pointer, names[:_DEEPEST])
    for parameter in operation.parameters:
        same = parameter.name.lower() == names[0].lower() if names else False
        if parameter.location == part and same:
            return parameter.pointer
    return operation.pointer


def _inside(contract: Contract, pointer: str, names: Sequence[str]) -> str:
    """Return the pointer to the schema of what lies so far inside a value, as deep as there is one."""
    for name in names:
        found = next(_members(contract, pointer, name, set()), None)
        if found is None:
            return follow(contract.document, pointer)
        pointer = found
    return pointer if names else follow(contract.document, pointer)


def _members(contract: Contract, pointer: str, name: str, seen: set[str]) -> Iterator[str]:
    """Yield the pointers to the schemas that a member of a value may be held to; `seen` were looked into."""
    home = follow(contract.document, pointer)
    schema = contract.look_up(home)
    if home in seen or not isinstance(schema, Mapping):
        return
    seen.add(home)
    ways = [("properties", name), ("items",)] if name.isdecimal() else [("properties", name)]
    for way in ways:
        found = _key(contract, home, way)
        if found is not None:
            yield found
    for keyword in _BRANCHES:
        for number in range(len(schema.get(keyword, ()))):
            yield from _members(contract, join(home, [keyword, number]), name, seen)


def _key(contract: Contract, pointer: str, way: Sequence[object]) -> str | None:
    """Return the pointer to a key some way in, whatever a reference there says; None if there is none."""
    try:
        found = join(follow(contract.document, follow(contract.document, pointer, way[:-1])), way[-1:])
        contract.look_up(found)
    except ContractError:
        return None
    return found
