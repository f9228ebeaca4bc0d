"""python-jsonschema, the reference implementation: the judge's second opinion on shapes.

The only module that imports it. The server never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["SecondOpinion"]

_Path = tuple[str | int, ...]


class SecondOpinion:
    """One schema, ready to judge by JSON Schema 2020-12; `format` is an annotation."""

    name = "python-jsonschema"

    def __init__(self, schema: Mapping[str, Any]) -> None:
        from jsonschema import Draft202012Validator

        self._engine: Draft202012Validator = Draft202012Validator(schema)

    def broken(self, value: Any) -> Iterator[_Path]:
        """Yield the paths where a value breaks the schema, also inside alternatives; none if it fits.

        A member that is missing has a path too. Raises what the engine raises: RecursionError for deep
        nesting, `re.error` for patterns that Python does not know, ValueError for integers of many digits.
        """
        return _paths(self._engine.iter_errors(value), value)


def _paths(errors: Iterable[ValidationError], value: Any) -> Iterator[_Path]:
    for error in errors:
        path: _Path = tuple(error.absolute_path)
        if error.schema is False:
            yield from _refused(path, error.instance, reduce(getitem, path, value))
        elif error.validator in ("required", "dependentRequired"):
            yield from ((*path, name) for name in _missing(error))
        else:
            yield path
            yield from _paths(error.context, value)


def _refused(path: _Path, instance: Any, there: Any) -> Iterator[_Path]:
    """Yield where a value may stand that the schema `false` refuses; the engine tells what it stands in."""
    yield path
    members = (
        there.items() if isinstance(there, dict) else enumerate(there) if isinstance(there, list) else ()
    )
    yield from ((*path, part) for part, member in members if member is instance)


def _missing(error: ValidationError) -> list[str]:
    """Return the names that `required` or `dependentRequired` misses; the engine says them in words alone."""
    asked: Any = error.validator_value
    instance: Any = error.instance
    if isinstance(asked, dict):
        asked = [name for key, names in asked.items() if key in instance for name in names]
    return [name for name in asked if name not in instance]
