"""Changes, numbered: kept for the live stream, and a signal to those who wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from execmock.core.bounded_cache import BoundedCache

__all__ = ["Change", "Changes"]


class Change(NamedTuple):
    """One change. `kind` is request, execution, clock, scenario or sandbox."""

    number: int
    sandbox: str
    kind: str
    data: Mapping[str, Any]


class Changes:
    """Numbers changes, keeps the latest, and wakes those that wait."""

    def __init__(self, size: int = 1000) -> None:
        self._ring: deque[Change] = deque(maxlen=size)
        self._number = 0
        self._dropped: BoundedCache[str, int] = BoundedCache(10_000)
        self._wakers: set[asyncio.Event] = set()

    @property
    def last(self) -> int:
        """The number of the latest change."""
        return self._number

    @property
    def waiting(self) -> int:
        """How many wait for a change."""
        return len(self._wakers)

    def next_number(self) -> int:
        """Return a number for a change that is kept elsewhere, and wake those that wait."""
        self._number += 1
        for waker in self._wakers:
            waker.set()
        return self._number

    def publish(self, sandbox: str, kind: str, data: Mapping[str, Any]) -> None:
        """Keep a change and wake those that wait."""
        if len(self._ring) == self._ring.maxlen:
            oldest = self._ring[0]
            self._dropped.keep(oldest.sandbox, oldest.number)
        self._ring.append(Change(self.next_number(), sandbox, kind, data))

    def publish_here(self, sandbox: str, kind: str, data: Mapping[str, Any]) -> None:
        """Publish a change that every other server over the store sees by itself."""
        Changes.publish(self, sandbox, kind, data)

    def dropped_up_to(self, sandbox: str) -> int:
        """Return the highest number of a sandbox's changes that are no longer kept; 0 if all are."""
        return max(self._dropped.get(sandbox, 0), self._dropped.get("", 0))

    def since(self, number: int, sandbox: str) -> list[Change]:
        """Return a sandbox's changes after `number`, oldest first, as far as they are kept."""
        # From the latest backwards: a reader that asks often has seen most of them.
        late = takewhile(lambda change: change.number > number, reversed(self._ring))
        return [change for change in late if change.sandbox in (sandbox, "")][::-1]

    async def server_number(self) -> int:
        """Return this server's number among those over its store; 0 is the first."""
        return 0

    async def flush(self) -> None:
        """Return once all changes are stored: here, at once."""

    async def follow(self, sandbox: str) -> None:
        """Read the changes that other servers published for a sandbox: here, there are none."""

    async def wait(self, seconds: float | None) -> None:
        """Return at the next change, or after `seconds` of real time."""
        waker = asyncio.Event()
        self._wakers.add(waker)
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the change.
            async with asyncio.timeout(seconds):
                await waker.wait()
        except TimeoutError:
            pass
        finally:
            self._wakers.discard(waker)
