"""How fast requests may leave: a steady rate, and a pause that a target asked for."""

from __future__ import annotations

import asyncio
import time

__all__ = ["Pace", "retry_after"]

_LONGEST_PAUSE = 30.0


class Pace:
    """Hands out instants at which to send, at most `rate` a second (0: no limit)."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._next = 0.0
        self.paused = 0.0
        """Seconds that the target had us wait, over the whole run."""

    async def turn(self) -> None:
        """Return when the next request may leave."""
        now = time.monotonic()
        at = max(now, self._next)
        self._next = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)

    def pause(self, seconds: float) -> None:
        """Let nothing leave for so long."""
        until = time.monotonic() + seconds
        if until > self._next:
            self.paused += until - max(self._next, time.monotonic())
            self._next = until


def retry_after(text: str) -> float:
    """Return the seconds of a Retry-After header: a number; a date or nonsense counts as one second."""
    try:
        asked = float(text)
    except ValueError:
        return 1.0
    return min(max(asked, 0.05), _LONGEST_PAUSE) if asked == asked else 1.0
