"""The present, for names that are unique to a run and for the dates of waivers and reports."""

from __future__ import annotations

import time

__all__ = ["present"]


def present() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000  # noqa: TID251 - a run judges real services, it has no sandbox clock
