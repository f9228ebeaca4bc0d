"""Reads the parameters of a request, which come as text: query, headers and parts of the path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from execmock.core.contract import Contract, Operation, Parameter, as_mapping
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation, shortened
from execmock.errors import nearest
from execmock.server.api.strictness import Strictness

__all__ = ["ParameterReader", "may_be_any_text", "query_names", "unknown_parameters"]

_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MOST_UNKNOWN = 20
_SILENT = frozenset({"type", "title", "description", "example", "examples", "deprecated"})


class ParameterReader:
    """One parameter that comes as text: how it is read, and what it must fit."""

    def __init__(self, contract: Contract, parameter: Parameter, strictness: Strictness) -> None:
        schema = parameter.schema
        self.name = parameter.name
        self.default = schema.get("default")
        self._where = f"{parameter.location}/{parameter.name}"
        self._required = parameter.required
        self._explode = parameter.explode
        self._kinds = _kinds(schema)
        items = as_mapping(contract.resolve(schema.get("items", {})))
        self._items = _kinds(items) if "array" in self._kinds else None
        # The components come along only where they are needed: compiling them takes time.
        whole = contract.standalone(schema) if "$ref" in str(schema) else schema
        self._validator = SchemaValidator(whole, self._where)
        clamp = schema.get("x-clamp", {}).get("maximum")
        self._most = clamp if strictness.clamp_limit else None
        self._least_refused = None if strictness.clamp_limit else clamp
        self._huge = schema.get("maximum") if strictness.clamp_huge else None

    def read(self, values: list[str], found: dict[str, Any]) -> list[Violation]:
        """Put the value into `found`; return what is wrong with it."""
        if not values:
            return [Violation(self._where, f"{self._kind_words()} (required)")] if self._required else []
        if self._items is not None:
            parts = values if self._explode else [part for text in values for part in text.split(",")]
            found[self.name] = [_converted(part, self._items) for part in parts]
            return self._validator.violations(found[self.name])
        if len(values) > 1:
            return [Violation(self._where, "one value", values)]
        value = _converted(values[0], self._kinds)
        if self._huge is not None and isinstance(value, int) and value > self._huge:
            value = self._huge
        violations = self._validator.violations(value)
        if not violations and self._least_refused is not None and value > self._least_refused:
            violations = [Violation(self._where, f"at most {self._least_refused}", value)]
        found[self.name] = min(value, self._most) if self._most is not None and not violations else value
        return violations

    def _kind_words(self) -> str:
        kind = self._kinds[0]
        return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _kinds(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types that a schema names, a text if it names none."""
    kinds = schema.get("type", "string")
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def _converted(text: str, kinds: Sequence[str]) -> Any:
    """Return a text as a value of the type that it is to have, or as it is if it has none of them."""
    # At most 4000 digits: Python refuses to read longer ones, and no bound lies there.
    if "integer" in kinds and _INTEGER.fullmatch(text) and len(text) < 4000:
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text) and len(text) < 4000:
        return float(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def query_names(operation: Operation) -> tuple[str, ...]:
    """Return the names of the parameters that an operation takes in the query."""
    return tuple(parameter.name for parameter in operation.parameters if parameter.location == "query")


def unknown_parameters(query: str, known: Sequence[str]) -> list[Violation]:
    """Return what is wrong with a query that names other parameters than those that are known."""
    names = {name: value for name, value in parse_qsl(query, keep_blank_values=True) if name not in known}
    expected = "no parameters in the query"
    if known:
        expected = f"one of {', '.join(known)}" if len(known) > 1 else f"no parameter but {known[0]}"
    return [
        Violation(f"query/{shortened(name)}", expected, value, hint=nearest(name, known))
        for name, value in names.items()
    ][:_MOST_UNKNOWN]


def may_be_any_text(parameter: Parameter) -> bool:
    """Whether every text fits the schema of a parameter."""
    schema = parameter.schema
    silent = all(key in _SILENT or key.startswith("x-") for key in schema)
    return silent and schema.get("type", "string") == "string"
