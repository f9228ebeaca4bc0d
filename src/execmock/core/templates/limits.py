"""Bounds on what templates make, so that no scenario makes a server hold or write without end.

A step that repeats what it set before, in a loop of steps, would otherwise double it with each visit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["LONGEST_TEXT", "Measure"]

LONGEST_TEXT = 100_000
"""Characters of a text; one that would be longer ends there."""
_DEEPEST = 100
_MOST_VALUES = 100_000
_MOST_CHARACTERS = 4_000_000
_MOST_EVENT_CHARACTERS = 20_000_000
_REMEMBERED = 64
"""Values in the smallest list or object whose size is remembered."""


class _Size(NamedTuple):
    values: int
    characters: int
    levels: int

    @property
    def fits(self) -> bool:
        return self.values <= _MOST_VALUES and self.characters <= _MOST_CHARACTERS and self.levels <= _DEEPEST


_TOO_LARGE = _Size(_MOST_VALUES + 1, 0, 0)


class Measure:
    """Measures the values of one rendering. What occurs in many of them is looked at once."""

    def __init__(self) -> None:
        self._left = _MOST_EVENT_CHARACTERS
        self._known: dict[int, tuple[Any, _Size]] = {}  # with the value, so that no other gets its id

    def fits(self, value: Any) -> bool:
        """Whether a value has at most 100 levels, 100,000 values and 4,000,000 characters."""
        return self._size(value, 1).fits

    def spends(self, event: dict[str, Any]) -> bool:
        """Whether an event fits in what is left for all: 20,000,000 characters and values in a rendering."""
        size = self._size(event, 1)
        self._left -= size.values + size.characters
        return size.fits and self._left >= 0

    def _size(self, value: Any, level: int) -> _Size:
        if not isinstance(value, dict | list):
            return _Size(1, len(value) if isinstance(value, str) else 0, 1)
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        size = self._sum(value, level) if level <= _DEEPEST else _TOO_LARGE
        if size.values >= _REMEMBERED:
            self._known[id(value)] = value, size
        return size

    def _sum(self, value: dict[str, Any] | list[Any], level: int) -> _Size:
        keys = sum(map(len, value)) if isinstance(value, dict) else 0
        size = _Size(1, keys, 1)
        for inner in value.values() if isinstance(value, dict) else value:
            more = self._size(inner, level + 1)
            levels = max(size.levels, more.levels + 1)
            size = _Size(size.values + more.values, size.characters + more.characters, levels)
            if not size.fits:
                return _TOO_LARGE
        return size
