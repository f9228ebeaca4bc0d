"""What was read last from an SQLite file, valid until it changes: a read then asks for its version alone.

What it gains (`bench/micro_gains.py`): without the known rows a get from SQLite takes 48 % more processor
time, a list 63 %; without one question for all reads of a request a get takes 25 % more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from execmock.core.bounded_cache import BoundedCache
from execmock.interfaces import Key, Put

__all__ = ["LONGEST_PAGE", "UNKNOWN", "KnownRows"]

UNKNOWN = object()
"""Stands for a value that has to be read."""
_MOST_VALUES = 5_000
_MOST_COLLECTIONS = 20
_MOST_PAGES = 10
"""Pages of one collection."""
LONGEST_PAGE = 1 << 18
"""Bytes of the packed values of a page that is kept."""

Pages = BoundedCache[tuple[int, int], Sequence[Any]]


class KnownRows:
    """Values and pages, as they are at one version of the file.

    `ask` returns that version: another number once another connection has changed the file. What this
    connection changes is to be dropped.
    """

    def __init__(self, ask: Callable[[], int]) -> None:
        self._ask = ask
        self._version = -1
        self._is_one_request = False
        self._asked = False
        self._values: BoundedCache[Key, Any] = BoundedCache(_MOST_VALUES)
        self._pages: BoundedCache[tuple[str, str], Pages] = BoundedCache(_MOST_COLLECTIONS)

    def begin_request(self) -> None:
        """Ask once for all reads that follow at once: together they are one request, which came before."""
        self._is_one_request, self._asked = True, False

    def end_request(self) -> None:
        """Ask for each read again."""
        self._is_one_request = self._asked = False

    def values(self) -> BoundedCache[Key, Any]:
        """Return the values that are known and valid; some may be UNKNOWN again."""
        if not self._asked:
            version = self._ask()
            if version != self._version:
                self._values.clear()
                self._pages.clear()
                self._version = version
            self._asked = self._is_one_request
        return self._values

    def pages(self, sandbox: str, kind: str) -> Pages:
        """Return the pages of a collection that are known and valid, by offset and limit."""
        self.values()
        pages = self._pages.get((sandbox, kind))
        if pages is None:
            pages = BoundedCache(_MOST_PAGES)
            self._pages.keep((sandbox, kind), pages)
        return pages

    def drop(self, puts: Sequence[Put]) -> None:
        """Forget what this connection has changed, and ask again: another one may have been first."""
        self._asked = False
        for put in puts:
            self._values.keep(put.key, UNKNOWN)
            self._pages.keep((put.key.sandbox, put.key.kind), BoundedCache(_MOST_PAGES))
