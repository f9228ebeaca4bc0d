"""Does a value fit a schema? jsonschema-rs decides, python-jsonschema words what is wrong.

Both implement JSON Schema 2020-12; a property test holds them to the same verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from execmock.core.schema.violation import Violation

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

    from execmock.core.schema.plain_objects import PlainObject

__all__ = ["SchemaValidator"]


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
