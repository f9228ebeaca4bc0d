"""What a check has to say about a file."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DataPath", "Finding"]

DataPath = tuple[str | int, ...]
"""The way to a value inside a file's data, such as ("steps", 2, "next", "to")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a file: where in its data, and one sentence that says what was expected."""

    path: DataPath
    message: str
