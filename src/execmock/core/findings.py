"""What a check has to say about a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from execmock.core.durations import (
    EXPECTED_DURATION,
    EXPECTED_RANGE,
    DurationError,
    parse_duration,
    parse_range,
)
from execmock.core.schema.violation import Violation
from execmock.errors import closest, nearest, quoted

__all__ = ["DataPath", "Finding", "findings_of"]

DataPath = tuple[str | int, ...]
"""The way to a value inside a file's data, such as ("steps", 2, "next", "to")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a file: where in its data, and one sentence that says what was expected."""

    path: DataPath
    message: str


def findings_of(violations: Iterable[Violation], path: DataPath = ()) -> list[Finding]:
    """Return what breaks the schema of a file, as findings; `path` leads to the value that was judged.

    A key that is missing because it is misspelt is one finding, at the misspelt key.
    """
    found = list(violations)
    unknown: defaultdict[DataPath, list[str]] = defaultdict(list)
    for violation in found:
        if violation.unknown:
            unknown[violation.path[:-1]].append(str(violation.path[-1]))
    return [
        Finding((*path, *violation.path), _sentence(violation))
        for violation in found
        if not (violation.missing and _misspelt(str(violation.path[-1]), unknown[violation.path[:-1]]))
    ]


def _misspelt(name: str, unknown: list[str]) -> bool:
    return any(closest(other, [name]) or _glued(other, [name]) for other in unknown)


def _glued(key: str, known: list[str]) -> str | None:
    """Return how a known key and its value are written that stand together as one key, such as `after:1s`."""
    name, separator, value = key.partition(":")
    if not separator:
        name, separator, value = key.partition(" ")
    return f"{name}: {value.strip()}" if separator and name in known and value else None


_DURATIONS = {EXPECTED_DURATION: parse_duration, EXPECTED_RANGE: parse_range}


def _sentence(violation: Violation) -> str:
    key = violation.path[-1] if violation.path else ""
    if violation.missing:
        return f"the key {key!r} is missing; expected {violation.expected.removesuffix(' (required)')}"
    if violation.unknown:
        known = violation.expected.removeprefix("one of ").split(", ")
        if glued := _glued(str(key), known):
            return f"{quoted(key)} is one word to YAML; expected a colon and a space, as in `{glued}`"
        return f"unknown key {quoted(key)}; expected {violation.expected}.{violation.hint}"
    parse = _DURATIONS.get(violation.expected)
    if parse and isinstance(violation.received, str | int | float) and violation.received is not True:
        try:
            parse(violation.received)
        except DurationError as error:
            return error.message
        return f"{quoted(violation.received)} has a space in it; expected a number and a unit without one"
    hint = _nearest_word(violation.expected, violation.received)
    return f"{violation.sentence}{hint or _what_to_write(violation.expected, violation.received)}"


def _nearest_word(expected: str, received: object) -> str:
    """Return ` Did you mean 'x'?` where one of several words was expected, and nearly one of them came."""
    if not isinstance(received, str) or not expected.startswith("one of "):
        return ""
    words = expected.removeprefix("one of ").partition(" or ")[0].split(", ")
    hint = nearest(received, words)
    return f".{hint}" if hint else ""


def _what_to_write(expected: str, received: object) -> str:
    """Return what YAML wants to have where it read another kind of value than was meant, or an empty text."""
    number = isinstance(received, int | float)
    if expected == "a boolean" and isinstance(received, str):
        return "; write true or false"
    if expected == "a string" and number:
        return "; write it in quotes"
    if expected in ("an integer", "a number") and isinstance(received, str) and received.isdecimal():
        return "; write it without quotes"
    if expected == "an array" and isinstance(received, dict):
        return "; each item of a list begins with -"
    if expected == "an object" and isinstance(received, list):
        return "; keys stand here without - before them"
    return ""
