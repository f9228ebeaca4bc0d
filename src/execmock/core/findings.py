"""What a check has to say about a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from execmock.core.schema.violation import Violation

__all__ = ["DataPath", "Finding", "findings_of"]

DataPath = tuple[str | int, ...]
"""The way to a value inside a file's data, such as ("steps", 2, "next", "to")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a file: where in its data, and one sentence that says what was expected."""

    path: DataPath
    message: str


def findings_of(violations: Iterable[Violation], path: DataPath = ()) -> list[Finding]:
    """Return what breaks the schema of a file, as findings; `path` leads to the value that was judged."""
    return [Finding((*path, *violation.path), _sentence(violation)) for violation in violations]


def _sentence(violation: Violation) -> str:
    key = violation.path[-1] if violation.path else ""
    if violation.missing:
        return f"the key {key!r} is missing; expected {violation.expected.removesuffix(' (required)')}"
    if violation.unknown:
        return f"unknown key {key!r}; expected {violation.expected}.{violation.hint}"
    return violation.sentence
