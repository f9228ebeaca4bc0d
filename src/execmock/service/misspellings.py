"""Names in requests that the contract does not know, but nearly: they are ignored without a word.

What the known names of headers gain (`bench/micro_gains.py`): once the journal is full, each request drops
another one, whose misspelt names are counted; without them a create takes 135 % more processor time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from execmock.core.contract import Contract, Operation, is_json
from execmock.core.json_text import JsonError
from execmock.core.long_json import decode_long
from execmock.core.schema.violation import Violation

__all__ = ["Misspellings"]

_NEAR = 0.75
_MOST_NAMES = 50
"""Unknown names of one object that are looked at."""
_DEEPEST = 8
_OWN_HEADERS = ("Prefer", "X-Execmock-Scenario")
_PLAIN_HEADERS = frozenset({"referer"})
"""Common headers whose names are near others."""


class _Object(NamedTuple):
    """The properties that an object may have by its schema, and those of the objects in it."""

    names: frozenset[str]
    inner: Mapping[str, _Object]


class _Names(NamedTuple):
    """The names that an operation knows."""

    query: frozenset[str]
    headers: frozenset[str]
    body: _Object


class Misspellings:
    """Finds them by operation. A known name that the request has as well is not what was meant."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._names: dict[str, _Names] = {}

    def of(self, operation: str, query: str, headers: Mapping[str, str], body: bytes) -> Sequence[Violation]:
        """Return what is misspelt in a request to an operation, where and what it should be."""
        names = self._names.get(operation) or self._read(operation)
        if names is None:
            return ()
        found = [*_query(query, names.query)] if query else []
        found += _headers(headers, names.headers)
        if body and names.body.names:
            found += _body(body, names.body)
        return found

    def _read(self, operation: str) -> _Names | None:
        if operation not in self._contract.operations:
            return None
        names = self._names[operation] = _names(self._contract, self._contract.operation(operation))
        return names


def _names(contract: Contract, operation: Operation) -> _Names:
    in_place = {
        place: frozenset(p.name for p in operation.parameters if p.location == place)
        for place in ("query", "header")
    }
    content = operation.body.content if operation.body else {}
    schema = next((schema for media, schema in content.items() if is_json(media)), {})
    headers = in_place["header"] | set(_OWN_HEADERS)
    return _Names(in_place["query"], headers, _object(contract, schema, _DEEPEST))


def _object(contract: Contract, schema: Any, deep: int) -> _Object:
    properties = (
        contract.resolve(schema).get("properties", {}) if isinstance(schema, Mapping) and deep else {}
    )
    inner = {name: _object(contract, value, deep - 1) for name, value in properties.items()}
    return _Object(frozenset(properties), {name: found for name, found in inner.items() if found.names})


def _query(query: str, known: frozenset[str]) -> Iterator[Violation]:
    given = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    yield from _near(sorted(given - known), known - given, "query", "the parameter")


def _headers(headers: Mapping[str, str], known: frozenset[str]) -> Iterator[Violation]:
    present = {name for name in known if name in headers}
    for name in headers:
        if name not in present and (meant := _header_meant(name, known)) and meant not in present:
            yield Violation(f"header/{name}", f"the header {meant}", name)


@lru_cache(maxsize=1000)
def _header_meant(name: str, known: frozenset[str]) -> str | None:
    if name.lower() in _PLAIN_HEADERS or name.lower() in {other.lower() for other in known}:
        return None
    return _meant(name, known)


def _body(body: bytes, known: _Object) -> Sequence[Violation]:
    try:
        value = decode_long(body)
    except JsonError:
        return ()
    # Nearly all bodies hold what is known, which is quickly seen.
    if type(value) is dict and value.keys() <= known.names and known.inner.keys().isdisjoint(value):
        return ()
    return tuple(_properties(value, known, "body"))


def _properties(value: Any, known: _Object, where: str) -> Iterator[Violation]:
    if not isinstance(value, Mapping):
        return
    given = value.keys()
    if not given <= known.names:
        unknown = islice((name for name in given if name not in known.names), _MOST_NAMES)
        yield from _near(unknown, known.names - given, where, "the property")
    for name, inner in known.inner.items():
        if name in given:
            yield from _properties(value[name], inner, f"{where}/{name}")


def _near(names: Iterable[str], known: frozenset[str], where: str, what: str) -> Iterator[Violation]:
    for name in islice(names, _MOST_NAMES):
        if meant := _meant(name, known):
            yield Violation(f"{where}/{name}", f"{what} {meant}", name)


def _meant(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a name is a misspelling of, or None."""
    plain = {_squeezed(other): other for other in sorted(known)}
    if len(name) > 2 * max(map(len, plain), default=0):
        return None
    close = get_close_matches(_squeezed(name), plain, n=1, cutoff=_NEAR)
    return plain[close[0]] if close else None


def _squeezed(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")
