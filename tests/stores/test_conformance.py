"""Every store keeps the promises of the protocol, and the checks see when one does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from execmock.interfaces import Key, Put, Store, Update
from execmock.stores.memory import MemoryStore
from execmock.testing import check_store
from execmock.testing.stores import STORE_CHECKS


@pytest.mark.parametrize("check", STORE_CHECKS, ids=lambda check: check.__name__.strip("_"))
async def test_every_store(store: Store, check: Callable[[Store], Awaitable[None]]) -> None:
    await check(store)


async def test_the_checks_leave_nothing_behind(store: Store) -> None:
    await check_store(store)
    for sandbox in ("check-one", "check-other"):
        assert not (await store.export(sandbox)).puts


class LosesUpdates(MemoryStore):
    """Reads, lets others do so too, and writes."""

    async def update(self, key: Key, fn: Update) -> Any:
        puts = fn(await self.get(key))
        await asyncio.sleep(0)
        return await super().update(key, lambda _: puts)


class ForgetsOrder(MemoryStore):
    async def update(self, key: Key, fn: Update) -> Any:
        return await super().update(key, lambda old: [Put(put.key, put.value, 0) for put in fn(old)])


class RepeatsNumbers(MemoryStore):
    async def next_number(self, sandbox: str) -> int:
        return min(2, await super().next_number(sandbox))


class SpillsOver(MemoryStore):
    async def clear(self, sandbox: str) -> None:
        for name in ("check-one", "check-other"):
            await super().clear(name)


class RestartsLogs(MemoryStore):
    async def clear(self, sandbox: str) -> None:
        await super().clear(sandbox)
        self._logged.pop((sandbox, "journal"), None)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (LosesUpdates, "updates at once"),
        (ForgetsOrder, "page 0, 1"),
        (RepeatsNumbers, "numbers"),
        (SpillsOver, "the other's value"),
        (RestartsLogs, "cleared too"),
    ],
)
async def test_a_store_that_breaks_a_promise_is_told_which(broken: type[Store], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        await check_store(broken())
