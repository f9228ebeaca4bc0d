"""The store in an SQLite file."""

from __future__ import annotations

from execmock.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
