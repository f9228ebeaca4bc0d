"""Requests that are under way at once in this server, and those that wait for one of them to end."""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Crowd", "Crowds"]


class Crowds:
    """The crowds of faults by their places. An empty one is forgotten."""

    def __init__(self) -> None:
        self._crowds: dict[str, Crowd] = {}
        self._ended = False

    def of(self, place: str) -> Crowd:
        """Return the crowd of a place, a new one if none is there."""
        if self._ended:
            return Crowd()
        self._crowds = {name: crowd for name, crowd in self._crowds.items() if crowd.size}
        return self._crowds.setdefault(place, Crowd())

    def end(self) -> None:
        """Let everything in that waits: the server is about to stop."""
        self._ended = True
        for crowd in self._crowds.values():
            crowd.open()


class Crowd:
    """Requests under way, and a queue of others."""

    def __init__(self) -> None:
        self.size = 0
        """How many are under way or wait."""
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, most: int, queue: int) -> bool:
        """Become one of at most so many, perhaps after a wait; False where too many wait already."""
        if self.size >= most + queue:
            return False
        self.size += 1
        if self.size <= most:
            return True
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                # It was never under way, so nothing ends that another could begin for.
                self.size -= 1
            else:
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """Be under way no longer; the first that waits is then."""
        self.size -= 1
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def open(self) -> None:
        """Let in all that wait."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
