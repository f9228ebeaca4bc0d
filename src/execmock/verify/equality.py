"""Equality as the contract means it: JSON deep equality; instants are compared as points in time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from execmock.core.durations import DurationError, parse_instant
from execmock.verify.exchange import ABSENT
from execmock.verify.json_values import Steps, pointer_to

__all__ = ["Difference", "difference", "instant", "same_instant", "same_json", "same_member"]

_SECOND = 1000


def same_json(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal, however deep: 1 and 1.0 are, 1 and true are not."""
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pairs.extend((value, other[name]) for name, value in one.items())
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif not _same_leaf(one, other):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two values differ first, as `pointer_to`, and what each has there, ABSENT for nothing."""

    place: str
    left: Any
    right: Any


def difference(left: Any, right: Any) -> Difference | None:
    """Return the first difference that `same_json` finds; None if they are equal."""
    pairs: list[tuple[Steps, Any, Any]] = [(None, left, right)]
    while pairs:
        steps, one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            names = dict.fromkeys((*one, *other))
            inner = [(name, one.get(name, ABSENT), other.get(name, ABSENT)) for name in names]
        elif isinstance(one, list) and isinstance(other, list):
            both = enumerate(zip_longest(one, other, fillvalue=ABSENT))
            inner = [(number, *pair) for number, pair in both]
        elif _same_leaf(one, other):
            continue
        else:
            return Difference(pointer_to(steps), one, other)
        pairs.extend(((steps, name), a, b) for name, a, b in reversed(inner))
    return None


def _same_leaf(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, _NUMBERS) and isinstance(other, _NUMBERS):
        return bool(one == other)
    return type(one) is type(other) and not isinstance(one, dict | list) and bool(one == other)


_NUMBERS = (int, float, Decimal)


def instant(value: Any) -> int | None:
    """Return milliseconds since 1970 of an RFC 3339 text, or None."""
    return _instant(value) if isinstance(value, str) else None


@lru_cache(maxsize=1 << 14)  # every observation of an execution repeats its createdAt
def _instant(text: str) -> int | None:
    try:
        return parse_instant(text.strip().upper())
    except (DurationError, OverflowError):
        return None


def same_instant(left: Any, right: Any) -> bool:
    """Return whether two texts are one instant; one without a fraction equals any instant of its second."""
    one, other = instant(left), instant(right)
    if one is None or other is None:
        return bool(left == right)
    if "." not in left or "." not in right:
        return one // _SECOND == other // _SECOND
    return abs(one - other) <= 1  # views may truncate or round the last digits differently


def same_member(left: Any, right: Any) -> bool:
    """Return whether two members are the same; empty ones (absent, null, "", {}) all are."""
    if isinstance(left, str) and left == right:
        return True  # the usual case, and the cheapest test
    one = None if left in ("", {}) else left
    other = None if right in ("", {}) else right
    if same_json(one, other):
        return True
    dates = instant(one) is not None and instant(other) is not None
    return dates and same_instant(one, other)
