"""The journal that servers over one store share: entries, counts and what breaks the contract."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from execmock.core.clock import ClockState
from execmock.core.request_counts import MOST_KINDS
from execmock.core.sandbox import Sandbox
from execmock.core.schema.violation import Violation
from execmock.errors import StoreError
from execmock.interfaces import Store
from execmock.service.events.entry import JournalEntry
from execmock.service.events.journal import Journal, JournalFilter, JournalLimits
from execmock.service.events.shared import SharedJournal
from execmock.stores import open_store
from execmock.stores.memory import MemoryStore

SANDBOX = Sandbox("mine", "org", b"", ClockState(0, 0), journal_size=3)
ALL = JournalFilter()
HEADERS = {"Accept": "*/*", "Authorization": "Bearer secret_key"}


class Refusing(MemoryStore):
    """A store that can be told to refuse."""

    refuses = False

    async def update(self, *arguments: Any) -> Any:
        if self.refuses:
            raise StoreError("no")
        return await super().update(*arguments)

    async def append(self, sandbox: str, log: str, entries: Sequence[bytes], most: int) -> int:
        if self.refuses:
            raise StoreError("no")
        return await super().append(sandbox, log, entries, most)


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """Two connections to one file."""
    url = f"sqlite:{tmp_path / 'a.db'}"
    pair = (open_store(url), open_store(url))
    yield pair
    for store in pair:
        await store.close()


def entry(number: int, path: str = "/a", *, breaks: bool = False) -> JournalEntry:
    violations = [Violation("path", "a path of the contract", path)] if breaks else []
    status = 404 if breaks else 200
    return JournalEntry(number, 0, "GET", path, "", {}, b"", status, 1.0, "", "", violations, not breaks)


def without_number(text: bytes) -> dict[str, Any]:
    return {name: value for name, value in json.loads(text).items() if name != "number"}


def number_of(text: bytes) -> int:
    number: int = json.loads(text)["number"]
    return number


async def test_what_both_servers_were_asked_is_counted_together(stores: tuple[Store, Store]) -> None:
    journals = [SharedJournal(store) for store in stores]
    for number in range(10):
        journals[number % 2].add(SANDBOX, entry(number, breaks=number < 4))
        await journals[number % 2].flush()
    for journal in journals:
        found = await journal.find("mine", ALL)
        assert (found.kept, found.dropped.total) == (3, 7)
        summary = await journal.summary("mine")
        assert {count.status: count.count for count in summary.counts} == {200: 6, 404: 4}
        violating = await journal.violating("mine", 100)
        assert len(violating.entries) == violating.kept + violating.dropped.total == 4
    assert await journals[0].clear("mine") == 10
    assert (await journals[1].find("mine", ALL)).dropped.total == 0
    assert (await journals[1].violating("mine", 100)).entries == []


def asked(number: int, *, body: bytes = b"", at: int = 0, **more: Any) -> JournalEntry:
    """Return one of many requests that are like each other."""
    shown = {"path": "/v1/executions/a", "query": "token=secret_token", "headers": HEADERS, "status": 200}
    shown |= {"operation": "getExecution", "subject": "a", "violations": ()} | more
    return JournalEntry(number, at, "GET", body=body, took=number / 7, **shown)


async def test_requests_that_are_alike_are_shown_as_in_a_journal_of_one_server() -> None:
    entries = [
        asked(1),
        asked(2, at=1_767_258_000_123),
        asked(3, path="/v1/executions/b", subject="b"),
        asked(4, query="limit=2"),
        asked(5, headers={"Accept": "*/*", "X-Strange": "\udcff"}),
        asked(6, status=404, fits=True),
        asked(7, warning="Did you mean this?", browser="no origin"),
        asked(8, body=b'{"a": 1}'),
        asked(9, violations=[Violation("path", "another", "b")], fits=False),
        asked(10, answer=b'{"a": "secret_token"}'),
        asked(11, faults=("away",)),
        asked(12, query="lmit=2"),
        asked(13, path="/v1/executions/c"),
    ]

    def find(operation: str, query: str, *_: Any) -> Sequence[Violation]:
        return [Violation("query/lmit", "limit")] if "lmit" in query else ()

    alone, shared = Journal(misspellings=find), SharedJournal(MemoryStore(), misspellings=find)
    sandbox = replace(SANDBOX, journal_size=None)
    for one in entries:
        alone.add(sandbox, one)
        shared.add(sandbox, one)
    for ask in ("find", "violating", "misspelling"):
        wanted = ALL if ask == "find" else 100
        found = [await getattr(journal, ask)("mine", wanted) for journal in (alone, shared)]
        shown = [[without_number(text) for text in one.entries] for one in found]
        assert shown[0] == shown[1]
        assert len(shown[0]) == {"find": 13, "violating": 1, "misspelling": 1}[ask]
    counts = [(await journal.summary("mine")).counts for journal in (alone, shared)]
    assert sorted(map(repr, counts[0])) == sorted(map(repr, counts[1]))


async def test_of_more_than_are_kept_in_one_batch_the_latest_are_kept() -> None:
    journal = SharedJournal(MemoryStore())
    journal.add(SANDBOX, entry(0))
    await journal.flush()
    for number in range(1, 9):
        journal.add(SANDBOX, entry(number, f"/{number}", breaks=number == 2))
    found = await journal.find("mine", ALL)
    assert [json.loads(text)["path"] for text in found.entries] == ["/6", "/7", "/8"]
    assert [number_of(text) for text in found.entries] == [7, 8, 9]
    assert (found.kept, found.dropped.total, found.dropped.up_to) == (3, 6, 6)
    assert len((await journal.violating("mine", 100)).entries) == 1


async def test_a_reader_that_knows_the_latest_entry_lacks_nothing(stores: tuple[Store, Store]) -> None:
    journal = SharedJournal(stores[0])
    for number in range(5):
        journal.add(SANDBOX, entry(number))
    last = number_of((await journal.find("mine", ALL)).entries[-1])
    journal.add(SANDBOX, entry(5))
    found = await journal.find("mine", JournalFilter(after=last))
    assert (found.kept, found.dropped.total) == (1, 0)
    assert (await journal.find("mine", JournalFilter(after=1))).dropped.total == 3


async def test_requests_that_the_store_refused_to_keep_are_counted_when_it_takes_them_again() -> None:
    store = Refusing()
    journal = SharedJournal(store)
    store.refuses = True
    for number in range(3):
        journal.add(SANDBOX, entry(number))
    await journal.flush()
    store.refuses = False
    assert (await journal.find("mine", ALL)).dropped.total == 3
    journal.add(SANDBOX, entry(3))
    found = await journal.find("mine", ALL)
    assert (found.kept, found.dropped.total) == (1, 3)
    assert number_of(found.entries[0]) == 4


async def test_counts_in_a_store_are_bounded() -> None:
    store = MemoryStore()
    for start in (0, MOST_KINDS):
        # As if restarted: what a server knows of the counts is gone.
        journal = SharedJournal(store, JournalLimits(0))
        for number in range(start, start + MOST_KINDS - 10):
            journal.add(SANDBOX, entry(number, f"/{number}"))
        await journal.flush()
    counts = (await journal.summary("mine")).counts
    assert sum(count.count for count in counts) == 2 * MOST_KINDS - 20
    assert len(counts) <= MOST_KINDS + 1
    assert [count.count for count in counts if count.path is None] == [MOST_KINDS - 20]


async def test_counts_are_no_part_of_what_a_sandbox_holds() -> None:
    store = MemoryStore()
    journal = SharedJournal(store)
    journal.add(SANDBOX, entry(1))
    await journal.flush()
    assert (await store.export("mine")).puts == []


class Busy(MemoryStore):
    """A store that another server writes to while its counts are read, the first time."""

    other: SharedJournal | None = None

    async def page(self, sandbox: str, kind: str, offset: int, limit: int) -> Sequence[Any]:
        if self.other is not None:
            other, self.other = self.other, None
            other.add(SANDBOX, entry(2))
            await other.flush()
        return await super().page(sandbox, kind, offset, limit)


async def test_what_others_add_while_it_is_read_is_not_taken_for_dropped() -> None:
    store = Busy()
    journal = SharedJournal(store)
    journal.add(SANDBOX, entry(1))
    await journal.flush()
    store.other = SharedJournal(store)
    found = await journal.find("mine", ALL)
    assert (found.kept, found.dropped.total) == (2, 0)
