"""Does a value fit a schema? jsonschema-rs decides, python-jsonschema words what is wrong.

Both implement JSON Schema 2020-12; a property test holds them to the same verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from json import JSONEncoder
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

    from execmock.core.schema.plain_objects import PlainObject

__all__ = ["SchemaValidator", "Violation", "shorten", "shortened"]

_LONGEST_TEXT = 120
_JSON = JSONEncoder(ensure_ascii=False, default=str)


_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a value: `where` (such as body/workflowId), what came, what was expected.

    `path` leads to it inside the value. `unknown` says that it is a key that should not be there; `hint`
    then names the nearest one that may.
    """

    where: str
    expected: str
    received: Any = _NOTHING
    path: tuple[str | int, ...] = field(default=(), compare=False)
    unknown: bool = field(default=False, compare=False)
    hint: str = field(default="", compare=False)

    @property
    def missing(self) -> bool:
        """Whether nothing came where something has to be."""
        return self.received is _NOTHING

    @property
    def sentence(self) -> str:
        """What was expected and what came, without the place."""
        came = "nothing" if self.missing else shorten(self.received)
        return f"expected {self.expected}, received {came}" + (f".{self.hint}" if self.hint else "")

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"

    def as_json(self) -> dict[str, Any]:
        """Return the entry of an error body's `details`; `received` is left out when nothing came."""
        came = {} if self.missing else {"received": shortened(self.received)}
        return {"location": self.where, **came, "expected": self.expected, "message": str(self)}


class SchemaValidator:
    """One schema, ready to judge. `where` is the first part of every violation's place."""

    def __init__(self, schema: Mapping[str, Any], where: str = "body") -> None:
        self._schema = schema
        self._where = where
        self.is_valid = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=False).is_valid
        """Return whether a value fits. The only thing the hot path calls."""

    @cached_property
    def _wording(self) -> Draft202012Validator:
        # Imported on the first violation: it costs more than everything else the server imports.
        from jsonschema import Draft202012Validator

        return Draft202012Validator(self._schema)

    @cached_property
    def _plain(self) -> PlainObject | None:
        from execmock.core.schema.plain_objects import PlainObject

        return PlainObject.of(self._schema)

    def _worded(self, value: Any, path: tuple[str | int, ...], expected: str, missing: bool) -> Violation:
        place = "/".join([self._where, *map(str, path)])
        if missing:
            return Violation(place, expected, path=path)
        return Violation(place, expected, value[path[0]] if path else value, path=path)

    def agrees(self, value: object) -> bool:
        """Return python-jsonschema's verdict; the two must never differ."""
        return bool(self._wording.is_valid(value))

    def violations(self, value: object) -> list[Violation]:
        """Return every violation, in the order of their places; empty when the value fits."""
        if self.is_valid(value):
            return []
        from execmock.core.schema.wording import worded

        faults = self._plain.faults(value) if self._plain else None
        if faults:
            return [self._worded(value, *fault) for fault in faults]
        found = worded(self._wording.iter_errors(value), self._where)
        return list({str(violation): violation for violation in found}.values())


def shortened(value: object) -> object:
    """Return a value as it is, or as short text when it is long."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
    return shorten(value)


def shorten(value: object) -> str:
    """Return a value as short JSON-like text, fit for an error message."""
    text = _JSON.encode(value)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
