"""Times as text, JSON in and out: the strict readings and writings of the target."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

DEEPEST = 200
ZONE = ZoneInfo("America/New_York")


class NotJsonError(ValueError):
    """The bytes are not a JSON text of Unicode strings and finite numbers, or are nested too deep."""


def rfc3339(at: datetime) -> str:
    """Return the instant in UTC with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def floor(at: datetime) -> datetime:
    """Return the instant cut to whole milliseconds, so that a text never lies after what it tells of."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def created_texts(at: datetime, zone: tzinfo = ZONE) -> dict[str, str]:
    """Return the three texts of one instant that the embed answer carries."""
    local = at.astimezone(zone).replace(microsecond=0)
    return {
        "created_at": local.isoformat(),
        "created_at_string": local.strftime("%b %d, %Y %I:%M ")
        + local.strftime("%p").lower()
        + local.strftime(" %Z"),
        "created_at_utc": local.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def parse_json(data: bytes) -> object:
    """Return the value of a JSON text, or raise NotJsonError."""
    try:
        value: object = json.loads(data.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
        write_json(value).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from error
    if depth(value) > DEEPEST:
        raise NotJsonError(f"nested deeper than {DEEPEST}")
    return value


def write_json(value: object) -> str:
    """Return the value as compact JSON text, non-ASCII characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(value: object) -> str:
    """Return a text that is equal for equal JSON values and for those alone (true is not 1)."""
    return json.dumps(value, sort_keys=True)


def depth(value: object) -> int:
    """Return how deep arrays and objects are nested; a scalar is 0."""
    level, row = 0, [value]
    while row := [inner for outer in row for inner in _children(outer)]:
        level += 1
    return level


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is out of range")
    return value
