"""Walks through the steps of a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["closure"]


def closure(starts: Iterable[int], edges: Mapping[int, Sequence[int]]) -> set[int]:
    """Return the positions that can be reached from some, themselves among them."""
    waiting = list(starts)
    seen = set(waiting)
    while waiting:
        for index in edges[waiting.pop()]:
            if index not in seen:
                seen.add(index)
                waiting.append(index)
    return seen
