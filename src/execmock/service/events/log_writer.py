"""Writes entries to the logs of a shared store in the background."""

from __future__ import annotations

import asyncio
from collections import deque

from execmock.errors import StoreError
from execmock.interfaces import Store

__all__ = ["LogWriter"]


class LogWriter:
    """Appends entries in the background, as fast as the store takes them; those that wait go together.

    What waits is lost with the process, and what the store refuses is dropped: it is a log.
    """

    def __init__(self, store: Store, most: int) -> None:
        self._store = store
        self._most = most
        self._waiting: dict[tuple[str, str], deque[bytes]] = {}
        self._bringing: asyncio.Task[None] | None = None

    def add(self, sandbox: str, log: str, entry: bytes) -> None:
        """Take an entry."""
        if (sandbox, log) not in self._waiting:
            self._waiting[sandbox, log] = deque(maxlen=max(self._most, 1))
        self._waiting[sandbox, log].append(entry)
        if self._bringing is None:
            self._bringing = asyncio.get_running_loop().create_task(self._bring())

    async def flush(self) -> None:
        """Return once everything that was taken is in the store, or dropped."""
        if self._bringing is not None:
            await asyncio.shield(self._bringing)

    async def _bring(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                for (sandbox, log), entries in waiting.items():
                    await self._append(sandbox, log, list(entries))
        finally:
            self._bringing = None

    async def _append(self, sandbox: str, log: str, entries: list[bytes]) -> None:
        try:
            await self._store.append(sandbox, log, entries, self._most)
        except StoreError:
            # A request that needs the store reports the error; a log that cannot be written is left out.
            return
