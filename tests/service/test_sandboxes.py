"""Sandboxes are worlds of their own: keys, clocks, organizations, numbers; one's end touches no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from execmock.clocks import ManualClock, SeededEntropy, SystemClock, SystemEntropy
from execmock.core.ids import sandbox_tag, xid
from execmock.interfaces import Key, Put
from execmock.service.sandboxes import Sandboxes
from execmock.stores.memory import MemoryStore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sandboxes(clock: ManualClock) -> Sandboxes:
    return Sandboxes(MemoryStore(), clock, SystemEntropy())


async def test_a_sandbox_is_found_by_its_name_and_by_its_keys(sandboxes: Sandboxes) -> None:
    made = sandboxes.make("a")
    assert await sandboxes.add(made, [("one", "read"), ("two", "read-write")])
    assert await sandboxes.get("a") == made
    key = await sandboxes.key("one")
    assert key is not None
    assert (key.sandbox, key.scope) == ("a", "read")
    assert [(name, found.scope) for name, found in await sandboxes.keys("a")] == [
        (sandboxes.key_id("one"), "read"),
        (sandboxes.key_id("two"), "read-write"),
    ]
    assert (await sandboxes.key("three"), await sandboxes.get("b"), await sandboxes.keys("b")) == (
        None,
        None,
        [],
    )


async def test_a_seed_makes_a_sandbox_repeatable_and_none_makes_it_unguessable(sandboxes: Sandboxes) -> None:
    assert sandboxes.make("a", seed=1).root == sandboxes.make("a", seed=1).root
    roots = {sandboxes.make(name, seed=seed).root for name in "ab" for seed in (1, 2, None)}
    assert len(roots | {sandboxes.make("a").root}) == 7
    assert sandboxes.make("a", seed=1).organization.startswith("org_")


async def test_each_clock_moves_by_itself(sandboxes: Sandboxes, clock: ManualClock) -> None:
    for name, start in (("a", None), ("b", 5_000)):
        await sandboxes.add(sandboxes.make(name, start=start, speed=2.0))
    await sandboxes.move_clock("b", lambda state, real: state.freeze(real))
    clock.advance(1_000)
    a, b = await sandboxes.get("a"), await sandboxes.get("b")
    assert a is not None
    assert b is not None
    assert sandboxes.now(a) == ManualClock().now() + 2_000
    assert sandboxes.now(b) == 5_000
    assert await sandboxes.move_clock("c", lambda state, real: state) is None


async def test_a_change_is_kept_and_one_of_nothing_is_none(sandboxes: Sandboxes) -> None:
    await sandboxes.add(sandboxes.make("a"))
    await sandboxes.change("a", lambda old: replace(old, default_scenario="x"))
    changed = await sandboxes.get("a")
    assert changed is not None
    assert changed.default_scenario == "x"
    assert await sandboxes.change("b", lambda old: old) is None


async def test_an_execution_id_leads_back_to_its_sandbox(sandboxes: Sandboxes) -> None:
    for name in ("a", "b"):
        await sandboxes.add(sandboxes.make(name))
    assert await sandboxes.ids.origin("exec_" + xid(1, sandbox_tag("b"), 1)) == "b"
    for strange in ("exec_" + xid(1, sandbox_tag("c"), 1), "", "é", "\udcff" * 20):
        assert await sandboxes.ids.origin(strange) == ""


async def test_a_reset_keeps_keys_and_a_deletion_ends_all(clock: ManualClock) -> None:
    store = MemoryStore()
    sandboxes = Sandboxes(store, clock, SeededEntropy(1))
    for name in ("a", "b"):
        await sandboxes.add(sandboxes.make(name), [(f"key-{name}", "read")])
        await store.update(Key(name, "thing", "x"), lambda _, name=name: [Put(Key(name, "thing", "x"), 1)])
    before = await sandboxes.get("a")
    assert await sandboxes.reset("a") == before
    assert [await store.count(name, "thing") for name in ("a", "b")] == [0, 1]
    assert await sandboxes.key("key-a") is not None
    assert [await sandboxes.delete("a"), await sandboxes.delete("a")] == [True, False]
    assert [sandbox.id for sandbox in await sandboxes.all()] == ["b"]
    assert await store.count("b", "thing") == 1


def test_real_time_never_goes_back() -> None:
    clock = SystemClock()
    seen = [clock.now() for _ in range(1_000)]
    assert seen == sorted(seen)
    assert seen[0] > 1_700_000_000_000
