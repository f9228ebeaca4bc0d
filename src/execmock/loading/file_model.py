"""Plain data to the classes of a kind of file, or what is wrong with its keys and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from execmock.core.scenario.findings import Finding
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation

__all__ = ["FileModel"]

T = TypeVar("T")


class FileModel(Generic[T]):
    """The classes of a kind of file with the JSON Schema that is made from them."""

    def __init__(self, model: type[T], schema: Callable[[], Mapping[str, Any]]) -> None:
        self._model = model
        self._schema = schema

    @cached_property
    def _validator(self) -> SchemaValidator:
        return SchemaValidator(self._schema(), "")

    def sound(self, data: Any) -> T | None:
        """Return the model of data that was found to fit before, None if it does not after all."""
        try:
            return msgspec.convert(data, self._model)
        except msgspec.ValidationError:
            return None

    def read(self, data: Any) -> tuple[T | None, list[Finding]]:
        """Return the model and no findings, or None and every key and value that does not fit."""
        violations = self._validator.violations(data)
        if violations:
            return None, [Finding(violation.path, _sentence(violation)) for violation in violations]
        try:
            return msgspec.convert(data, self._model), []
        except msgspec.ValidationError as error:
            return None, [Finding((), str(error))]


def _sentence(violation: Violation) -> str:
    key = violation.path[-1] if violation.path else ""
    if violation.missing:
        return f"the key {key!r} is missing; expected {violation.expected.removesuffix(' (required)')}"
    if violation.unknown:
        return f"unknown key {key!r}; expected {violation.expected}.{violation.hint}"
    return violation.sentence
