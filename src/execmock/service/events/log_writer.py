"""Writes to the logs of a shared store in the background, and counts what was written."""

from __future__ import annotations

import asyncio
from collections import deque

from execmock.core.request_counts import RequestCounts, RequestKind
from execmock.errors import StoreError
from execmock.interfaces import Store
from execmock.service.events.stored_counts import StoredCounts

__all__ = ["LogWriter"]

_MOST_BYTES = 64 << 20
"""Bytes of a log that wait for the store."""


class LogWriter:
    """Appends entries in the background, as fast as the store takes them; those that wait go together.

    What waits for one log takes at most `most_bytes`. It is lost with the process, and entries that the store
    refuses are dropped: it is a log. They take up their numbers all the same, so that a reader sees the gap.
    Counts are written before the entries that they count, and those that the store refuses are tried again.
    """

    def __init__(self, store: Store, most_bytes: int = _MOST_BYTES) -> None:
        self._store = store
        self._most_bytes = most_bytes
        self._stored = StoredCounts(store)
        self._waiting: dict[tuple[str, str], _Entries] = {}
        self._counts: dict[str, RequestCounts] = {}
        self._bringing: asyncio.Task[None] | None = None

    def add(self, sandbox: str, log: str, entry: bytes, most: int) -> None:
        """Take an entry for a log that keeps the latest `most`."""
        self._of(sandbox, log, most).add(entry)
        self._begin()

    def count(self, sandbox: str, kind: RequestKind) -> None:
        """Count a request."""
        self._counts.setdefault(sandbox, RequestCounts()).add(kind)
        self._begin()

    async def flush(self) -> None:
        """Return once everything that was taken is in the store, or refused."""
        if self._counts:
            self._begin()
        if self._bringing is not None:
            await asyncio.shield(self._bringing)

    def _of(self, sandbox: str, log: str, most: int) -> _Entries:
        place = (sandbox, log)
        if place not in self._waiting:
            self._waiting[place] = _Entries(most, self._most_bytes)
        return self._waiting[place]

    def _begin(self) -> None:
        if self._bringing is None:
            self._bringing = asyncio.get_running_loop().create_task(self._bring())

    async def _bring(self) -> None:
        refused_counts: list[tuple[str, RequestCounts]] = []
        refused: list[tuple[str, str, _Entries]] = []
        try:
            while self._waiting or self._counts:
                counts, self._counts = self._counts, {}
                waiting, self._waiting = self._waiting, {}
                for sandbox, counted in counts.items():
                    refused_counts.append((sandbox, await self._stored.add(sandbox, counted)))
                for (sandbox, log), entries in waiting.items():
                    if not await self._append(sandbox, log, entries):
                        refused.append((sandbox, log, entries))
        finally:
            self._bringing = None
            for sandbox, rest in refused_counts:
                for count in rest:
                    self._counts.setdefault(sandbox, RequestCounts()).add(count.kind, count.count)
            for sandbox, log, entries in refused:
                self._of(sandbox, log, entries.most).skipped += entries.total

    async def _append(self, sandbox: str, log: str, entries: _Entries) -> bool:
        try:
            await self._store.append(sandbox, log, entries.numbered(), entries.most)
        except StoreError:
            # A request that needs the store reports the error.
            return False
        return True


class _Entries:
    """What waits for a log: the latest entries, within bytes, and how many came before them."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most = most
        self._room = most_bytes
        self.skipped = 0
        self._latest: deque[bytes] = deque()

    def add(self, entry: bytes) -> None:
        self._latest.append(entry)
        self._room -= len(entry)
        while self._is_over():
            self._room += len(self._latest.popleft())
            self.skipped += 1

    def _is_over(self) -> bool:
        return bool(self._latest) and (self._room < 0 or len(self._latest) > self.most)

    @property
    def total(self) -> int:
        return self.skipped + len(self._latest)

    def numbered(self) -> list[bytes]:
        """Return the entries; those that were skipped are empty, which readers pass over."""
        return [b""] * self.skipped + list(self._latest)
