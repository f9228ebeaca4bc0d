"""State in one file: it survives restarts and kill -9, and several processes of a machine can serve it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from execmock.errors import StoreError
from execmock.interfaces import Contents, Key, Put, Tail, Update
from execmock.stores.codec import LONGEST_KEPT, DecodeCache, pack, unpack
from execmock.stores.sqlite.known import LONGEST_PAGE, UNKNOWN, KnownRows
from execmock.stores.sqlite.tables import SCHEMA_VERSION, TABLES, Tables

__all__ = ["SqliteStore"]

_PATIENCE = 5.0
"""Seconds that a write waits for those of other processes."""
_TO_OPEN = 30.0
"""Seconds that opening waits for others that are making the same file, once."""
_AT_ONCE = 0.005
"""Seconds that a call may hold up the event loop while it waits for a lock."""
_LARGE = 1 << 20
"""Bytes of a log from which on it is read in a thread."""

T = TypeVar("T")


class SqliteStore:
    """A Store in an SQLite file, in write-ahead mode.

    The short calls run on the event loop: one takes some twenty microseconds, and handing it to a thread
    costs more than that (figures in docs/reliability.md). What grows with the sandbox runs in a thread,
    over a connection of its own.
    """

    immediate = False

    def __init__(self, path: str) -> None:
        self._path = path
        self._tables = Tables(self._open())
        self._decoded = DecodeCache()
        self._known = KnownRows(lambda: self._read(Tables.version))
        self.begin_request = self._known.begin_request
        self.end_request = self._known.end_request

    async def get(self, key: Key) -> Any:
        """Return the value under a key, or None."""
        values = self._known.values()
        value = values.get(key, UNKNOWN)
        if value is UNKNOWN:
            data = self._read(lambda tables: tables.get(key))
            value = None if data is None else self._decoded.value(key.kind, data)
            if data is None or len(data) <= LONGEST_KEPT:
                values.keep(key, value)
        return value

    async def update(self, key: Key, fn: Update) -> Any:
        """Apply `fn` to the value under `key` and keep what it returns; return the new value."""
        puts: Sequence[Put] = ()

        def change(tables: Tables) -> Any:
            nonlocal puts
            data = tables.get(key)
            value = None if data is None else self._decoded.value(key.kind, data)
            puts = fn(value)
            for put in puts:
                tables.put(put, None if put.value is None else pack(put.value))
                if put.key == key:
                    value = put.value
            return value

        try:
            return await self._write(change)
        finally:
            self._known.drop(puts)

    async def page(self, sandbox: str, kind: str, offset: int, limit: int) -> Sequence[Any]:
        """Return up to `limit` values of a kind, highest order first."""
        pages = self._known.pages(sandbox, kind)
        page = pages.get((offset, limit))
        if page is None:
            found = self._read(lambda tables: tables.page(sandbox, kind, offset, limit))
            page = [self._decoded.value(kind, data) for data in found]
            if sum(map(len, found)) <= LONGEST_PAGE:
                pages.keep((offset, limit), page)
        return page

    async def count(self, sandbox: str, kind: str) -> int:
        """Return how many values of a kind a sandbox holds."""
        return self._read(lambda tables: tables.count(sandbox, kind))

    async def next_number(self, sandbox: str) -> int:
        """Return the next number of a sandbox."""
        return await self._write(lambda tables: tables.add_to_number(sandbox, "number", 1))

    async def append(self, sandbox: str, log: str, entries: Sequence[bytes], most: int) -> int:
        """Add entries to a log; return the last one's number."""
        return await self._write(lambda tables: tables.append(sandbox, log, entries, most))

    async def tail(self, sandbox: str, log: str, after: int) -> Tail:
        """Return the kept entries of a log with numbers above `after`."""
        if self._read(lambda tables: tables.tail_size(sandbox, log, after)) > _LARGE:
            return await self._apart("DEFERRED", lambda tables: tables.tail(sandbox, log, after))
        return self._read(lambda tables: tables.tail(sandbox, log, after))

    async def clear(self, sandbox: str) -> None:
        """Forget everything in a sandbox and start its numbers again."""
        await self._apart("IMMEDIATE", lambda tables: tables.clear(sandbox))

    async def export(self, sandbox: str) -> Contents:
        """Return everything in a sandbox."""
        number, rows = await self._apart(
            "DEFERRED", lambda tables: (tables.number(sandbox, "number"), list(tables.rows(sandbox)))
        )
        puts = [Put(Key(sandbox, kind, name), unpack(kind, data), order) for kind, name, order, data in rows]
        return Contents(number, puts)

    async def restore(self, sandbox: str, contents: Contents) -> None:
        """Replace everything in a sandbox."""

        def replace(tables: Tables) -> None:
            tables.clear(sandbox)
            if contents.number:
                tables.add_to_number(sandbox, "number", contents.number)
            for put in contents.puts:
                tables.put(put, pack(put.value))

        await self._apart("IMMEDIATE", replace)

    async def close(self) -> None:
        """Close the file; the last process to do so leaves the one file behind, without its log."""
        self._tables.db.close()

    def _read(self, work: Callable[[Tables], T]) -> T:
        try:
            return work(self._tables)
        except sqlite3.Error as error:
            raise self._failed(error) from None

    async def _write(self, work: Callable[[Tables], T]) -> T:
        """Do work as one transaction; wait for those of other processes without holding up the loop."""
        deadline, pause = monotonic() + _PATIENCE, 0.001
        while True:
            try:
                return _as_transaction(self._tables, "IMMEDIATE", work)
            except sqlite3.Error as error:
                if not _is_busy(error) or monotonic() > deadline:
                    raise self._failed(error) from None
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.05)

    async def _apart(self, begin: str, work: Callable[[Tables], T]) -> T:
        def run() -> T:
            tables = Tables(self._open(_PATIENCE))
            try:
                return _as_transaction(tables, begin, work)
            except sqlite3.Error as error:
                raise self._failed(error) from None
            finally:
                tables.db.close()

        return await asyncio.to_thread(run)

    def _open(self, patience: float = _AT_ONCE) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self._path, timeout=_TO_OPEN, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._failed(error) from None
        try:
            _prepare(db)
        except sqlite3.Error as error:
            db.close()
            raise self._failed(error) from None
        except StoreError as error:
            db.close()
            raise StoreError(f"the store {self._path}: {error.message}") from None
        db.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        return db

    def _failed(self, error: sqlite3.Error) -> StoreError:
        return StoreError(f"the store {self._path}: {_explain(error, Path(self._path))}")


def _prepare(db: sqlite3.Connection) -> None:
    """Make an empty file a store; StoreError when it holds something else."""
    form = _form(db)
    if form == 0:
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            _make(db)
        # If there are tables, others may have made them since the form was read: they come with their form.
        form = _form(db)
    if form != SCHEMA_VERSION:
        raise StoreError(
            f"it holds something else than a store of version {SCHEMA_VERSION} (its user_version is {form})"
        )
    # A commit then outlives the process as soon as it returns; only a checkpoint waits for the disk.
    db.execute("PRAGMA synchronous = NORMAL")


def _make(db: sqlite3.Connection) -> None:
    deadline = monotonic() + _TO_OPEN
    while True:
        # Others may be making the same file, and for the change to this mode SQLite does not wait.
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or monotonic() > deadline:
                raise
        sleep(0.01)
    db.execute("BEGIN IMMEDIATE")
    if _form(db) == 0:
        for statement in TABLES.split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.execute("COMMIT")


def _form(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _as_transaction(tables: Tables, begin: str, work: Callable[[Tables], T]) -> T:
    tables.db.execute(f"BEGIN {begin}")
    try:
        result = work(tables)
        tables.db.execute("COMMIT")
    except BaseException:
        if tables.db.in_transaction:
            tables.db.execute("ROLLBACK")
        raise
    return result


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _explain(error: sqlite3.Error, path: Path) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_CANTOPEN"):
        place = path.parent
        if not place.is_dir():
            return f"there is no folder {place}"
        return "cannot be opened" if os.access(place, os.W_OK) else f"the folder {place} may only be read"
    if name.startswith("SQLITE_BUSY"):
        return f"other processes have kept it locked for {_PATIENCE:g} seconds"
    return str(error)
