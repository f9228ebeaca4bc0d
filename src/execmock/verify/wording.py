"""Values as short text, however large or deep they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

__all__ = ["Said", "brief"]

_LONGEST = 120


class Said(str):
    """Text that is no value: words about values, or what stands between them."""

    __slots__ = ()


def brief(value: Any) -> str:
    """Return a value as JSON-like text of at most 120 characters."""
    text = ""
    waiting: list[Any] = [value]
    while waiting and len(text) <= _LONGEST:
        at = waiting.pop()
        if isinstance(at, Said):
            text += at
        elif isinstance(at, dict | list):
            waiting.extend(reversed(list(_parts(at))))
        else:
            text += _leaf(at)
    return text if len(text) <= _LONGEST and not waiting else text[: _LONGEST - 1] + "…"


def _parts(container: dict[str, Any] | list[Any]) -> Iterator[Any]:
    """Yield the text and the values that a container consists of; those that could be shown at most."""
    named = isinstance(container, dict)
    yield Said("{" if named else "[")
    for number, part in enumerate(islice(container, _LONGEST)):
        yield Said(", " if number else "")
        if isinstance(container, dict):
            yield Said(f"{_leaf(part)}: ")
        yield container[part] if isinstance(container, dict) else part
    yield Said("}" if named else "]")


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value[: _LONGEST + 1], ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)
