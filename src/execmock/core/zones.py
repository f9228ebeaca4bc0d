"""Time zones by name."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from execmock.errors import nearest

__all__ = ["unknown_zone", "zone_of"]


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo | None:
    """Return a time zone, None if there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def unknown_zone(name: str) -> str | None:
    """Return what is wrong with the name of a time zone, None if there is one."""
    if zone_of(name) is not None:
        return None
    from zoneinfo import available_timezones

    hint = nearest(name, available_timezones())
    return f"unknown time zone {name!r}; expected one such as Europe/Berlin.{hint}"
