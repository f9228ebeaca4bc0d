"""Plain data to the classes of a kind of file, or what is wrong with its keys and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from execmock.core.findings import Finding, findings_of
from execmock.core.schema.validator import SchemaValidator
from execmock.errors import closest, quoted
from execmock.loading.file_kinds import FIRST_KEYS

__all__ = ["FileModel"]

T = TypeVar("T")


class FileModel(Generic[T]):
    """The classes of a kind of file with the JSON Schema that is made from them."""

    def __init__(self, model: type[T], schema: Callable[[], Mapping[str, Any]], expected: str) -> None:
        """`expected` says what such a file holds, for one that holds no keys at all."""
        self._model = model
        self._expected = expected
        self._schema = schema

    @cached_property
    def _validator(self) -> SchemaValidator:
        return SchemaValidator(self._schema(), "")

    def _other(self, data: dict[str, Any]) -> str | None:
        """Return the key by which a file is one of another kind."""
        names: Sequence[str] = self._model.__struct_fields__  # type: ignore[attr-defined]
        if names[0] in data:
            return None
        kind = next((key for key in FIRST_KEYS if key in data and key not in names), None)
        return kind or next((key for key in data if not any(closest(key, names) for key in data)), None)

    def sound(self, data: Any) -> T | None:
        """Return the model of data that was found to fit before, None if it does not after all."""
        try:
            return msgspec.convert(data, self._model)
        except msgspec.ValidationError:
            return None

    def read(self, data: Any) -> tuple[T | None, list[Finding]]:
        """Return the model and no findings, or None and every key and value that does not fit."""
        if data is None:
            return None, [Finding((), f"the file is empty; expected {self._expected}")]
        if not isinstance(data, dict):
            space = isinstance(data, str) and ":" in data
            came = "a list" if isinstance(data, list) else quoted(data)
            hint = ". After a key stand a colon and a space" if space else ""
            return None, [Finding((), f"the file holds {came}; expected {self._expected}{hint}")]
        if other := self._other(data):
            return None, [
                Finding((other,), f"the file holds the key {quoted(other)}; expected {self._expected}")
            ]
        violations = self._validator.violations(data)
        if violations:
            return None, findings_of(violations)
        try:
            return msgspec.convert(data, self._model), []
        except msgspec.ValidationError as error:
            return None, [Finding((), str(error))]
