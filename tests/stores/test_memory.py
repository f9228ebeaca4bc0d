"""The store in memory: atomic, in order, a world for each sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.errors import StoreError
from execmock.interfaces import Key, Put, Store
from execmock.stores import open_store
from execmock.stores.memory import MemoryStore

ORDERS = st.lists(st.integers(0, 5), max_size=8)


async def keep(store: Store, sandbox: str, orders: Iterable[int]) -> None:
    for number, order in enumerate(orders):
        put = Put(Key(sandbox, "thing", f"id{number}"), (number, order), order)
        await store.update(put.key, lambda _, put=put: [put])


@pytest.fixture
def store() -> Store:
    return open_store("memory:")


async def test_what_is_kept_is_found_and_what_is_not_is_none(store: Store) -> None:
    await keep(store, "a", [1])
    assert await store.get(Key("a", "thing", "id0")) == (0, 1)
    missing = [Key("b", "thing", "id0"), Key("a", "other", "id0"), Key("a", "thing", "id1")]
    assert [await store.get(key) for key in missing] == [None, None, None]


async def test_an_update_sees_the_value_before_and_returns_the_one_after(store: Store) -> None:
    key = Key("a", "count", "x")
    seen: list[Any] = []

    def more(old: int | None) -> list[Put]:
        seen.append(old)
        return [Put(key, (old or 0) + 1), Put(Key("a", "log", f"{old}"), str(old))]

    assert [await store.update(key, more) for _ in range(3)] == [1, 2, 3]
    assert seen == [None, 1, 2]
    assert await store.count("a", "log") == 3
    assert await store.update(key, lambda _: []) == 3


async def test_concurrent_updates_lose_nothing(store: Store) -> None:
    key = Key("a", "count", "x")
    await asyncio.gather(*(store.update(key, lambda old: [Put(key, (old or 0) + 1)]) for _ in range(50)))
    assert await store.get(key) == 50


@given(ORDERS, st.integers(0, 9), st.integers(0, 9))
def test_a_page_is_a_slice_of_highest_order_first_and_latest_kept_first(
    orders: list[int], offset: int, limit: int
) -> None:
    async def page() -> Any:
        store = MemoryStore()
        await keep(store, "a", orders)
        assert await store.count("a", "thing") == len(orders)
        return await store.page("a", "thing", offset, limit)

    whole = sorted(enumerate(orders), key=lambda kept: (kept[1], kept[0]), reverse=True)
    assert list(asyncio.run(page())) == whole[offset : offset + limit]


async def test_a_value_kept_again_keeps_its_place(store: Store) -> None:
    await keep(store, "a", [1, 2])
    key = Key("a", "thing", "id0")
    await store.update(key, lambda _: [Put(key, "new", 1)])
    assert list(await store.page("a", "thing", 0, 9)) == [(1, 2), "new"]


async def test_numbers_count_in_each_sandbox(store: Store) -> None:
    assert [await store.next_number(name) for name in ("a", "a", "b", "a")] == [1, 2, 1, 3]


async def test_what_is_deleted_is_gone_and_deleting_nothing_is_nothing(store: Store) -> None:
    await keep(store, "a", [1, 2, 3])
    for name in ("id1", "id1", "never"):
        await store.update(key := Key("a", "thing", name), lambda _, key=key: [Put(key, None)])
    await store.update(key := Key("b", "thing", "id1"), lambda _: [Put(key, None)])
    assert list(await store.page("a", "thing", 0, 9)) == [(2, 3), (0, 1)]


async def test_a_cleared_sandbox_is_empty_and_counts_from_1_and_no_other_is_touched(store: Store) -> None:
    for name in ("a", "b"):
        await keep(store, name, [1, 2])
        await store.next_number(name)
    await store.clear("a")
    assert [await store.count(name, "thing") for name in ("a", "b")] == [0, 2]
    assert [await store.next_number(name) for name in ("a", "b")] == [1, 2]


async def test_what_is_exported_is_restored_in_place_of_what_was_there(store: Store) -> None:
    await keep(store, "a", [2, 1, 2])
    await store.next_number("a")
    contents = await store.export("a")
    before = list(await store.page("a", "thing", 0, 9))
    await store.clear("a")
    await keep(store, "a", [9, 9, 9, 9])
    await store.restore("a", contents)
    assert list(await store.page("a", "thing", 0, 9)) == before
    assert (await store.next_number("a"), (await store.export("b")).puts) == (2, [])
    await store.close()


@pytest.mark.parametrize("url", ["", "memory", "mem:", "file:///x"])
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="is not a store; expected memory:"):
        open_store(url)
