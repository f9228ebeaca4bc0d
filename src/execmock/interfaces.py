"""What the inside asks of the outside: an instant, unguessable bytes, a place to keep state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

__all__ = ["Clock", "Contents", "Entropy", "Key", "Put", "Store", "Tail", "Update"]


class Clock(Protocol):
    """Real time."""

    def now(self) -> int:
        """Return milliseconds since 1970; never less than it returned before."""
        ...


class Entropy(Protocol):
    """Where unguessable bytes come from; repeatable where it was given a seed."""

    def root(self, label: str) -> bytes:
        """Return 32 bytes for a label, from which all ids and draws of a sandbox follow."""
        ...


class Key(NamedTuple):
    """Where a value is kept: the sandbox it belongs to ("" for what belongs to none), its kind, its id."""

    sandbox: str
    kind: str
    id: str


class Put(NamedTuple):
    """A value to keep under a key, or None to forget the one that is there.

    `order` places it among its kind: pages list the highest first; what is kept again stays in its place.
    """

    key: Key
    value: Any
    order: int = 0


class Contents(NamedTuple):
    """All that a store holds of a sandbox: the last number given out, and the values in order."""

    number: int
    puts: Sequence[Put]


class Tail(NamedTuple):
    """The end of a log: its entries, the number of the first (`last` + 1 if none), the last number ever."""

    first: int
    entries: Sequence[bytes]
    last: int


Update = Callable[[Any], Sequence[Put]]
"""From the value under a key (None if there is none) to what is to be kept.

Pure, for it may run more than once, and first with None although there is a value.
"""


class Store(Protocol):
    """Keeps frozen values, and logs. Every write is atomic; a value once read never changes.

    Each call raises StoreError when the store cannot be reached or refuses; the next one may work.
    `immediate` says that all is kept in this process: no method ever awaits real I/O, and no other process
    changes anything.
    """

    immediate: bool

    async def get(self, key: Key) -> Any:
        """Return the value under a key, or None."""
        ...

    async def update(self, key: Key, fn: Update) -> Any:
        """Apply `fn` to the value under `key` and keep what it returns, as one step; return the new value.

        Everything that `fn` returns must lie in the sandbox of `key`.
        """
        ...

    async def page(self, sandbox: str, kind: str, offset: int, limit: int) -> Sequence[Any]:
        """Return up to `limit` values of a kind, highest order first, of one order the latest kept first."""
        ...

    async def count(self, sandbox: str, kind: str) -> int:
        """Return how many values of a kind a sandbox holds."""
        ...

    async def next_number(self, sandbox: str) -> int:
        """Return the next number of a sandbox: 1, 2, 3, ...; no number is ever returned twice."""
        ...

    async def clear(self, sandbox: str) -> None:
        """Forget everything in a sandbox and start its numbers again; its logs go on counting."""
        ...

    async def append(self, sandbox: str, log: str, entries: Sequence[bytes], most: int) -> int:
        """Add entries to a log of a sandbox, which keeps the latest `most`; return the last one's number."""
        ...

    async def tail(self, sandbox: str, log: str, after: int) -> Tail:
        """Return the kept entries of a log with numbers above `after`, oldest first."""
        ...

    async def export(self, sandbox: str) -> Contents:
        """Return everything in a sandbox, in the order of its keeping."""
        ...

    async def restore(self, sandbox: str, contents: Contents) -> None:
        """Replace everything in a sandbox, as one step."""
        ...

    async def close(self) -> None:
        """Close files and connections."""
        ...
