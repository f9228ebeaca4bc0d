"""News of what changes, numbered, for whoever waits or watches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

__all__ = ["Change", "Changes"]


class Change(NamedTuple):
    """One piece of news. `kind` is request, execution, clock, scenario or sandbox."""

    number: int
    sandbox: str
    kind: str
    data: Mapping[str, Any]


class Changes:
    """Numbers what happens, keeps the last of it, and wakes those that wait."""

    def __init__(self, size: int = 1000) -> None:
        self._ring: deque[Change] = deque(maxlen=size)
        self._number = 0
        self._wakers: set[asyncio.Event] = set()

    @property
    def last(self) -> int:
        """The number of the latest news."""
        return self._number

    @property
    def waiting(self) -> int:
        """How many wait for news."""
        return len(self._wakers)

    def next_number(self) -> int:
        """Return a number for something that is kept elsewhere, and wake those that wait."""
        self._number += 1
        for waker in self._wakers:
            waker.set()
        return self._number

    def publish(self, sandbox: str, kind: str, data: Mapping[str, Any]) -> None:
        """Keep a piece of news and wake those that wait."""
        self._ring.append(Change(self.next_number(), sandbox, kind, data))

    def since(self, number: int, sandbox: str) -> list[Change]:
        """Return a sandbox's news after `number`, oldest first, as far as it is kept."""
        # From the latest backwards, for few of those that are kept are news to whoever asks often.
        late = takewhile(lambda change: change.number > number, reversed(self._ring))
        return [change for change in late if change.sandbox in (sandbox, "")][::-1]

    async def server_number(self) -> int:
        """Return this server's number among those over its store; 0 is the first."""
        return 0

    async def flush(self) -> None:
        """Nothing waits to be told elsewhere."""

    async def follow(self, sandbox: str) -> None:
        """Take in what other servers tell of a sandbox: here, nothing."""

    async def wait(self, seconds: float | None) -> None:
        """Return when something happens, or after `seconds` of real time."""
        waker = asyncio.Event()
        self._wakers.add(waker)
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the news.
            async with asyncio.timeout(seconds):
                await waker.wait()
        except TimeoutError:
            pass
        finally:
            self._wakers.discard(waker)
