"""Values as text, however large or deep they are: short for a glance, whole where reports have room."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

__all__ = ["WHOLE", "Said", "Text", "Told", "brief", "shown", "told", "whole"]

_LONGEST = 120
WHOLE = 200_000
"""Characters of one value in a written report, as many as of a body there."""


class Said(str):
    """Text that is no value: words about values, or what stands between them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Words with `{}` in the place of values. They are put together only where they are shown."""

    words: str
    values: tuple[Any, ...]


Text = str | Told


def told(words: str, *values: Any) -> Told:
    """Return words about values, `{}` for each."""
    return Told(words, values)


def brief(value: Any) -> str:
    """Return a value as JSON-like text of at most 120 characters; of Told, so much of each of its values."""
    return _text(value, _LONGEST, "…")


def whole(value: Any) -> str:
    """Return the same whole, but for a value of more than WHOLE characters, which says where it is cut."""
    return _text(value, WHOLE, f"… (cut at {WHOLE} characters)")


def shown(text: Text, value: Callable[[Any], str] = brief) -> str:
    """Return words with the values in them, as `brief` or `whole` gives these."""
    return text if isinstance(text, str) else value(text)


def _text(value: Any, longest: int, end: str) -> str:
    if isinstance(value, Told):
        return value.words.format(*(_text(each, longest, end) for each in value.values))
    text = ""
    waiting: list[Any] = [value]
    while waiting and len(text) <= longest:
        at = waiting.pop()
        if isinstance(at, Said):
            text += at
        elif isinstance(at, dict | list):
            waiting.extend(reversed(list(_parts(at, longest))))
        else:
            text += _leaf(at, longest)
    return text if len(text) <= longest and not waiting else text[: longest - 1] + end


def _parts(container: dict[str, Any] | list[Any], most: int) -> Iterator[Any]:
    """Yield the text and the values that a container consists of; those that could be shown at most."""
    named = isinstance(container, dict)
    yield Said("{" if named else "[")
    for number, part in enumerate(islice(container, most)):
        yield Said(", " if number else "")
        if isinstance(container, dict):
            yield Said(f"{_leaf(part, most)}: ")
        yield container[part] if isinstance(container, dict) else part
    yield Said("}" if named else "]")


def _leaf(value: Any, longest: int) -> str:
    if isinstance(value, str):
        return json.dumps(value[: longest + 1], ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)
