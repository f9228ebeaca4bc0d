"""A cache with a bound, for keys that come from outside: what is kept for speed alone never grows on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["BoundedCache"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """At most `most` values by key; the one that was kept longest ago makes room for a new one.

    `get(key)` and `get(key, default)` are a dictionary's own, and as fast: a look-up changes nothing, so a
    value that is often read but never kept again leaves with its age. `clear()` empties the cache,
    `values()` is a view of what it holds.
    """

    __slots__ = ("_most", "_values", "clear", "get", "values")

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        # Bound once: a method of this class around them would double the cost of a look-up.
        self.get = self._values.get
        self.clear = self._values.clear
        self.values = self._values.values

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self._values)

    def keep(self, key: K, value: V) -> None:
        """Keep a value as the newest one, in place of the one that the key has."""
        values = self._values
        values[key] = value
        values.move_to_end(key)
        if len(values) > self._most:
            values.popitem(last=False)
