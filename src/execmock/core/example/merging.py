"""One schema out of several that a value has to fit all of: `allOf`, and the keywords next to a reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from itertools import islice
from typing import Any

from execmock.core.contract.pointers import look_up
from execmock.core.example.seeded import ExampleError, Place

__all__ = ["GIVEN", "References", "merged", "plain"]

Schema = Mapping[str, Any]
References = tuple[str, ...]
"""The references that led to a schema, so that a circle is seen."""

GIVEN = ("examples", "example", "default")
"""Keywords that hold a value of the schema, the first the best."""
_SILENT = frozenset(
    {*GIVEN, "title", "description", "deprecated", "readOnly", "writeOnly", "externalDocs", "$comment"}
)
"""Keywords that ask nothing of a value."""
_MOST_ALTERNATIVES = 50
_MOST_REFERENCES = 100


def plain(document: Schema, schema: Any, place: Place, references: References = ()) -> tuple[Any, References]:
    """Return a schema with its reference and its `allOf` merged into it, and the references so far."""
    if not isinstance(schema, Mapping) or not ("$ref" in schema or "allOf" in schema):
        return schema, references
    members, known = list(schema.get("allOf", ())), references
    if "$ref" in schema:
        target = schema["$ref"]
        if target in references:
            raise ExampleError(place, f"{target} refers to itself")
        if len(references) >= _MOST_REFERENCES:
            raise ExampleError(place, f"more than {_MOST_REFERENCES} references lead to it")
        known = references = (*references, target)
        members.append(look_up(document, target))
    own = {key: item for key, item in schema.items() if key not in ("$ref", "allOf")}
    parts: list[Any] = [own] if set(own) - _SILENT else []
    for member in members:
        part, found = plain(document, member, place, references)
        parts.append(part)
        known = (*known, *(target for target in found if target not in known))
    # What is said of the whole, such as an example, need not be true of a part, and the other way round.
    whole = reduce(merged, parts or [{}])
    if isinstance(whole, Mapping):
        whole = {**whole, **{key: item for key, item in own.items() if key in _SILENT}}
    return whole, known


def merged(first: Any, second: Any) -> Any:
    """Return a schema for the values that fit both, without the values that either gives itself."""
    if first is False or second is False:
        return False
    if first is True or not first:
        return second
    if second is True or not second:
        return first
    found = {key: item for key, item in first.items() if key not in GIVEN}
    for key, item in second.items():
        if key in found:
            found[key] = _JOINED.get(key, _later)(found[key], item)
        elif key not in GIVEN:
            found[key] = item
    return found


def _later(first: Any, second: Any) -> Any:
    return second


def _both(first: Any, second: Any) -> Any:
    return {"allOf": [first, second]}


def _each(first: Schema, second: Schema) -> Schema:
    """Join two mappings of schemas."""
    shared = {name: _both(first[name], second[name]) for name in first if name in second}
    return {**first, **second, **shared}


def _alternatives(first: list[Any], second: list[Any]) -> list[Any]:
    """Return the alternatives of two lists of which one of each has to fit."""
    return list(islice((_both(one, other) for one in first for other in second), _MOST_ALTERNATIVES))


def _types(first: Any, second: Any) -> Any:
    one, other = _listed(first), _listed(second)
    shared = [kind for kind in one if kind in other]
    if {"integer", "number"} <= {*one, *other} and "integer" not in shared:
        # Every integer is a number.
        shared.append("integer")
    return shared


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


_JOINED: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    **dict.fromkeys(("properties", "patternProperties"), _each),
    **dict.fromkeys(("items", "additionalProperties", "contains", "propertyNames"), _both),
    **dict.fromkeys(("anyOf", "oneOf"), _alternatives),
    "allOf": lambda first, second: [*first, *second],
    "enum": lambda first, second: [value for value in first if value in second],
    "required": lambda first, second: [*first, *(name for name in second if name not in first)],
    "type": _types,
}
