"""What happened in a sandbox from a position on: requests and changes, for those that watch it live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from execmock.core.json_text import decode
from execmock.ports import Store
from execmock.service.changes import Changes
from execmock.service.journal import Journal, JournalFilter
from execmock.service.shared import SharedChanges, SharedJournal

__all__ = ["LocalNews", "Message", "News", "SharedNews"]


class Message(NamedTuple):
    """One piece of news, and the position behind it."""

    position: str
    kind: str
    data: Any


class News(Protocol):
    """Positions are texts of digits and dots; whoever holds one can go on from there later."""

    async def position(self, sandbox: str, known: str | None) -> str:
        """Return the position that a reader knows if it is one, else the present one."""
        ...

    async def since(self, position: str, sandbox: str) -> Sequence[Message]:
        """Return what is kept of what happened after a position, oldest first."""
        ...


class LocalNews:
    """News of this process: journal and changes share one series of numbers."""

    def __init__(self, journal: Journal, changes: Changes) -> None:
        self._journal = journal
        self._changes = changes

    async def position(self, sandbox: str, known: str | None) -> str:
        """Return the position that a reader knows if it is one, else the present one."""
        return known if known and known.isdecimal() else str(self._changes.last)

    async def since(self, position: str, sandbox: str) -> Sequence[Message]:
        """Return what happened after a position."""
        known = int(position)
        requests = (await self._journal.find(sandbox, JournalFilter(after=known))).entries
        numbered = [(entry["number"], "request", entry) for entry in requests]
        numbered += [(news.number, news.kind, news.data) for news in self._changes.since(known, sandbox)]
        numbered.sort(key=lambda news: news[0])
        return [Message(str(number), kind, data) for number, kind, data in numbered]


class SharedNews:
    """News of all servers over a store: from its journal, its changes, and those of all sandboxes."""

    def __init__(self, store: Store, journal: SharedJournal, changes: SharedChanges) -> None:
        self._store = store
        self._journal = journal
        self._changes = changes

    async def position(self, sandbox: str, known: str | None) -> str:
        """Return the position that a reader knows if it is one, else the present one."""
        parts = (known or "").split(".")
        if len(parts) == 3 and all(part.isdecimal() for part in parts):
            return str(known)
        tails = [await self._store.tail(*log, _END) for log in _logs(sandbox)]
        return ".".join(str(tail.last) for tail in tails)

    async def since(self, position: str, sandbox: str) -> Sequence[Message]:
        """Return what happened after a position."""
        await self._journal.flush()
        await self._changes.flush()
        at, found = [int(part) for part in position.split(".")], []
        for index, log in enumerate(_logs(sandbox)):
            tail = await self._store.tail(*log, at[index])
            for number, text in enumerate(tail.entries, tail.first):
                at[index], entry = number, decode(text)
                where = ".".join(map(str, at))
                if log[1] == "journal":
                    found.append(Message(where, "request", {**entry, "number": number}))
                else:
                    found.append(Message(where, entry["kind"], entry["data"]))
        return found


_END = (1 << 53) - 1
"""Above the number of any entry."""


def _logs(sandbox: str) -> list[tuple[str, str]]:
    return [("", "change"), (sandbox, "change"), (sandbox, "journal")]
