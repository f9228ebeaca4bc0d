"""Journal and changes as all servers over one store see them: in logs of that store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from execmock.core.json_text import decode_kept, encode
from execmock.core.request_counts import RequestCounts, RequestKind
from execmock.core.sandbox import Sandbox
from execmock.core.secrets import KnownSecrets
from execmock.interfaces import Store, Tail
from execmock.service.events.changes import Changes
from execmock.service.events.entry import JournalEntry, kind_of_shown
from execmock.service.events.entry_batch import EntryBatch, packed
from execmock.service.events.journal import (
    MOST_VIOLATING,
    Dropped,
    FindMisspelt,
    Found,
    Journal,
    JournalFilter,
    JournalLimits,
    Summary,
    in_pieces,
)
from execmock.service.events.log_writer import LogWriter
from execmock.service.events.stored_counts import StoredCounts

__all__ = ["SharedChanges", "SharedJournal"]

_LOOKS_EVERY = 0.2
"""Seconds between looks at the store while something waits: other servers cannot wake this one."""
_BATCH_EVERY = 0.01
"""Seconds that a request waits at most for the others of its batch."""
_MOST_WAITING = 1 << 20
"""Bytes of requests that wait for the others of their batch."""
_AGAIN = "writtenAgain"
"""Marks an entry that was written anew when others were forgotten."""
_END = (1 << 53) - 1
"""Above the number of any entry."""
_ALL = JournalFilter()
_LOOKS = 3
"""How often a journal is read again that others write meanwhile."""


class SharedJournal(Journal):
    """The entries of every sandbox, the latest of each, in a store. This process keeps none: see `find`."""

    def __init__(
        self,
        store: Store,
        limits: JournalLimits = JournalLimits(),  # noqa: B008 - a frozen value
        *,
        misspellings: FindMisspelt = lambda *_: (),
        secrets: KnownSecrets | None = None,
    ) -> None:
        super().__init__(limits, misspellings=misspellings, secrets=secrets)
        self._store = store
        self._writer = LogWriter(store, limits.bytes)
        self._counts = StoredCounts(store)
        self._batches: dict[str, EntryBatch] = {}
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, sandbox: Sandbox, entry: JournalEntry) -> None:
        """Count a request and keep it; both reach the store within a hundredth of a second."""
        batch = self._batches.get(sandbox.id)
        if batch is None:
            batch = self._batches[sandbox.id] = EntryBatch(self.size_of(sandbox))
        self._waiting += batch.add(entry)
        if self._waiting > _MOST_WAITING:
            self._hand_on()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_BATCH_EVERY, self._hand_on)

    def _hand_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        batches, self._batches, self._waiting, self._timer = self._batches, {}, 0, None
        for sandbox, batch in batches.items():
            batch.write(sandbox, self._writer, self.shown)

    async def find(self, sandbox: str, wanted: JournalFilter, most: int | None = None) -> Found:
        """Return the wanted entries of all servers, the latest `most` of them, and what was dropped."""
        logged, dropped = await self._read(sandbox, wanted.after, wanted)
        found = [one for one in logged if one.wanted]
        shown = found if most is None else found[max(0, len(found) - most) :]
        return Found(len(found), await _shown(shown), dropped.wanted(wanted))

    async def violating(self, sandbox: str, most: int) -> Found:
        """Return the requests that break the contract; of those that the journal dropped, the latest."""
        logged, dropped = await self._read(sandbox, 0)
        kept = [one for one in logged if one.kind.breaks_contract]
        every = await self._with_dropped(sandbox, "violation", kept)
        counts = [count for count in dropped.counts if count.breaks_contract]
        shown = await _shown(every[max(0, len(every) - most) :])
        return Found(len(kept), shown, Dropped(counts, dropped.up_to))

    async def misspelling(self, sandbox: str, most: int) -> Found:
        """Return the requests with names that are nearly known; of those that were dropped, the latest."""
        await self.flush()
        tail = await self._store.tail(sandbox, "journal", 0)
        kept = [one for one in await _logged(tail) if one.misspelt]
        every = await self._with_dropped(sandbox, "misspelling", kept)
        shown = await _shown(every[max(0, len(every) - most) :])
        return Found(len(every), shown, Dropped((), tail.first - 1))

    async def _with_dropped(self, sandbox: str, log: str, kept: list[_Logged]) -> list[_Logged]:
        """Return what a log holds before what is kept in the journal too, and then that."""
        logged = await _logged(await self._store.tail(sandbox, log, 0))
        # Each log has numbers of its own, which mean nothing in the journal.
        return [one._replace(number=0) for one in logged[: max(0, len(logged) - len(kept))]] + kept

    async def summary(self, sandbox: str) -> Summary:
        """Return how many requests came, by kind."""
        await self.flush()
        tail = await self._store.tail(sandbox, "journal", 0)
        counts = await self._counts.read(sandbox)
        return Summary(list(counts), max(0, counts.total - sum(map(bool, tail.entries))))

    async def clear(self, sandbox: str) -> int:
        """Forget a sandbox's entries and counts; return how many requests there were."""
        summary = await self.summary(sandbox)
        for log in ("journal", "violation", "misspelling"):
            await self._store.append(sandbox, log, [], 0)
        await self._counts.clear(sandbox)
        return sum(count.count for count in summary.counts)

    async def forget(self, sandbox: Sandbox, wanted: JournalFilter) -> int:
        """Forget the entries that a filter admits, counted ones too; return how many there were.

        The others are written anew, so they get new numbers; listeners are not told of them again.
        """
        name, size = sandbox.id, self.size_of(sandbox)
        logged, dropped = await self._read(name, 0, wanted)
        gone = [one for one in logged if one.wanted]
        kept = [one for one in logged if not one.wanted]
        left = [("journal", await in_pieces(kept, _written_again, _Logged.size), size)]
        for log in ("violation", "misspelling"):
            others = await _logged(await self._store.tail(name, log, 0))
            texts = [one.text for one in others if not wanted.admits_kind(one.kind)]
            left.append((log, texts, MOST_VIOLATING))
        for log, texts, most in left:
            await self._store.append(name, log, [], 0)
            await self._store.append(name, log, texts, most)
        counted = RequestCounts(count for count in dropped.counts if wanted.admits_kind(count.kind))
        for one in gone:
            counted.add(one.kind)
        await self._counts.take(name, counted)
        return counted.total

    async def flush(self) -> None:
        """Return once all entries have reached the store."""
        self._hand_on()
        await self._writer.flush()

    async def _read(
        self, sandbox: str, after: int, wanted: JournalFilter = _ALL
    ) -> tuple[list[_Logged], Dropped]:
        """Return the kept entries, and what was dropped: what was counted and is not kept.

        Where nothing after `after` was dropped, entries before it may be missing from the former.
        """
        await self.flush()
        tail = await self._store.tail(sandbox, "journal", min(after, _END))
        if after and tail.first <= after + 1 and all(tail.entries):
            return await _logged(tail, wanted), Dropped((), after)
        for _ in range(_LOOKS):
            tail = await self._store.tail(sandbox, "journal", 0)
            counts = await self._counts.read(sandbox)
            # What others add in between would be counted and not be seen.
            if (await self._store.tail(sandbox, "journal", _END)).last == tail.last:
                break
        logged = await _logged(tail, wanted)
        gaps = [number for number, entry in enumerate(tail.entries, tail.first) if not entry]
        lacking = counts.less(one.kind for one in logged)
        return logged, Dropped(list(lacking), max([tail.first - 1, *gaps]))


class _Logged(NamedTuple):
    """An entry as it is kept, and what is asked of it: decoded, a thousand would take a gigabyte."""

    number: int
    text: bytes
    kind: RequestKind
    wanted: bool
    misspelt: bool

    def size(self) -> int:
        return len(self.text)


async def _logged(tail: Tail, wanted: JournalFilter = _ALL) -> list[_Logged]:
    before = _END if wanted.before is None else wanted.before

    def look(numbered: tuple[int, bytes]) -> _Logged:
        number, text = numbered
        entry = decode_kept(text)
        is_wanted = wanted.after < number < before and wanted.admits_shown(entry)
        return _Logged(number, text, kind_of_shown(entry), is_wanted, bool(entry["misspelt"]))

    # An empty one stands for an entry that was not kept.
    numbered = [(number, text) for number, text in enumerate(tail.entries, tail.first) if text]
    return await in_pieces(numbered, look, lambda pair: len(pair[1]))


async def _shown(logged: Sequence[_Logged]) -> list[bytes]:
    def shown(one: _Logged) -> bytes:
        entry = decode_kept(one.text)
        entry.pop(_AGAIN, None)
        return encode({**entry, "number": one.number})

    return await in_pieces(logged, shown, _Logged.size)


def _written_again(one: _Logged) -> bytes:
    return packed({**decode_kept(one.text), _AGAIN: True})


class SharedChanges(Changes):
    """Changes of all servers over a store, read for the sandboxes that are watched.

    Executions are not published to the others: a watcher sees them move by itself. Requests come from the
    journal.
    """

    def __init__(self, store: Store, journal: Journal, size: int = 1000) -> None:
        super().__init__(size)
        self._store = store
        self._journal = journal
        self._size = size
        self._writer = LogWriter(store)
        self._read: dict[tuple[str, str], int] = {}
        self._reading = asyncio.Lock()

    def publish(self, sandbox: str, kind: str, data: Mapping[str, Any]) -> None:
        """Publish a change to all servers; changes of executions are for this one."""
        if kind == "execution":
            self.publish_here(sandbox, kind, data)
        else:
            self._writer.add(sandbox, "change", packed({"kind": kind, "data": data}), self._size)
            self.next_number()

    async def server_number(self) -> int:
        """Return this server's number among those over its store: 0, 1, 2, ..."""
        return await self._store.next_number("") - 1

    async def follow(self, sandbox: str) -> None:
        """Read a sandbox's changes since the last time; the first time, only where they end."""
        await self._journal.flush()
        await self._writer.flush()
        async with self._reading:
            for place in (("", "change"), (sandbox, "change"), (sandbox, "journal")):
                known = self._read.get(place)
                tail = await self._store.tail(*place, _END if known is None else known)
                self._read[place] = tail.last
                if known is not None and tail.first > known + 1:
                    self.publish_here(place[0], "gap", {"after": known})
                for number, text in enumerate(tail.entries, tail.first):
                    told = decode_kept(text) if text else {_AGAIN: True}
                    if _AGAIN not in told:
                        self._take_in(place, number, told)

    async def wait(self, seconds: float | None) -> None:
        """Return at the next change here, when there may be one elsewhere, or after `seconds`."""
        await super().wait(_LOOKS_EVERY if seconds is None else min(seconds, _LOOKS_EVERY))

    async def flush(self) -> None:
        """Return once all changes have reached the store."""
        await self._writer.flush()

    def _take_in(self, place: tuple[str, str], number: int, told: Mapping[str, Any]) -> None:
        sandbox, log = place
        if log == "journal":
            self.publish_here(sandbox, "request", {**told, "number": number})
        else:
            self.publish_here(sandbox, told["kind"], told["data"])
