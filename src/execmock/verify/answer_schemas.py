"""Validators for answers, built from the contract's schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from execmock.core.contract import Contract, SchemaPlace
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation
from execmock.verify.exchange import pick

__all__ = ["data_schema", "dates", "missing", "prune", "type_violations"]


def prune(value: Any) -> Any:
    """Return JSON without members that are null or "": the contract reads them as left out."""
    if isinstance(value, dict):
        return {name: prune(item) for name, item in value.items() if item is not None and item != ""}
    if isinstance(value, list):
        return [prune(item) for item in value]
    return value


def data_schema(contract: Contract, operation: str) -> Mapping[str, Any]:
    """Return the schema of an operation's payload: `data` of its envelope, or the answer if it has none."""
    return contract.schema(SchemaPlace(operation, "data"))


@lru_cache(maxsize=64)
def _types_only(contract: Contract, operation: str) -> SchemaValidator:
    schema = contract.standalone(data_schema(contract, operation))
    return SchemaValidator(_without(schema, "enum"), "")


@lru_cache(maxsize=64)
def _whole(contract: Contract, operation: str) -> SchemaValidator:
    return SchemaValidator(contract.standalone(data_schema(contract, operation)), "")


def _without(schema: Any, keyword: str) -> Any:
    if isinstance(schema, dict):
        return {
            name: _without(item, keyword)
            for name, item in schema.items()
            if not (name == keyword and isinstance(item, list))
        }
    if isinstance(schema, list):
        return [_without(item, keyword) for item in schema]
    return schema


def type_violations(contract: Contract, operation: str, data: Any) -> list[Violation]:
    """Return where pruned `data` breaks the schema; `enum` is ignored."""
    return _types_only(contract, operation).violations(data)


def missing(contract: Contract, operation: str, data: Any, pruned: Any) -> list[Violation]:
    """Return the members that the contract requires and `pruned` lacks. An array null in `data` is empty."""
    found = _whole(contract, operation).violations(pruned)
    return [
        each
        for each in found
        if each.missing and not ("array" in each.expected and pick(data, each.where) is None)
    ]


@lru_cache(maxsize=64)
def _date_names(contract: Contract, schema: SchemaPlace) -> tuple[str, ...]:
    properties = contract.schema(schema).get("properties", {})
    resolved = ((name, contract.resolve(node)) for name, node in properties.items())
    return tuple(name for name, node in resolved if node.get("format") == "date-time")


def dates(contract: Contract, schema: SchemaPlace, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each non-empty member with the format date-time."""
    for name in _date_names(contract, schema):
        if value.get(name) not in (None, ""):
            yield name, value[name]
