"""State in this process: nothing survives it, and nothing is faster.

What the kept pages gain (`bench/micro_gains.py`): without them a list takes 13 % more processor time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

from execmock.core.bounded_cache import BoundedCache
from execmock.errors import StoreError
from execmock.interfaces import Contents, Key, Put, Store, Tail, Update

__all__ = ["MemoryStore", "open_memory"]


_MOST_PAGES = 100
"""Pages of one kind in one sandbox that are kept."""


class _Collection:
    """The values of one kind in one sandbox: by id, and in order. Pages are kept until something changes."""

    __slots__ = ("ids", "orders", "pages", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.ids: list[str] = []
        self.orders: list[int] = []
        self.pages: BoundedCache[tuple[int, int], Sequence[Any]] = BoundedCache(_MOST_PAGES)

    def put(self, put: Put) -> None:
        name = put.key.id
        if put.value is None:
            self.delete(name)
            return
        self.pages.clear()
        if name not in self.values:
            # Nearly always the end: what is kept later was created later. Only worlds fill in the past.
            if not self.orders or put.order >= self.orders[-1]:
                self.ids.append(name)
                self.orders.append(put.order)
            else:
                at = bisect_right(self.orders, put.order)
                self.ids.insert(at, name)
                self.orders.insert(at, put.order)
        self.values[name] = put.value

    def delete(self, name: str) -> None:
        if self.values.pop(name, None) is not None:
            self.pages.clear()
            at = self.ids.index(name)
            del self.ids[at], self.orders[at]

    def page(self, offset: int, limit: int) -> Sequence[Any]:
        kept = self.pages.get((offset, limit))
        if kept is None:
            kept = self._cut(offset, limit)
            self.pages.keep((offset, limit), kept)
        return kept

    def _cut(self, offset: int, limit: int) -> Sequence[Any]:
        end = len(self.ids) - offset
        if end <= 0:
            return ()
        values = self.values
        return tuple([values[name] for name in reversed(self.ids[max(0, end - limit) : end])])


def open_memory(url: str) -> Store:
    """Return an empty store for `memory:`."""
    if url != "memory:":
        raise StoreError(f"{url!r} is not a store; expected memory:")
    return MemoryStore()


class MemoryStore:
    """A Store in dictionaries. Atomic because it never yields between reading and writing."""

    immediate = True

    def __init__(self) -> None:
        self._collections: defaultdict[tuple[str, str], _Collection] = defaultdict(_Collection)
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._logs: dict[tuple[str, str], deque[bytes]] = {}
        self._logged: defaultdict[tuple[str, str], int] = defaultdict(int)

    async def get(self, key: Key) -> Any:
        """Return the value under a key, or None."""
        collection = self._collections.get((key.sandbox, key.kind))
        return collection.values.get(key.id) if collection else None

    async def update(self, key: Key, fn: Update) -> Any:
        """Apply `fn` to the value under `key` and keep what it returns; return the new value."""
        sandbox, kind, name = key
        collection = self._collections[sandbox, kind]
        for put in fn(collection.values.get(name)):
            place = put.key
            same = place.kind == kind and place.sandbox == sandbox
            (collection if same else self._collections[place.sandbox, place.kind]).put(put)
        return collection.values.get(name)

    async def page(self, sandbox: str, kind: str, offset: int, limit: int) -> Sequence[Any]:
        """Return up to `limit` values of a kind, highest order first."""
        collection = self._collections.get((sandbox, kind))
        return collection.page(offset, limit) if collection else ()

    async def count(self, sandbox: str, kind: str) -> int:
        """Return how many values of a kind a sandbox holds."""
        collection = self._collections.get((sandbox, kind))
        return len(collection.ids) if collection else 0

    async def next_number(self, sandbox: str) -> int:
        """Return the next number of a sandbox."""
        self._numbers[sandbox] += 1
        return self._numbers[sandbox]

    async def clear(self, sandbox: str) -> None:
        """Forget everything in a sandbox and start its numbers again."""
        for name in [name for name in self._collections if name[0] == sandbox]:
            del self._collections[name]
        for name in [name for name in self._logs if name[0] == sandbox]:
            del self._logs[name]
        self._numbers.pop(sandbox, None)

    async def append(self, sandbox: str, log: str, entries: Sequence[bytes], most: int) -> int:
        """Add entries to a log; return the last one's number."""
        place = (sandbox, log)
        self._logs[place] = deque([*self._logs.get(place, ()), *entries], maxlen=most)
        self._logged[place] += len(entries)
        return self._logged[place]

    async def tail(self, sandbox: str, log: str, after: int) -> Tail:
        """Return the kept entries of a log with numbers above `after`."""
        kept, last = self._logs.get((sandbox, log), ()), self._logged.get((sandbox, log), 0)
        first = min(max(after, last - len(kept)), last) + 1
        return Tail(first, [*kept][len(kept) - (last - first + 1) :], last)

    async def export(self, sandbox: str) -> Contents:
        """Return everything in a sandbox."""
        puts = [
            Put(Key(sandbox, kind, name), collection.values[name], order)
            for (owner, kind), collection in sorted(self._collections.items())
            if owner == sandbox
            for name, order in zip(collection.ids, collection.orders, strict=True)
        ]
        return Contents(self._numbers.get(sandbox, 0), puts)

    async def restore(self, sandbox: str, contents: Contents) -> None:
        """Replace everything in a sandbox."""
        await self.clear(sandbox)
        if contents.number:
            self._numbers[sandbox] = contents.number
        for put in contents.puts:
            self._collections[put.key.sandbox, put.key.kind].put(put)

    async def close(self) -> None:
        """There is nothing to close."""
