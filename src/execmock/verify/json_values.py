"""Walks through JSON values without recursion, as an answer may nest deeper than Python's stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from execmock.core.contract.pointers import join

__all__ = ["Steps", "place_of", "pointer_to", "rebuilt", "texts"]

_DEEPEST_SHOWN = 20


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


Steps = tuple["Steps", object] | None
"""The names and numbers that lead to a value, the last first: a level deeper costs the same at any depth."""


def pointer_to(steps: Steps) -> str:
    """Return the JSON pointer (RFC 6901, without `#`) of steps, of the first 20 where there are more."""
    parts: list[object] = []
    while steps is not None:
        steps, part = steps
        parts.append(part)
    return join("", parts[: -_DEEPEST_SHOWN - 1 : -1])


def place_of(value: Any, fits: Callable[[str], bool]) -> str:
    """Return where the first text, or name of a member, is that fits, as `pointer_to`; empty if none does."""
    waiting: list[tuple[Steps, Any]] = [(None, value)]
    while waiting:
        steps, at = waiting.pop()
        if isinstance(at, str) and fits(at):
            return pointer_to(steps)
        parts = at.items() if isinstance(at, dict) else enumerate(at) if isinstance(at, list) else ()
        inner: list[tuple[Steps, Any]] = [((steps, name), part) for name, part in parts]
        if isinstance(at, dict) and (named := next(filter(fits, at), None)) is not None:
            return pointer_to((steps, named))
        waiting.extend(reversed(inner))
    return ""
