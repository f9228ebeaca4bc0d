"""Arithmetic on JSON numbers: decimal where a fraction is, so that 0.1 + 0.2 is 0.3, and bounded.

None is no value: what is no number, a division by zero, and a result beyond the bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, InvalidOperation
from typing import Any

__all__ = ["OPERATORS", "Number", "calculate", "formatted", "is_number", "rounded"]

Number = int | float

_LARGEST = Decimal("1e300")
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP, Emax=999_999, Emin=-999_999)

OPERATORS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _EXACT.divide,
    "%": _EXACT.remainder,
}


def is_number(value: Any) -> bool:
    """Whether a value is a JSON number within the bounds."""
    return type(value) in (int, float) and abs(value) < _LARGEST


def calculate(operator: str, left: Any, right: Any) -> Number | None:
    """Return the result of an operation, whole where it is; None for no value."""
    if not is_number(left) or not is_number(right):
        return None
    try:
        return _as_number(OPERATORS[operator](Decimal(str(left)), Decimal(str(right))))
    except (DecimalException, ZeroDivisionError):
        return None


def rounded(value: Number, decimals: int) -> Number | None:
    """Return a number rounded, half away from zero; None where that has too many digits."""
    exact = _quantized(value, decimals)
    return None if exact is None else _as_number(exact)


def formatted(value: Number, decimals: int) -> str | None:
    """Return a number with so many decimals and commas between thousands, or None as `rounded` does."""
    exact = _quantized(value, decimals)
    return None if exact is None else f"{exact if exact else abs(exact):,f}"


def _quantized(value: Number, decimals: int) -> Decimal | None:
    try:
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    except InvalidOperation:
        return None


def _as_number(value: Decimal) -> Number | None:
    if not value.is_finite() or abs(value) >= _LARGEST:
        return None
    return int(value) if value == value.to_integral_value(context=_EXACT) else float(value)
