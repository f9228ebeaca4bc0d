"""Journal and changes as all servers over one store see them: in logs of that store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.json_text import decode, encode
from execmock.ports import Store
from execmock.service.changes import Changes
from execmock.service.journal import Found, Journal, JournalEntry, JournalFilter, rendered
from execmock.service.outbox import Outbox

__all__ = ["SharedChanges", "SharedJournal"]

_LONGEST_BODY = 64 * 1024
_LOOKS_EVERY = 0.2
"""Seconds after which somebody who waits looks at the store: what other servers do wakes nobody here."""


class SharedJournal(Journal):
    """The entries of every sandbox, at most `size` each, in a store."""

    def __init__(self, size: int, store: Store) -> None:
        super().__init__(size)
        self._store = store
        self._outbox = Outbox(store, size)

    def add(self, sandbox: str, entry: JournalEntry) -> None:
        """Keep an entry, with the first 64 KiB of its body; it reaches the store soon after."""
        if self._size:
            super().add(sandbox, entry)
            shown = rendered(entry._replace(body=entry.body[:_LONGEST_BODY]))
            self._outbox.add(sandbox, "journal", _packed(shown))

    async def find(self, sandbox: str, wanted: JournalFilter, most: int | None = None) -> Found:
        """Return the wanted entries of all servers, the latest `most` of them."""
        await self._outbox.flush()
        tail = await self._store.tail(sandbox, "journal", wanted.after)
        numbered = enumerate(map(decode, tail.entries), tail.first)
        found = [{**entry, "number": number} for number, entry in numbered if wanted.admits_shown(entry)]
        return Found(len(found), found if most is None else found[max(0, len(found) - most) :])

    async def clear(self, sandbox: str) -> int:
        """Forget a sandbox's entries; return how many there were."""
        await self._outbox.flush()
        await super().clear(sandbox)
        tail = await self._store.tail(sandbox, "journal", 0)
        await self._store.append(sandbox, "journal", [], 0)
        return len(tail.entries)

    async def flush(self) -> None:
        """Return once all entries have reached the store."""
        await self._outbox.flush()


class SharedChanges(Changes):
    """News of all servers over a store."""

    def __init__(self, store: Store, size: int = 1000) -> None:
        super().__init__(size)
        self._outbox = Outbox(store, size)

    def publish(self, sandbox: str, kind: str, data: Mapping[str, Any]) -> None:
        """Tell a piece of news to all servers."""
        super().publish(sandbox, kind, data)
        self._outbox.add(sandbox, "change", _packed({"kind": kind, "data": data}))

    async def wait(self, seconds: float | None) -> None:
        """Return when something happens here or may have happened elsewhere, or after `seconds`."""
        await super().wait(_LOOKS_EVERY if seconds is None else min(seconds, _LOOKS_EVERY))

    async def flush(self) -> None:
        """Return once all news has reached the store."""
        await self._outbox.flush()


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
