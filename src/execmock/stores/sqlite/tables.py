"""The tables of a store in SQLite, and the statements on them. The caller opens the transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from execmock.interfaces import Key, Put, Tail

__all__ = ["SCHEMA_VERSION", "TABLES", "Tables"]

SCHEMA_VERSION = 2
"""The version of the tables, kept as the file's user_version."""

# Positions have no gaps within a collection, so that a count is the difference of two, and a page is a range.
TABLES = """
CREATE TABLE collection (number INTEGER PRIMARY KEY, sandbox BLOB, kind TEXT, UNIQUE (sandbox, kind));
CREATE TABLE record (
  row INTEGER PRIMARY KEY, collection INTEGER, id BLOB, position INTEGER, place INTEGER, value BLOB,
  UNIQUE (collection, id)
);
CREATE INDEX record_in_order ON record (collection, position);
CREATE TABLE counter (sandbox BLOB, name TEXT, value INTEGER, PRIMARY KEY (sandbox, name)) WITHOUT ROWID;
CREATE TABLE log (
  sandbox BLOB, name TEXT, number INTEGER, entry BLOB, PRIMARY KEY (sandbox, name, number)
) WITHOUT ROWID
"""

_CHANGE = "UPDATE record SET value = ? WHERE collection = ? AND id = ?"
_KEEP = "INSERT INTO record (collection, id, position, place, value) VALUES (?, ?, ?, ?, ?)"
_FIRST = "SELECT position FROM record WHERE collection = ? ORDER BY position LIMIT 1"
_LAST = "SELECT position, place FROM record WHERE collection = ? ORDER BY position DESC LIMIT 1"


class Tables:
    """Reads and writes the tables over one connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self._ask = db.cursor().execute
        self._collections: dict[tuple[str, str], int] = {}

    def version(self) -> int:
        """Return a number that is another one once another connection has changed the file."""
        number: int = self._ask("PRAGMA data_version").fetchone()[0]
        return number

    def get(self, key: Key) -> bytes | None:
        """Return the bytes under a key, or None."""
        collection = self._collection(key.sandbox, key.kind)
        row = self.db.execute(
            "SELECT value FROM record WHERE collection = ? AND id = ?", (collection, _blob(key.id))
        )
        found = row.fetchone()
        return found[0] if found else None

    def put(self, put: Put, value: bytes | None) -> None:
        """Keep bytes under a key; what is there already keeps its place, and None forgets it."""
        if value is None:
            self._delete(put.key)
            return
        collection = self._collection(put.key.sandbox, put.key.kind, make=True)
        name = _blob(put.key.id)
        changed = self.db.execute(_CHANGE, (value, collection, name))
        if not changed.rowcount:
            position = self._position(collection, put.order)
            self.db.execute(_KEEP, (collection, name, position, put.order, value))

    def page(self, sandbox: str, kind: str, offset: int, limit: int) -> list[bytes]:
        """Return the values of a collection from its end, `offset` left out."""
        collection = self._collection(sandbox, kind)
        last = self.db.execute(_LAST, (collection,)).fetchone()
        rows = self.db.execute(
            "SELECT value FROM record WHERE collection = ? AND position <= ? ORDER BY position DESC LIMIT ?",
            (collection, (last[0] if last else 0) - offset, limit),
        )
        return [row[0] for row in rows]

    def count(self, sandbox: str, kind: str) -> int:
        """Return how many values a collection holds."""
        collection = (self._collection(sandbox, kind),)
        last = self.db.execute(_LAST, collection).fetchone()
        return last[0] - self.db.execute(_FIRST, collection).fetchone()[0] + 1 if last else 0

    def rows(self, sandbox: str) -> Iterator[tuple[str, str, int, bytes]]:
        """Yield kind, id, order and value of everything in a sandbox, by kind, in order."""
        rows = self.db.execute(
            "SELECT kind, id, place, value FROM collection "
            "JOIN record ON record.collection = collection.number WHERE sandbox = ? ORDER BY kind, position",
            (_blob(sandbox),),
        )
        for kind, name, place, value in rows:
            yield kind, name.decode("utf-8", "surrogatepass"), place, value

    def clear(self, sandbox: str) -> None:
        """Forget everything in a sandbox, and its drawn number."""
        self.db.execute(
            "DELETE FROM record WHERE collection IN (SELECT number FROM collection WHERE sandbox = ?)",
            (_blob(sandbox),),
        )
        self.db.execute("DELETE FROM log WHERE sandbox = ?", (_blob(sandbox),))
        self.db.execute("DELETE FROM counter WHERE sandbox = ? AND name = 'number'", (_blob(sandbox),))

    def number(self, sandbox: str, name: str) -> int:
        """Return a counter of a sandbox."""
        row = self.db.execute(
            "SELECT value FROM counter WHERE sandbox = ? AND name = ?", (_blob(sandbox), name)
        ).fetchone()
        return row[0] if row else 0

    def add_to_number(self, sandbox: str, name: str, by: int) -> int:
        """Add to a counter of a sandbox; return what it then is."""
        row = self.db.execute(
            "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value "
            "RETURNING value",
            (_blob(sandbox), name, by),
        ).fetchall()
        number: int = row[0][0]
        return number

    def append(self, sandbox: str, log: str, entries: Sequence[bytes], most: int) -> int:
        """Add entries to a log and drop all but the latest `most`; return the last one's number."""
        owner, last = _blob(sandbox), self.add_to_number(sandbox, f"log:{log}", len(entries))
        numbered = enumerate(entries[-most:] if most else (), last - min(len(entries), most) + 1)
        self.db.executemany(
            "INSERT INTO log VALUES (?, ?, ?, ?)", [(owner, log, number, entry) for number, entry in numbered]
        )
        self.db.execute(
            "DELETE FROM log WHERE sandbox = ? AND name = ? AND number <= ?", (owner, log, last - most)
        )
        return last

    def tail(self, sandbox: str, log: str, after: int) -> Tail:
        """Return the kept entries of a log with numbers above `after`."""
        last = self.number(sandbox, f"log:{log}")
        rows = self.db.execute(
            "SELECT number, entry FROM log WHERE sandbox = ? AND name = ? AND number > ? ORDER BY number",
            (_blob(sandbox), log, after),
        ).fetchall()
        return Tail(rows[0][0] if rows else last + 1, [row[1] for row in rows], last)

    def tail_size(self, sandbox: str, log: str, after: int) -> int:
        """Return how many bytes the entries of a log with numbers above `after` have."""
        row = self.db.execute(
            "SELECT sum(length(entry)) FROM log WHERE sandbox = ? AND name = ? AND number > ?",
            (_blob(sandbox), log, after),
        ).fetchone()
        return row[0] or 0

    def _collection(self, sandbox: str, kind: str, *, make: bool = False) -> int:
        """Return a collection's number, 0 if there is none. Never removed, so numbers stay valid."""
        number = self._collections.get((sandbox, kind), 0)
        if number:
            return number
        place = (_blob(sandbox), kind)
        row = self.db.execute(
            "SELECT number FROM collection WHERE sandbox = ? AND kind = ?", place
        ).fetchone()
        if row:
            self._collections[sandbox, kind] = row[0]
            return int(row[0])
        if not make:
            return 0
        # It is remembered when it is read again: this transaction may yet be undone.
        return self.db.execute("INSERT INTO collection (sandbox, kind) VALUES (?, ?)", place).lastrowid or 0

    def _position(self, collection: int, place: int) -> int:
        """Return the position for something new of that order, having made room for it."""
        last = self.db.execute(_LAST, (collection,)).fetchone()
        if last is None:
            return 1
        if last[1] <= place:
            return int(last[0]) + 1
        before = self.db.execute(
            "SELECT position FROM record WHERE collection = ? AND place <= ? ORDER BY position DESC LIMIT 1",
            (collection, place),
        ).fetchone()
        if before is None:
            return int(self.db.execute(_FIRST, (collection,)).fetchone()[0]) - 1
        self._shift(collection, before[0] + 1, 1)
        return int(before[0]) + 1

    def _delete(self, key: Key) -> None:
        """Forget the value under a key, if there is one. That of the oldest moves no other."""
        collection = self._collection(key.sandbox, key.kind)
        first = self.db.execute(_FIRST, (collection,)).fetchone()
        gone = self.db.execute(
            "DELETE FROM record WHERE collection = ? AND id = ? RETURNING position",
            (collection, _blob(key.id)),
        ).fetchall()
        for (position,) in gone:
            if position != first[0]:
                self._shift(collection, position + 1, -1)

    def _shift(self, collection: int, start: int, by: int) -> None:
        self.db.execute(
            "UPDATE record SET position = position + ? WHERE collection = ? AND position >= ?",
            (by, collection, start),
        )


def _blob(text: str) -> bytes:
    # Ids may hold what came in a header, so lone surrogates too, which SQLite's texts cannot.
    return text.encode("utf-8", "surrogatepass")
