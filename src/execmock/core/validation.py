"""Does a value fit a schema? jsonschema-rs decides, python-jsonschema words what is wrong.

Both implement JSON Schema 2020-12; a property test holds them to the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import jsonschema_rs

from execmock.errors import nearest

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["SchemaValidator", "Violation", "shorten", "shortened"]

_LONGEST_TEXT = 120


_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a request: `where` (such as body/workflowId), what came, what was expected.

    `hint` is a sentence that names the nearest valid name, or empty.
    """

    where: str
    expected: str
    received: Any = _NOTHING
    hint: str = ""

    @property
    def sentence(self) -> str:
        """What was expected and what came, without the place."""
        came = "nothing" if self.received is _NOTHING else shorten(self.received)
        sentence = f"expected {self.expected}, received {came}"
        return f"{sentence}. {self.hint}" if self.hint else sentence

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"

    def as_json(self) -> dict[str, Any]:
        """Return the entry of an error body's `details`; `received` is left out when nothing came."""
        came = {} if self.received is _NOTHING else {"received": shortened(self.received)}
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

    def agrees(self, value: object) -> bool:
        """Return python-jsonschema's verdict; the two must never differ."""
        return bool(self._wording.is_valid(value))

    def violations(self, value: object) -> list[Violation]:
        """Return every violation, in the order of their places; empty when the value fits."""
        if self.is_valid(value):
            return []
        errors = sorted(
            self._wording.iter_errors(value), key=lambda error: [str(part) for part in error.absolute_path]
        )
        found = [violation for error in errors for violation in self._violation(error)]
        return list({str(violation): violation for violation in found}.values())

    def _violation(self, error: ValidationError) -> Iterator[Violation]:
        place = "/".join([self._where, *map(str, error.absolute_path)])
        if error.validator == "required":
            yield from _missing(error, place)
        elif error.validator in ("additionalProperties", "unevaluatedProperties"):
            yield from _unknown(error, place)
        elif error.validator in ("anyOf", "oneOf"):
            meant = _meant(error)
            if not meant:
                yield Violation(place, _types(_kinds(error)), error.instance)
            for inner in meant:
                yield from self._violation(inner)
        else:
            yield Violation(place, _expected(error), error.instance)


def _missing(error: ValidationError, place: str) -> Iterator[Violation]:
    properties = _properties(error)
    for name in cast("list[str]", error.validator_value):
        if name not in cast("dict[str, Any]", error.instance):
            kind = _types(properties.get(name, {}).get("type", "value"))
            yield Violation(f"{place}/{name}", f"{kind} (required)")


def _unknown(error: ValidationError, place: str) -> Iterator[Violation]:
    known = list(_properties(error))
    for name, value in cast("dict[str, Any]", error.instance).items():
        if name not in known:
            hint = nearest(name, known).strip()
            yield Violation(f"{place}/{name}", f"one of {', '.join(known)}", value, hint)


def _meant(error: ValidationError) -> list[ValidationError]:
    """Return what is wrong by the one alternative of a union that takes values of this type, if it is one."""
    alternatives: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        alternatives.setdefault(inner.relative_schema_path[0], []).append(inner)
    fitting = [
        errors
        for errors in alternatives.values()
        if not any(inner.validator == "type" and not inner.relative_path for inner in errors)
    ]
    return fitting[0] if len(fitting) == 1 else []


def _kinds(error: ValidationError) -> list[str]:
    """Return the types that the alternatives of a union take."""
    top = [inner for inner in error.context or () if inner.validator == "type" and not inner.relative_path]
    values = [cast("str | list[str]", inner.validator_value) for inner in top]
    return [kind for value in values for kind in ([value] if isinstance(value, str) else value)]


def _properties(error: ValidationError) -> Mapping[str, Any]:
    schema = cast("Mapping[str, Any]", error.schema)
    return cast("Mapping[str, Any]", schema.get("properties", {}))


def _expected(error: ValidationError) -> str:
    value: Any = error.validator_value
    words = {
        "type": lambda: _types(value),
        "enum": lambda: "one of " + ", ".join(map(str, value)),
        "const": lambda: shorten(value),
        "minimum": lambda: f"at least {value}",
        "maximum": lambda: f"at most {value}",
        "exclusiveMinimum": lambda: f"more than {value}",
        "exclusiveMaximum": lambda: f"less than {value}",
        "minLength": lambda: f"at least {value} characters",
        "maxLength": lambda: f"at most {value} characters",
        "minItems": lambda: f"at least {value} items",
        "maxItems": lambda: f"at most {value} items",
        "pattern": lambda: f"text that matches {value}",
    }
    word = words.get(str(error.validator))
    return word() if word else f"{error.validator} {shorten(value)}"


def _types(kinds: str | Iterable[str]) -> str:
    names = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    return " or ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in names)


def shortened(value: object) -> object:
    """Return a value as it is, or as short text when it is long."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
    return shorten(value)


def shorten(value: object) -> str:
    """Return a value as short JSON-like text, fit for an error message."""
    from json import dumps

    text = dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
