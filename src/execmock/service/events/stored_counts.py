"""Counts of requests in a store that several servers share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from execmock.core.bounded_cache import BoundedCache
from execmock.core.json_text import encode
from execmock.core.request_counts import MOST_KINDS, RequestCount, RequestCounts, RequestKind
from execmock.errors import StoreError
from execmock.interfaces import Key, Put, Store, Update

__all__ = ["StoredCounts"]

_KIND = "request-count"
_MOST_ROWS = 4 * MOST_KINDS


class StoredCounts:
    """Adds to the counts of a sandbox, each as one step, and reads them.

    They lie in a place of their own outside the sandbox, so that no snapshot of it holds them.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: BoundedCache[tuple[str, RequestKind], bool] = BoundedCache(10 * MOST_KINDS)

    async def add(self, sandbox: str, counts: RequestCounts) -> RequestCounts:
        """Add counts; return those that the store refused."""
        counted = list(counts)
        added = await asyncio.gather(*(self._add(sandbox, count) for count in counted))
        return RequestCounts(count for count, done in zip(counted, added, strict=True) if not done)

    async def read(self, sandbox: str) -> RequestCounts:
        """Return all counts of a sandbox."""
        rows: Sequence[RequestCount] = await self._store.page(_place(sandbox), _KIND, 0, _MOST_ROWS)
        return RequestCounts(rows)

    async def take(self, sandbox: str, counts: RequestCounts) -> None:
        """Take counts away again, as far as they are there."""
        for count in counts:
            for kind in (count.kind, count.kind.without_path(), count.kind.outcome_alone()):
                key = _key(sandbox, kind)
                if await self._store.get(key):
                    await self._store.update(key, _less(key, kind, count.count))
                    break

    async def clear(self, sandbox: str) -> None:
        """Forget the counts of a sandbox."""
        await self._store.clear(_place(sandbox))

    async def _add(self, sandbox: str, count: RequestCount) -> bool:
        try:
            kind = await self._with_room(sandbox, count.kind)
            key = _key(sandbox, kind)
            await self._store.update(key, _more(key, kind, count.count))
        except StoreError:
            return False
        self._known.keep((sandbox, kind), True)
        return True

    async def _with_room(self, sandbox: str, kind: RequestKind) -> RequestKind:
        """Return a kind, or the one that stands for it where there are too many."""
        if self._known.get((sandbox, kind)):
            return kind
        room = await self._store.count(_place(sandbox), _KIND)
        if room < MOST_KINDS and kind.is_short:
            return kind
        for name in (kind, kind.without_path()):
            if await self._store.get(_key(sandbox, name)):
                return name
        return kind.without_path() if room < 2 * MOST_KINDS else kind.outcome_alone()


def _more(key: Key, kind: RequestKind, count: int) -> Update:
    def add(old: RequestCount | None) -> Sequence[Put]:
        return [Put(key, RequestCount(*kind, count + (old.count if old else 0)))]

    return add


def _less(key: Key, kind: RequestKind, count: int) -> Update:
    def take(old: RequestCount | None) -> Sequence[Put]:
        left = old.count - count if old else 0
        return [Put(key, RequestCount(*kind, left) if left > 0 else None)]

    return take


def _key(sandbox: str, kind: RequestKind) -> Key:
    return Key(_place(sandbox), _KIND, encode([*kind]).decode())


def _place(sandbox: str) -> str:
    # No sandbox has such a name.
    return f"{sandbox}:journal"
