"""Walks through JSON values without recursion, as an answer may nest deeper than Python's stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["rebuilt", "texts"]


def rebuilt(
    value: Any, keeps: Callable[[str, Any], bool], leaf: Callable[[Any], Any] = lambda each: each
) -> Any:
    """Return a copy without the members that `keeps` (name, value) refuses, and with its leaves changed."""
    whole: list[Any] = []
    waiting: list[tuple[Any, Any]] = [([value], whole)]

    def begun(part: Any) -> Any:
        if not isinstance(part, dict | list):
            return leaf(part)
        copy: Any = type(part)()
        waiting.append((part, copy))
        return copy

    while waiting:
        source, copy = waiting.pop()
        if isinstance(source, dict):
            copy.update((name, begun(item)) for name, item in source.items() if keeps(name, item))
        else:
            copy.extend(begun(item) for item in source)
    return whole[0]


def texts(value: Any, *, names: bool = False) -> Iterator[str]:
    """Yield every text in a value; with `names` those of members too."""
    waiting = [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, str):
            yield at
        elif isinstance(at, list):
            waiting.extend(at)
        elif isinstance(at, dict):
            waiting.extend(at.values())
            if names:
                yield from at
