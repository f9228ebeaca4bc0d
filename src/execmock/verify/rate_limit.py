"""Limits the rate of requests, and pauses when a target asks for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from execmock.verify.clock import present

__all__ = ["REAL", "RateLimit", "Timer", "retry_after"]

_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Timer:
    """A monotonic clock in seconds, and how to wait on it."""

    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]


REAL = Timer(time.monotonic, asyncio.sleep)


class RateLimit:
    """Spaces requests out, at most `rate` a second (0: no limit)."""

    def __init__(self, rate: float, timer: Timer = REAL) -> None:
        self._timer = timer
        self._gap = 1 / rate if rate > 0 else 0.0
        self._next = 0.0

    async def turn(self, latest: float | None = None) -> bool:
        """Wait until the next request may be sent; return False at once if that is after `latest`."""
        now = self._timer.now()
        at = max(now, self._next)
        if latest is not None and at > latest:
            return False
        self._next = at + self._gap
        if at > now:
            await self._timer.sleep(at - now)
        return True

    def pause(self, seconds: float) -> None:
        """Send nothing for so many seconds."""
        self._next = max(self._next, self._timer.now() + seconds)


def retry_after(text: str, now: float | None = None) -> float:
    """Return the seconds of a Retry-After header, a number or an HTTP date, from 0.05 to 30.

    `now` is in seconds since 1970, by default real time. What is neither counts as one second.
    """
    try:
        asked = float(text) if text.strip().isascii() and text.strip().isdigit() else _until(text, now)
    except (ValueError, OverflowError):
        return 1.0
    return min(max(asked, 0.05), _LONGEST_PAUSE)


def _until(date: str, now: float | None) -> float:
    """Return the seconds until an HTTP date; ValueError when it is none."""
    return parsedate_to_datetime(date).timestamp() - (present() / 1000 if now is None else now)
