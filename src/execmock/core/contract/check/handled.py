"""Does a contract have the five operations, and in them all that their handlers need?

The handlers fill answers and read requests by the names in `core.contract.names`, and follow the extensions
that say how an execution moves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from execmock.core.contract.check.extensions import extension_findings
from execmock.core.contract.check.lifecycle import status_findings
from execmock.core.contract.check.references import data_path
from execmock.core.contract.document import JSON, Contract
from execmock.core.contract.model import Operation
from execmock.core.contract.names import (
    DEFAULTED,
    EMBED_EXECUTION,
    FILLED,
    LIST,
    OPERATIONS,
    PARAMETERS,
    REQUIRED,
    SchemaPlace,
)
from execmock.core.findings import DataPath, Finding
from execmock.errors import ContractError, nearest

__all__ = ["handled_findings"]


def handled_findings(contract: Contract, shipped: Contract) -> list[Finding]:
    """Return what the handlers miss, and what of it contradicts itself."""
    found = [finding for name in OPERATIONS for finding in _operation_findings(contract, name)]
    if not found:
        found = [*_body_findings(contract), *_answer_findings(contract)]
    if not found:
        found = [*status_findings(contract), *extension_findings(contract, shipped)]
    return found


def _operation_findings(contract: Contract, name: str) -> Iterator[Finding]:
    operation = contract.operation(name)
    place = _path(contract, operation.pointer)
    known = {
        parameter.name: parameter for parameter in operation.parameters if parameter.location != "header"
    }
    for wanted in PARAMETERS.get(name, ()):
        if wanted not in known:
            yield Finding(
                place, f"{name} has no parameter {wanted!r}, which the mock needs.{nearest(wanted, known)}"
            )
        elif name == LIST and "default" not in known[wanted].schema:
            path = _path(contract, known[wanted].pointer)
            yield Finding(path, f"the parameter {wanted!r} has no default; expected one in its schema")
    if any(place.operation == name for place in (*REQUIRED, *DEFAULTED)) and not _has_json(operation):
        yield Finding(place, f"{name} has no body of {JSON} with a schema, which the mock needs")
    if operation.success.schema is None:
        path = _path(contract, operation.success.pointer)
        yield Finding(
            path, f"the success of {name} has no content of {JSON} with a schema, which the mock needs"
        )


def _has_json(operation: Operation) -> bool:
    return bool(operation.body and operation.body.content.get(JSON))


def _body_findings(contract: Contract) -> Iterator[Finding]:
    for schema, names in REQUIRED.items():
        path, found = _schema(contract, schema)
        for name in names:
            if name not in found.get("required", ()):
                yield Finding(path, f"{name!r} is not required, and the mock reads it in every request")
    for schema, names in DEFAULTED.items():
        path, found = _schema(contract, schema)
        properties = found.get("properties", {})
        for name in names:
            if name not in properties:
                yield Finding(
                    path, f"there is no property {name!r}, which the mock reads.{nearest(name, properties)}"
                )
            elif "default" not in contract.resolve(properties[name]):
                member = _path(contract, contract.pointer(schema.member(name)))
                yield Finding(member, f"{name!r} has no default, which the mock takes")


def _answer_findings(contract: Contract) -> Iterator[Finding]:
    for place, filled in FILLED.items():
        try:
            path, schema = _schema(contract, place)
        except ContractError as error:
            yield Finding(_path(contract, contract.operation(place.operation).pointer), error.message)
            continue
        properties = schema.get("properties", {})
        for name in filled:
            if name not in properties:
                yield Finding(
                    path, f"there is no property {name!r}, which the mock fills.{nearest(name, properties)}"
                )
        if place != EMBED_EXECUTION:
            yield from _unfilled(contract, path, schema, filled)


def _unfilled(
    contract: Contract, path: DataPath, schema: Mapping[str, Any], filled: Collection[str]
) -> Iterator[Finding]:
    """Yield what every answer must have, although the mock neither fills it in each nor was sent it."""
    sent = _schema(contract, next(iter(REQUIRED)))[1].get("required", ())
    for index, name in enumerate(schema.get("required", ())):
        if name not in filled and name not in sent:
            text = f"{name!r} is required, and the mock does not fill it in every answer"
            yield Finding((*path, "required", index), f"{text}; leave it out of `required`")


def _schema(contract: Contract, place: SchemaPlace) -> tuple[DataPath, Mapping[str, Any]]:
    return _path(contract, contract.pointer(place)), contract.schema(place)


def _path(contract: Contract, pointer: str) -> DataPath:
    return data_path(contract.document, pointer)
