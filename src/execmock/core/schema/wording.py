"""What breaks a schema, as violations: one for each key or value that has to be mended.

Of several alternatives, the one that the value was most likely meant to be is judged, so that a slip
inside it is named where it stands instead of the whole value being refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from execmock.core.schema.violation import NOTHING, Violation, shorten
from execmock.errors import nearest

__all__ = ["MOST_TOLD", "Failure", "Keyword", "Path", "worded"]

Path = tuple[str | int, ...]

MOST_TOLD = 1_000
"""Unknown members of one object, and failures of one value, that are told: to find near names takes long."""
_SHAPES = ("type", "enum", "const")


@dataclass(frozen=True)
class Keyword:
    """A keyword in a schema: its name and value, the schema around it, and its rank in the whole document."""

    name: str
    value: Any
    schema: Mapping[str, Any]
    rank: tuple[int, ...]

    @cached_property
    def expected(self) -> str:
        """What a value has to be that keeps it; a schema may say so itself, by `x-expected`."""
        if own := self.schema.get("x-expected"):
            return str(own)
        word = _WORDS.get(self.name)
        return word(self.value, self.schema) if word else f"{self.name} {shorten(self.value)}"

    @cached_property
    def known(self) -> list[str]:
        """The names of the properties that the schema describes."""
        return list(self.schema.get("properties", ()))

    @cached_property
    def members(self) -> Mapping[str, str]:
        """What each member that has to be there has to be."""
        return _Members(self.schema.get("properties", {}))


class _Members(dict[str, str]):
    """Words for required members, made when they are first asked for; as many as a schema requires."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        super().__init__()
        self._properties = properties

    def __missing__(self, name: str) -> str:
        kinds = self._properties.get(name, {}).get("type", "value")
        self[name] = f"{_types(kinds)} (required)"
        return self[name]


class Failure(NamedTuple):
    """A keyword that a value breaks, with what came at which path.

    `names` are those of members that are missing or unknown; `branches` what breaks each of several
    alternatives, when none of them fits.
    """

    path: Path
    rank: tuple[int, ...]
    keyword: Keyword
    received: Any
    names: Sequence[str] = ()
    branches: Sequence[Sequence[Failure]] = ()


_BY_PLACE = itemgetter(0, 1)
"""By path, then as the keywords stand in the schema. Paths can be compared: where two part, they lead on
into one array or one object."""


def worded(failures: list[Failure], where: str) -> list[Violation]:
    """Return each violation once, in the order of the places; `where` is the first part of each place."""
    found: list[Violation] = []
    _word(failures, where, found)
    if len({violation.where for violation in found}) == len(found):
        return found
    return list({str(violation): violation for violation in found}.values())


def _word(failures: Sequence[Failure], where: str, found: list[Violation]) -> None:
    """Append the violations to those found."""
    for path, _, keyword, received, names, branches in sorted(failures, key=_BY_PLACE):
        if branches:
            _word_alternatives(branches, path, received, where, found, keyword.schema.get("x-expected"))
        elif not names:
            found.append(Violation(_place(where, path), keyword.expected, received, path))
        elif keyword.name == "required":
            for name in names:
                inner = (*path, name)
                found.append(Violation(_place(where, inner), keyword.members[name], NOTHING, inner))
        else:
            for name in names[:MOST_TOLD]:
                inner, hint = (*path, name), nearest(name, keyword.known)
                expected = f"one of {', '.join(keyword.known)}"
                found.append(Violation(_place(where, inner), expected, received[name], inner, True, hint))


def _word_alternatives(
    branches: Sequence[Sequence[Failure]],
    path: Path,
    received: Any,
    where: str,
    found: list[Violation],
    expected: str | None,
) -> None:
    meant = [branch for branch in branches if not any(_other_shape(each, path) for each in branch)]
    if meant:
        _word(min(meant, key=len), where, found)
    else:
        found.append(Violation(_place(where, path), expected or _any_shape(branches, path), received, path))


def _other_shape(failure: Failure, path: Path) -> bool:
    """Whether the value at `path` is of another kind altogether, not merely wrong inside."""
    if failure.path != path:
        return False
    inner = [each for branch in failure.branches for each in branch]
    return all(_other_shape(each, path) for each in inner) if inner else failure.keyword.name in _SHAPES


def _any_shape(branches: Sequence[Sequence[Failure]], path: Path) -> str:
    kinds: list[str] = []
    words: list[str] = []
    for each in (each for branch in branches for each in branch if each.path == path):
        if each.branches:
            words.append(_any_shape(each.branches, path))
        elif each.keyword.name == "type":
            kinds += _listed(each.keyword.value)
        else:
            words.append(each.keyword.expected)
    return " or ".join(dict.fromkeys(words + ([_types(dict.fromkeys(kinds))] if kinds else [])))


def _place(where: str, path: Path) -> str:
    for part in path:
        where = f"{where}/{part}"
    return where


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def _types(kinds: str | Iterable[str]) -> str:
    """Return JSON types in words: `a string or an object`. Null is not asked for."""
    names = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    return " or ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in names)


def _count(word: str, thing: str) -> Callable[[int, Any], str]:
    return lambda number, _: f"{word} {number} {thing}{'' if number == 1 else 's'}"


def _pattern(pattern: str, schema: Mapping[str, Any]) -> str:
    # Examples say more than a regular expression does.
    examples = schema.get("examples")
    return f"text such as {', '.join(map(str, examples))}" if examples else f"text that matches {pattern}"


def _option(value: object) -> str:
    return value if isinstance(value, str) else shorten(value)


_WORDS: Mapping[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "type": lambda kinds, _: _types(kinds),
    "enum": lambda options, _: "one of " + ", ".join(map(_option, options)),
    "const": lambda value, _: shorten(value),
    "minimum": lambda number, _: f"at least {number}",
    "maximum": lambda number, _: f"at most {number}",
    "exclusiveMinimum": lambda number, _: f"more than {number}",
    "exclusiveMaximum": lambda number, _: f"less than {number}",
    "minLength": _count("at least", "character"),
    "maxLength": _count("at most", "character"),
    "minItems": _count("at least", "item"),
    "maxItems": _count("at most", "item"),
    "minProperties": _count("at least", "key"),
    "maxProperties": _count("at most", "key"),
    "pattern": _pattern,
    "uniqueItems": lambda _, __: "no item twice",
    "multipleOf": lambda number, _: f"a multiple of {number}",
    "oneOf": lambda _, __: "one of the alternatives alone",
    "falseSchema": lambda _, __: "nothing here",
}
