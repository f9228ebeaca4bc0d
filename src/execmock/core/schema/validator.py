"""Does a value fit a schema, and what breaks it? jsonschema-rs decides, by JSON Schema 2020-12."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, reduce
from itertools import islice
from operator import getitem
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.core.schema.wording import MOST_TOLD, Failure, Keyword, Path, worded

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

__all__ = ["SchemaValidator"]

_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_MOST_PATHS = 100
_CONTAINERS = (dict, list)
_ANNOTATIONS = frozenset({"type", "title", "description", "default", "deprecated", "example", "examples"})
_JUDGE_UNKNOWN = frozenset({"additionalProperties", "minProperties", "maxProperties"})
_FEW = 50
_OF_MEMBERS = frozenset({"properties", "required", "minProperties", "maxProperties", "components"})


class SchemaValidator:
    """One schema, ready to judge. `where` is the first part of every violation's place."""

    def __init__(self, schema: Mapping[str, Any], where: str = "body") -> None:
        self._schema = schema
        self._where = where
        self._keywords: dict[Path, Keyword] = {}
        engine = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=False)
        self._errors = engine.iter_errors
        self.is_valid = engine.is_valid
        """Return whether a value fits. The only thing the hot path calls."""

    def violations(self, value: Any) -> list[Violation]:
        """Return every violation, in the order of their places; empty when the value fits.

        Raises ValueError for what JSON cannot hold, and for a misfit that nests deeper than 255 levels.
        """
        try:
            return self._violations(value)
        except UnicodeEncodeError:
            # The engine reads UTF-8, which cannot hold half of a surrogate pair; a header can.
            return self._violations(json.loads(encode(value)))

    def _violations(self, value: Any) -> list[Violation]:
        if self.is_valid(value):
            return []
        return worded(self._failures(self._errors(self._without_free_form(value)), value), self._where)

    @cached_property
    def _looked_into(self) -> frozenset[str] | None:
        """The members whose insides the schema judges; None if that may be any."""
        if not all(map(_is_shallow, self._schema.items())):
            return None
        properties = self._schema.get("properties", {})
        return frozenset(name for name, part in properties.items() if not _says_type_alone(part))

    def _without_free_form(self, value: Any) -> Any:
        """Return a value with its free-form members emptied, or without those that nothing is said of.

        The engine copies a value for each error.
        """
        judged = self._looked_into
        if judged is None or _has_empty_key(value) or not isinstance(value, dict):
            return value
        if len(value) > _FEW and _JUDGE_UNKNOWN.isdisjoint(self._schema):
            said = {*self._schema.get("properties", ()), *self._schema.get("required", ())}
            value = {name: member for name, member in value.items() if name in said}
        emptied = {
            name: type(member)()
            for name, member in value.items()
            if isinstance(member, _CONTAINERS) and name not in judged and not _has_empty_key(member)
        }
        return {**value, **emptied} if emptied else value

    def _failures(self, errors: Iterable[ValidationError], value: Any) -> list[Failure]:
        return [self._failure(error, value) for error in islice(errors, MOST_TOLD)]

    def _failure(self, error: ValidationError, value: Any) -> Failure:
        kind = error.kind
        name, told = kind.name, kind.value
        path, received = _find(error, value)
        if name == "propertyNames":
            return self._failure(told, value)._replace(path=path, received=told.instance)
        place = tuple(error.schema_path)
        keyword = self._keywords.get(place) or self._keyword(name, place, told)
        if name == "required":
            return Failure(path, keyword.rank, keyword, received, (told,))
        if name in ("additionalProperties", "unevaluatedProperties"):
            return Failure(path, keyword.rank, keyword, received, told)
        if name in ("anyOf", "oneOf") and all(told):
            branches = [self._failures(branch, value) for branch in told]
            return Failure(path, keyword.rank, keyword, received, (), branches)
        return Failure(path, keyword.rank, keyword, received)

    def _keyword(self, name: str, path: Path, told: Any) -> Keyword:
        """Return the keyword at a path in the schema, and keep it: there are as many as the schema has."""
        holder, rank = _walked(self._schema, path[:-1])
        position = [*holder, path[-1]].index(path[-1])
        self._keywords[path] = Keyword(name, holder.get(name, told), holder, (*rank, position))
        return self._keywords[path]


def _walked(schema: Mapping[str, Any], path: Path) -> tuple[Mapping[str, Any], list[int]]:
    """Return the schema at a path and the positions of its parts; an empty schema if it is not found."""
    rank: list[int] = []
    at: Any = schema
    for part in next(_paths(schema, path), ()):
        rank.append(part if isinstance(part, int) else list(at).index(part))
        at = at[part]
    return (at, rank) if isinstance(at, Mapping) else ({}, rank)


def _says_type_alone(schema: Mapping[str, Any] | bool) -> bool:
    return isinstance(schema, bool) or all(map(_says_type, schema.items()))


def _says_type(item: tuple[str, Any]) -> bool:
    """Whether a keyword asks for no more than a type."""
    return item[0] in _ANNOTATIONS or item[0].startswith("x-") or item == ("additionalProperties", True)


def _is_shallow(item: tuple[str, Any]) -> bool:
    """Whether a keyword judges members by name alone, and looks into those only that it describes."""
    return item[0] in _OF_MEMBERS or _says_type(item) or item == ("additionalProperties", False)


def _has_empty_key(value: Any) -> bool:
    return isinstance(value, dict) and "" in value


def _find(error: ValidationError, value: Any) -> tuple[Path, Any]:
    """Return where in `value` an error is, and what is there."""
    path: Path = tuple(error.instance_path)
    at = value
    for part in path:
        if _has_empty_key(at) or (isinstance(at, dict) and part not in at):
            break
        at = at[part]
    else:
        if not _has_empty_key(at):
            return path, at
    told = islice(_paths(value, path), _MOST_PATHS)
    found = [(each, reduce(getitem, each, value)) for each in told] or [((), value)]
    came = error.instance
    return next((each for each in found if each[1] == came), found[0])


def _paths(value: Any, told: Path) -> Iterator[Path]:
    """Yield the paths in `value` that jsonschema-rs tells as `told`: without empty keys, and `"01"` as 1."""
    if not told:
        yield ()
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "":
                yield from ((key, *rest) for rest in _paths(inner, told))
            elif told and told[0] in (key, int(key) if _NUMBER.fullmatch(key) else key):
                yield from ((key, *rest) for rest in _paths(inner, told[1:]))
    elif isinstance(value, list) and told and isinstance(told[0], int) and told[0] < len(value):
        yield from ((told[0], *rest) for rest in _paths(value[told[0]], told[1:]))
