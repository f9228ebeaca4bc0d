"""Example numbers: a multiple of the right step, between the right bounds."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

from execmock.core.example.seeded import ExampleError, Place, Seeded

__all__ = ["number"]

_SPREAD = 100
_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
_LARGEST = {"int32": (1 << 31) - 1, "int64": (1 << 63) - 1}


def number(schema: Mapping[str, Any], seeded: Seeded, place: Place, *, whole: bool) -> int | float:
    """Return a number that fits a schema, an integer if it is to be `whole`."""
    if "multipleOf" in schema:
        step = _exact(schema["multipleOf"])
        # Of the multiples of a/b, those of a are whole.
        step = Fraction(step.numerator) if whole else step
    else:
        step = Fraction(1) if whole else Fraction(1, 100)
    first, last = _multiples(schema, step)
    if first > last:
        return _between(schema, place, whole=whole)
    found = seeded.number(place, first, last) * step
    if found.denominator == 1:
        return int(found)
    try:
        return float(found)
    except OverflowError:
        raise ExampleError(place, "no number lies inside the bounds") from None


def _exact(number: int | float) -> Fraction:
    """Return a number as it is written: 0.1 is a tenth."""
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def _multiples(schema: Mapping[str, Any], step: Fraction) -> tuple[int, int]:
    """Return which multiples of a step lie inside the bounds: the first and the last of those near zero."""
    bound = {key: _exact(schema[key]) / step for key in _BOUNDS if key in schema}
    lower = [ceil(bound["minimum"])] if "minimum" in bound else []
    lower += [floor(bound["exclusiveMinimum"]) + 1] if "exclusiveMinimum" in bound else []
    upper = [floor(bound["maximum"])] if "maximum" in bound else []
    upper += [ceil(bound["exclusiveMaximum"]) - 1] if "exclusiveMaximum" in bound else []
    largest = _LARGEST.get(schema.get("format", ""))
    upper += [floor(largest / step)] if largest else []
    last = min(upper, default=None)
    first = max(lower, default=1 if last is None or last >= 1 else last - _SPREAD)
    furthest = first + _SPREAD * max(1, floor(1 / step))
    return first, furthest if last is None else min(last, furthest)


def _between(schema: Mapping[str, Any], place: Place, *, whole: bool) -> float:
    """Return the middle of bounds too close for a round number."""
    lower = [_exact(schema[key]) for key in _BOUNDS[:2] if key in schema]
    upper = [_exact(schema[key]) for key in _BOUNDS[2:] if key in schema]
    if whole or "multipleOf" in schema or not lower or not upper or max(lower) > min(upper):
        raise ExampleError(place, "no number lies inside the bounds")
    return float((max(lower) + min(upper)) / 2)
