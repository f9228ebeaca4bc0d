"""The commonest violations, worded without python-jsonschema: a key is missing, a value has the wrong type.

Most refused bodies break an object schema in one of these two ways, and finding that out again through a
general validator costs more than all else that a request does. Where a schema or a value asks for more,
nothing is said here. A property test holds the words to those that python-jsonschema's errors are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from execmock.core.schema.wording import types_worded

__all__ = ["Fault", "PlainObject"]

Fault = tuple[tuple[str | int, ...], str, bool]
"""Where in the value, what was expected, and whether nothing came."""

_SAY_NOTHING = frozenset({"type", "title", "description", "default", "deprecated", "example", "examples"})
_OF_OBJECTS = frozenset({"properties", "required", "components"})

_IS: Mapping[str, Callable[[Any], bool]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    ),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


class PlainObject:
    """A schema that says `type: object` with `required` and `properties`, most of them by `type` alone."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._required = list(schema.get("required", ()))
        properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
        self._types = {name: _types(part) for name, part in sorted(properties.items())}
        self._words = {name: types_worded(part.get("type", "value")) for name, part in properties.items()}

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> PlainObject | None:
        """Return the schema as a plain object, or None if it says more."""
        plain = schema.get("type") == "object" and all(map(_is_silent, schema.keys() - _OF_OBJECTS))
        return cls(schema) if plain else None

    def faults(self, value: object) -> list[Fault] | None:
        """Return what is wrong with a value, in the order of places; None if that cannot be told here."""
        if not isinstance(value, dict):
            return [((), "an object", False)]
        found: list[Fault] = [
            ((name,), f"{self._words.get(name, 'a value')} (required)", True)
            for name in self._required
            if name not in value
        ]
        for name, kinds in self._types.items():
            if name in value:
                if kinds is None:
                    return None
                if not any([_IS[kind](value[name]) for kind in kinds]):  # noqa: C419 - short, and sooner
                    found.append(((name,), self._words[name], False))
        return found or None


def _types(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the types that a schema allows, None if it asks for more than types."""
    silent = all(_is_silent(key) or (key, schema[key]) == ("additionalProperties", True) for key in schema)
    kinds = schema.get("type", tuple(_IS))
    return ((kinds,) if isinstance(kinds, str) else tuple(kinds)) if silent else None


def _is_silent(keyword: str) -> bool:
    return keyword in _SAY_NOTHING or keyword.startswith("x-")
