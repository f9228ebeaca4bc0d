"""Writes to the logs of a shared store in the background, and counts what was written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from execmock.core.bounded_cache import BoundedCache
from execmock.core.request_counts import RequestCounts, RequestKind
from execmock.errors import StoreError
from execmock.interfaces import Store
from execmock.service.events.stored_counts import StoredCounts

__all__ = ["LogWriter"]

_MOST_LOGS = 3_000
_MOST_BYTES = 64 << 20
"""Bytes of a log that wait for the store."""


class LogWriter:
    """Appends entries in the background, as fast as the store takes them; those that wait go together.

    What waits for one log takes at most `most_bytes`, and so does what a log keeps of this process. What
    waits is lost with the process, and entries that the store refuses are dropped: it is a log. They take up
    their numbers all the same, so that a reader sees the gap.
    Counts are written before the entries that they count, and those that the store refuses are tried again.
    """

    def __init__(self, store: Store, most_bytes: int = _MOST_BYTES) -> None:
        self._store = store
        self._most_bytes = most_bytes
        self._stored = StoredCounts(store)
        self._kept: BoundedCache[tuple[str, str], _Kept] = BoundedCache(_MOST_LOGS)
        self._waiting: dict[tuple[str, str], _Entries] = {}
        self._counts: dict[str, RequestCounts] = {}
        self._bringing: asyncio.Task[None] | None = None

    def add(self, sandbox: str, log: str, entry: bytes, most: int) -> None:
        """Take an entry for a log that keeps the latest `most`."""
        self._of(sandbox, log, most).add(entry)
        self._begin()

    def skip(self, sandbox: str, log: str, count: int, most: int) -> None:
        """Leave numbers out for entries that those added next will have pushed out of a log."""
        if count:
            self._of(sandbox, log, most).skipped += count
            self._begin()

    def count(self, sandbox: str, kind: RequestKind, count: int = 1) -> None:
        """Count requests of a kind."""
        self._counts.setdefault(sandbox, RequestCounts()).add(kind, count)
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
        place = (sandbox, log)
        kept = self._kept.get(place) or _Kept()
        self._kept.keep(place, kept)
        try:
            last = await self._store.append(sandbox, log, entries.numbered(), entries.most)
            gone = kept.add(entries.sizes, last, entries.most, self._most_bytes)
            if gone:
                await self._store.append(sandbox, log, [], last - gone)
        except StoreError:
            # A request that needs the store reports the error.
            return False
        return True


class _Kept:
    """The entries of this process that a log keeps: their numbers and sizes, the latest last."""

    def __init__(self) -> None:
        self._entries: deque[tuple[int, int]] = deque()
        self._bytes = 0

    def add(self, sizes: Sequence[int], last: int, most: int, most_bytes: int) -> int:
        """Add entries, of which the last has the number `last`.

        Return up to which number the log has to drop what it keeps, 0 if it need not.
        """
        self._entries.extend(zip(range(last - len(sizes) + 1, last + 1), sizes, strict=True))
        self._bytes += sum(sizes)
        while self._entries and self._entries[0][0] <= last - most:
            self._drop()
        gone = 0
        while self._bytes > most_bytes:
            gone = self._drop()
        return gone

    def _drop(self) -> int:
        number, size = self._entries.popleft()
        self._bytes -= size
        return number


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

    @property
    def sizes(self) -> list[int]:
        """The bytes of each entry that was not skipped."""
        return [*map(len, self._latest)]

    def numbered(self) -> list[bytes]:
        """Return the entries; those that were skipped are empty, which readers pass over."""
        return [b""] * self.skipped + list(self._latest)
