"""Durations and instants: whole milliseconds inside, human text outside.

What the kept texts of seconds gain (`bench/micro_gains.py`): without them a get, whose line in the log has
one, takes 15 % more processor time, a create 22 %.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from execmock.errors import DurationError, quoted

__all__ = [
    "EXPECTED_DURATION",
    "EXPECTED_RANGE",
    "DurationError",
    "OutOfRangeError",
    "duration_hint",
    "format_duration",
    "format_instant",
    "parse_duration",
    "parse_instant",
    "parse_range",
]

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w)")
_NUMBER = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([^\W\d_]{0,12})\s*\Z")
_WORDS = {
    **dict.fromkeys(("millis", "milli", "msec", "msecs", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
}
EXPECTED_DURATION = "a number and a unit, such as 500ms, 3s, 10m, 7d"
EXPECTED_RANGE = f"{EXPECTED_DURATION}, or a range such as 1s..2s"
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(\.[0-9]{1,30})?([Zz]|[-+][0-9]{2}:[0-9]{2})?"
)
_INSTANT_WORDS = "RFC 3339, such as 2026-01-01T09:00:00Z"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 100 * 365 * _UNITS["d"]
_YEAR_10000 = 253_402_300_800_000


class OutOfRangeError(DurationError):
    """A text is an instant, but none that clocks show."""


def parse_duration(text: object) -> int:
    """Return milliseconds for texts such as `500ms`, `3s`, `1h30m`, `7d`.

    Raises DurationError; a bare number is refused because its unit would be a guess.
    """
    whole = text.replace(" ", "") if isinstance(text, str) else ""
    parts = _PART.findall(whole)
    if not parts or "".join(number + unit for number, unit in parts) != whole:
        raise DurationError(
            f"{quoted(text)} is not a duration{_cause(text) or f'; expected {EXPECTED_DURATION}'}"
        )
    # Compared before it is rounded: a long row of digits is infinity as a float.
    total = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if total > _LONGEST:
        raise DurationError(f"{quoted(text)} is longer than 100 years")
    return round(total)


def _cause(given: object) -> str:
    """Return what a number with no unit or an unknown one lacks, after a colon; else an empty text."""
    found = _NUMBER.match(str(given)) if isinstance(given, str | int | float) else None
    if found is None or isinstance(given, bool) or found[2] in _UNITS:
        return ""
    number, unit = found.groups()
    said = f"{unit!r} is no unit" if unit else "a unit is missing"
    likely = _WORDS.get(unit.lower(), unit.lower())
    return (
        f": {said}; expected {number}{likely if likely in _UNITS else 's'}, or another of {', '.join(_UNITS)}"
    )


def duration_hint(given: object) -> str:
    """Return ` A unit is missing; ...` for a number with no unit or an unknown one, or an empty text."""
    cause = _cause(given).removeprefix(": ")
    return f" {cause[:1].upper()}{cause[1:]}" if cause else ""


def parse_range(text: object) -> tuple[int, int]:
    """Return (low, high) milliseconds of `1s..2s`; a single duration gives the same value twice."""
    low_text, separator, high_text = text.partition("..") if isinstance(text, str) else (text, "", "")
    if not separator and len(_PART.findall(str(text))) > 1 and "-" in str(text):
        raise DurationError(f"{quoted(text)} is not a duration; a range is written with two dots, as 1s..2s")
    low = parse_duration(low_text)
    high = parse_duration(high_text) if separator else low
    if high < low:
        raise DurationError(f"{quoted(text)} runs backwards; expected the shorter duration first")
    return low, high


def format_duration(milliseconds: int) -> str:
    """Return an exact text that `parse_duration` reads back, such as `1h30m` or `500ms`; no weeks in it."""
    if milliseconds == 0:
        return "0s"
    rest, text = milliseconds, ""
    for unit in ("d", "h", "m", "s", "ms"):
        number, rest = divmod(rest, _UNITS[unit])
        text += f"{number}{unit}" if number else ""
    return text


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")


def format_instant(milliseconds: int) -> str:
    """Return RFC 3339 in UTC with milliseconds: `2026-01-01T00:00:00.000Z`."""
    second, rest = divmod(milliseconds, 1000)
    return f"{_second_text(second)}.{rest:03d}Z"


def parse_instant(text: object) -> int:
    """Return milliseconds since 1970 of an RFC 3339 text from 1970 on, or of a datetime.

    A leap second is the first instant of the next minute. A datetime without an offset is UTC; a text
    without one is refused, for it would be a guess.
    """
    moment = text if isinstance(text, datetime) else _read(text) if isinstance(text, str) else None
    if moment is None:
        raise DurationError(f"{quoted(text)} is not an instant; expected {_INSTANT_WORDS}")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    instant = (aware - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= instant < _YEAR_10000:
        # Ids hold the instant as an unsigned number, and texts hold the year in four digits.
        raise OutOfRangeError(
            f"{quoted(text)} is no instant to work with; expected one of the years 1970 to 9999"
        )
    return instant


def _read(text: str) -> datetime | None:
    """Return the instant of an RFC 3339 text, or None; DurationError where only the offset is missing."""
    found = _INSTANT.fullmatch(text)
    if not found:
        return None
    date, time, fraction, offset = found.groups()
    leap = time.endswith(":60")
    try:
        # Python keeps microseconds; what is finer is cut off, as all that is finer than milliseconds is.
        plain = f"{date}T{time[:-2]}59" if leap else f"{date}T{time}"
        moment = datetime.fromisoformat(f"{plain}{(fraction or '')[:7]}{(offset or 'Z').upper()}")
    except ValueError:
        return None
    if offset is None:
        raise DurationError(f"{text!r} has no offset; expected {text}Z for UTC, or +01:00 in place of Z")
    if not leap:
        return moment
    utc = moment.astimezone(UTC)
    # Leap seconds are inserted at the end of a day in UTC, and nowhere else.
    return utc.replace(microsecond=0) + timedelta(seconds=1) if (utc.hour, utc.minute) == (23, 59) else None
