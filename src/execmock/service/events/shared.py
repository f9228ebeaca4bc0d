"""Journal and changes as all servers over one store see them: in logs of that store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from execmock.core.json_text import decode, encode
from execmock.interfaces import Store
from execmock.service.events.changes import Changes
from execmock.service.events.journal import Found, Journal, JournalEntry, JournalFilter, rendered
from execmock.service.events.log_writer import LogWriter

__all__ = ["SharedChanges", "SharedJournal"]

_LONGEST_BODY = 64 * 1024
_LOOKS_EVERY = 0.2
"""Seconds between looks at the store while something waits: other servers cannot wake this one."""
_END = (1 << 53) - 1
"""Above the number of any entry."""


class SharedJournal(Journal):
    """The entries of every sandbox, at most `size` each, in a store. This process keeps none: see `find`."""

    def __init__(self, size: int, store: Store) -> None:
        super().__init__(size)
        self._store = store
        self._outbox = LogWriter(store, size)

    def add(self, sandbox: str, entry: JournalEntry) -> None:
        """Keep an entry, with the first 64 KiB of its body; it reaches the store soon after."""
        if self._size:
            shown = rendered(replace(entry, body=entry.body[:_LONGEST_BODY]))
            self._outbox.add(sandbox, "journal", _packed(shown))

    async def find(self, sandbox: str, wanted: JournalFilter, most: int | None = None) -> Found:
        """Return the wanted entries of all servers, the latest `most` of them."""
        await self._outbox.flush()
        tail = await self._store.tail(sandbox, "journal", min(wanted.after, _END))
        numbered = enumerate(map(decode, tail.entries), tail.first)
        found = [{**entry, "number": number} for number, entry in numbered if wanted.admits_shown(entry)]
        return Found(len(found), found if most is None else found[max(0, len(found) - most) :])

    async def clear(self, sandbox: str) -> int:
        """Forget a sandbox's entries; return how many there were."""
        await self._outbox.flush()
        tail = await self._store.tail(sandbox, "journal", 0)
        await self._store.append(sandbox, "journal", [], 0)
        return len(tail.entries)

    async def flush(self) -> None:
        """Return once all entries have reached the store."""
        await self._outbox.flush()


class SharedChanges(Changes):
    """Changes of all servers over a store, read for the sandboxes that are watched.

    Executions are not published to the others: a watcher sees them move by itself. Requests come from the
    journal.
    """

    def __init__(self, store: Store, journal: Journal, size: int = 1000) -> None:
        super().__init__(size)
        self._store = store
        self._journal = journal
        self._outbox = LogWriter(store, size)
        self._read: dict[tuple[str, str], int] = {}
        self._reading = asyncio.Lock()

    def publish(self, sandbox: str, kind: str, data: Mapping[str, Any]) -> None:
        """Publish a change to all servers; changes of executions are for this one."""
        if kind == "execution":
            super().publish(sandbox, kind, data)
        else:
            self._outbox.add(sandbox, "change", _packed({"kind": kind, "data": data}))
            self.next_number()

    async def server_number(self) -> int:
        """Return this server's number among those over its store: 0, 1, 2, ..."""
        return await self._store.next_number("") - 1

    async def follow(self, sandbox: str) -> None:
        """Read a sandbox's changes since the last time; the first time, only where they end."""
        await self._journal.flush()
        await self._outbox.flush()
        async with self._reading:
            for place in (("", "change"), (sandbox, "change"), (sandbox, "journal")):
                known = self._read.get(place)
                tail = await self._store.tail(*place, _END if known is None else known)
                self._read[place] = tail.last
                for number, text in enumerate(tail.entries, tail.first):
                    self._take_in(place, number, decode(text))

    async def wait(self, seconds: float | None) -> None:
        """Return at the next change here, when there may be one elsewhere, or after `seconds`."""
        await super().wait(_LOOKS_EVERY if seconds is None else min(seconds, _LOOKS_EVERY))

    async def flush(self) -> None:
        """Return once all changes have reached the store."""
        await self._outbox.flush()

    def _take_in(self, place: tuple[str, str], number: int, told: Mapping[str, Any]) -> None:
        sandbox, log = place
        if log == "journal":
            super().publish(sandbox, "request", {**told, "number": number})
        else:
            super().publish(sandbox, told["kind"], told["data"])


def _packed(shown: Mapping[str, Any]) -> bytes:
    try:
        return encode(shown)
    except UnicodeEncodeError:
        # Some header or path holds what is no text; what it held is shown, not kept exactly.
        return encode(_readable(shown))


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_readable(name): _readable(inner) for name, inner in value.items()}
    return [_readable(inner) for inner in value] if isinstance(value, list | tuple) else value
