"""The store in an SQLite file."""

from __future__ import annotations

from execmock.errors import StoreError
from execmock.interfaces import Store
from execmock.stores.sqlite.store import SqliteStore

__all__ = ["open_sqlite"]


def open_sqlite(url: str) -> Store:
    """Return the store in the file that `sqlite:PATH` names; it is made if it is not there."""
    path = url.partition(":")[2]
    if not path:
        raise StoreError(f"{url!r} names no file; expected sqlite:PATH")
    return SqliteStore(path)
