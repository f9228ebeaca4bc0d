"""What the journal takes up in memory is bounded, and what it dropped for that is counted as all else."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from execmock.core.clock import ClockState
from execmock.core.sandbox import Sandbox
from execmock.core.schema.violation import Violation
from execmock.service.events.entry import JournalEntry
from execmock.service.events.journal import Journal, JournalFilter, JournalLimits
from execmock.service.events.log_writer import LogWriter
from execmock.service.events.shared import SharedJournal
from execmock.stores.memory import MemoryStore
from execmock.testing import ExecMock

ALL = JournalFilter()
WRONG = Violation("body", "less", "more")


def sandbox(name: str) -> Sandbox:
    return Sandbox(name, "org", b"", ClockState(0, 0))


def entry(number: int, *, body: int = 0, header: int = 0, answer: int = 0, fits: bool = True) -> JournalEntry:
    violations = () if fits else (WRONG,)
    texts = {"X": "h" * header}
    sent, got = b"b" * body, b"a" * answer
    return JournalEntry(
        number, 0, "POST", "/p", "", texts, sent, 400, 0.0, "op", "", violations, fits, 0, got, misspelt=()
    )


@pytest.mark.parametrize("large", ["body", "header", "answer"])
async def test_of_one_sandbox_the_latest_stay_that_fit(large: str) -> None:
    journal = Journal(JournalLimits(1_000, 100_000))
    sizes: dict[str, Any] = {large: 30_000}
    for number in range(1, 11):
        journal.add(sandbox("a"), entry(number, **sizes))
    assert [one.number for one in journal.entries("a", ALL)] == [8, 9, 10]
    found = await journal.find("a", ALL)
    assert (found.dropped.total, found.dropped.up_to) == (7, 7)
    journal.add(sandbox("a"), entry(11, body=200_000))
    assert journal.entries("a", ALL) == []
    assert await journal.clear("a") == 11


async def test_all_sandboxes_together_take_up_four_times_as_much() -> None:
    journal = Journal(JournalLimits(1_000, 100_000))
    for number in range(1, 101):
        journal.add(sandbox(f"box-{number % 10}"), entry(number, body=30_000))
    kept = {f"box-{number}": len(journal.entries(f"box-{number}", ALL)) for number in range(10)}
    assert sum(kept.values()) == 13
    assert min(kept.values()) >= 1
    counted = [(await journal.summary(name)).counts for name in kept]
    assert sum(count.count for counts in counted for count in counts) == 100
    for name in kept:
        assert await journal.clear(name) == 10
    for number in range(1, 4):
        journal.add(sandbox("a"), entry(number, body=30_000))
    assert len(journal.entries("a", ALL)) == 3


async def test_of_what_breaks_the_contract_the_beginning_stays() -> None:
    journal = Journal(JournalLimits(1_000, 100_000))
    for number in range(1, 201):
        journal.add(sandbox("a"), entry(number, body=50_000, answer=20_000, fits=False))
    found = await journal.violating("a", 1_000)
    assert (len(found.entries), found.kept + found.dropped.total) == (101, 200)
    assert sum(map(len, found.entries)) < 101 * 9_000 + 70_000
    assert b'"bodyCut":45904' in found.entries[0]


async def test_what_waits_for_a_store_is_bounded() -> None:
    store = MemoryStore()
    writer = LogWriter(store, 10_000)
    for _ in range(50):
        writer.add("a", "journal", b"e" * 1_000, 1_000)
    await writer.flush()
    kept = await store.tail("a", "journal", 0)
    assert (len(kept.entries), kept.last, sum(map(bool, kept.entries))) == (50, 50, 10)


async def test_what_a_server_keeps_in_a_store_is_bounded() -> None:
    store = MemoryStore()
    journal = SharedJournal(store, JournalLimits(6, 100_000))
    for number in range(1, 11):
        journal.add(sandbox("a"), entry(number, body=30_000))
        await journal.flush()
    kept = await store.tail("a", "journal", 0)
    assert (kept.first, kept.last) == (8, 10)
    assert (await journal.find("a", ALL)).dropped.total == 7
    for number in range(11, 16):
        journal.add(sandbox("a"), entry(number))
        await journal.flush()
    assert (await store.tail("a", "journal", 0)).first == 10
    journal.add(sandbox("a"), entry(16, body=200_000))
    await journal.flush()
    assert (await store.tail("a", "journal", 0)).entries[-1] == b""
    assert (await journal.summary("a")).dropped == 11


async def test_several_servers_keep_several_times_as_much_in_a_store() -> None:
    store = MemoryStore()
    servers = [SharedJournal(store, JournalLimits(1_000, 100_000)) for _ in range(4)]
    for number in range(1, 41):
        servers[number % 4].add(sandbox("a"), entry(number, body=30_000))
        await servers[number % 4].flush()
    kept = await store.tail("a", "journal", 0)
    assert 3 * 100_000 < sum(map(len, kept.entries)) <= 4 * 100_000


def test_an_assertion_does_not_pass_by_what_was_dropped_for_its_size() -> None:
    body = {"workflowId": "w", "sourceSystem": "s", "sourceEntityType": "e"}
    with ExecMock(journal_bytes="16k") as mock:
        for number in range(3):
            sent = {**body, "externalRef": str(number), "requestPayload": {"a": "x" * 10_000}}
            requests.post(f"{mock.url}/v1/executions", json=sent, headers=mock.headers, timeout=60)
        assert mock.requests.count("createExecution") == 3
        with pytest.raises(AssertionError, match="journal_bytes=BYTES"):
            mock.requests.assert_not_called("createExecution", body={"externalRef": "7"})
