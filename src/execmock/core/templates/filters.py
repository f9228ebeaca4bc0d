"""Filters: what an expression's result can be passed through, `{{ name | filter(argument) }}`.

A filter is a class that registers itself under its name. One that a value does not fit gives None, no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from execmock.core.durations import DurationError, parse_instant
from execmock.core.templates.numbers import formatted, is_number, rounded
from execmock.core.zones import zone_of

__all__ = ["FILTERS", "Filter"]

FILTERS: dict[str, type[Filter]] = {}
"""Every filter by its name, in the order in which messages name them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DECIMALS = 20
_FORMAT = re.compile(r"(?:[^%]|%[YymdHMSIpbBaAjZz%])*")
_LONGEST_FORMAT = 100


@dataclass(frozen=True)
class Filter:
    """A filter with its arguments. `usage` shows how it is written."""

    arguments: tuple[Any, ...]

    name: ClassVar[str]
    usage: ClassVar[str]
    most: ClassVar[int] = 0
    least: ClassVar[int] = 0

    def __init_subclass__(cls) -> None:
        FILTERS[cls.name] = cls

    def problem(self) -> str | None:
        """Return what is wrong with the arguments, as what was expected; None if nothing is."""
        count = len(self.arguments)
        return None if self.least <= count <= self.most and self.takes() else self.usage

    def takes(self) -> bool:
        """Whether these arguments, which are of a right number, can be used."""
        return True

    def apply(self, value: Any) -> Any:
        """Return what becomes of a value."""
        raise NotImplementedError

    def argument(self, position: int, otherwise: Any) -> Any:
        """Return an argument, or what stands for it where it is left out."""
        return self.arguments[position] if position < len(self.arguments) else otherwise


class Upper(Filter):
    """Capital letters."""

    name = "upper"
    usage = "upper"

    def apply(self, value: Any) -> Any:
        """Return a text in capital letters."""
        return value.upper() if isinstance(value, str) else None


class Lower(Filter):
    """Small letters."""

    name = "lower"
    usage = "lower"

    def apply(self, value: Any) -> Any:
        """Return a text in small letters."""
        return value.lower() if isinstance(value, str) else None


class Capitalize(Filter):
    """A capital at the beginning; the rest stays."""

    name = "capitalize"
    usage = "capitalize"

    def apply(self, value: Any) -> Any:
        """Return a text with its first letter in capital."""
        return value[:1].upper() + value[1:] if isinstance(value, str) else None


class Default(Filter):
    """What stands for a value that is not there."""

    name = "default"
    usage = "default(VALUE)"
    least = most = 1

    def apply(self, value: Any) -> Any:
        """Return the value, or the argument where there is none."""
        return self.arguments[0] if value is None else value


class Round(Filter):
    """A number, rounded half away from zero."""

    name = "round"
    usage = f"round or round(DECIMALS), 0 to {_MOST_DECIMALS} of them"
    most = 1

    def takes(self) -> bool:
        """Whether the number of decimals is one."""
        return _is_decimals(self.argument(0, 0))

    def apply(self, value: Any) -> Any:
        """Return the number rounded."""
        return rounded(value, self.argument(0, 0)) if is_number(value) else None


class NumberFormat(Filter):
    """A number as text: `number(2, ",")` makes 1,234.50 of 1234.5."""

    name = "number"
    usage = (
        f"number, or number(DECIMALS, THOUSANDS, POINT) with 0 to {_MOST_DECIMALS} decimals and short texts"
    )
    most = 3

    def takes(self) -> bool:
        """Whether the arguments are a number of decimals and two marks."""
        marks = self.arguments[1:]
        return _is_decimals(self.argument(0, 0)) and all(isinstance(m, str) and len(m) < 4 for m in marks)

    def apply(self, value: Any) -> Any:
        """Return the number as text with so many decimals."""
        decimals, thousands, point = self.argument(0, 0), self.argument(1, ""), self.argument(2, ".")
        text = formatted(value, decimals) if is_number(value) else None
        if text is None:
            return None
        whole, _, rest = text.partition(".")
        return whole.replace(",", thousands) + (point + rest if rest else "")


class Date(Filter):
    """An instant as text, in a zone or in UTC: `date("%d.%m.%Y", "Europe/Berlin")`."""

    name = "date"
    usage = (
        'date(FORMAT) or date(FORMAT, ZONE), such as date("%d.%m.%Y %H:%M", "Europe/Berlin"); after % stands '
        "one of Y y m d H M S I p b B a A j Z z"
    )
    least = 1
    most = 2

    def takes(self) -> bool:
        """Whether the format and the zone are known ones."""
        form, zone = self.arguments[0], self.argument(1, "UTC")
        sound = isinstance(form, str) and len(form) <= _LONGEST_FORMAT and _FORMAT.fullmatch(form)
        return bool(sound) and isinstance(zone, str) and zone_of(zone) is not None

    def apply(self, value: Any) -> Any:
        """Return the instant as text; None for what is no RFC 3339 text."""
        try:
            moment = _EPOCH + timedelta(milliseconds=parse_instant(value))
            return moment.astimezone(zone_of(self.argument(1, "UTC"))).strftime(self.arguments[0])
        except (DurationError, OverflowError, ValueError):
            # Among these is a year that there is not, in a zone east of the last instant.
            return None


def _is_decimals(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MOST_DECIMALS
