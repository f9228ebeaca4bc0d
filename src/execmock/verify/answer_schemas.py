"""What the contract's schemas say of answers: which members count as left out, which are dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from execmock.core.contract import Contract, SchemaPlace
from execmock.verify.json_values import rebuilt

__all__ = ["Part", "Schema", "dates", "prune", "schema_of"]

Part = Literal["types", "whole", "body"]
"""What is judged: an answer's payload by its documented types, or by all of its schema; a body sent."""


def prune(value: Any) -> Any:
    """Return JSON without members that are null or "": the contract reads them as left out."""
    return rebuilt(value, lambda _, item: item is not None and item != "")


@lru_cache(maxsize=64)
def schema_of(contract: Contract, operation: str, part: Part) -> Schema:
    """Return what to judge by: the payload of a success is `data` of its envelope, or all if it has none."""
    if part == "types":
        schema = _documented(contract).schema(SchemaPlace(operation, "data"))
        return Schema(_without(_documented(contract).standalone(schema), "enum"))
    if part == "whole":
        return Schema(contract.standalone(contract.schema(SchemaPlace(operation, "data"))))
    body = contract.operation(operation).body
    content = next(iter(body.content.values())) if body else {}
    return Schema(contract.standalone(contract.resolve(content)))


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A schema that can be a key of a cache."""

    document: Mapping[str, Any]


@lru_cache(maxsize=4)
def _documented(contract: Contract) -> Contract:
    """Return the contract reduced to what the vendor's pages document."""
    return contract.at_level("documented")


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
