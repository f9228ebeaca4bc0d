"""What every store promises, as checks that the author of a store can run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from execmock.core.execution import Execution, Idempotency
from execmock.core.progress import Progress, begin
from execmock.core.visit import Visit
from execmock.interfaces import Contents, Key, Put, Store

__all__ = ["STORE_CHECKS", "check_store"]

ONE, OTHER = "check-one", "check-other"


async def check_store(store: Store) -> None:
    """Hold a store to its contract; AssertionError says which promise it breaks, and how.

    The sandboxes `check-one` and `check-other` are emptied before and after; the rest is left alone.
    """
    for check in STORE_CHECKS:
        for sandbox in (ONE, OTHER):
            await store.clear(sandbox)
        await check(store)
    for sandbox in (ONE, OTHER):
        await store.clear(sandbox)


async def _gives_back_what_it_was_given(store: Store) -> None:
    visits = (Visit(0, 1), Visit(1, 2, "approve", {"by": ["Ada", None, 1.5, 1 << 70, "\u2028é"]}))
    for number, what in enumerate((b"{}", b"\x00\xff" * 40_000)):
        given = replace(_execution(number), request=what, progress=Progress(visits, 3))
        _expect("update returns the value it kept", await store.update(_key(number), _always(given)), given)
        _expect("get returns what was kept", await store.get(_key(number)), given)
    remembered = Idempotency("a/b?\ud800", "d1", "exec_1", b"\x00answer", 12)
    key = Key(ONE, "idempotency", "a/b?\ud800 {x}:*")
    await store.update(key, lambda _: [Put(key, replace(remembered, key="k"))])
    _expect("an id may hold any character", await store.get(key), replace(remembered, key="k"))


async def _knows_nothing_at_first(store: Store) -> None:
    _expect("get of nothing", await store.get(_key(1)), None)
    _expect("count of nothing", await store.count(ONE, "execution"), 0)
    _expect("page of nothing", list(await store.page(ONE, "execution", 0, 10)), [])
    _expect("export of nothing", await store.export(ONE), Contents(0, []))
    _expect("update that keeps nothing", await store.update(_key(1), lambda _: []), None)
    _expect("update that forgets nothing", await store.update(_key(1), _forgets(1)), None)
    _expect("count after it", await store.count(ONE, "execution"), 0)


async def _changes_a_value_by_what_it_was(store: Store) -> None:
    await _fill(store, 1)

    def counted(old: Any) -> Sequence[Put]:
        return (
            []
            if old is None
            else [_put(replace(old, progress=Progress(old.progress.visits, _polls(old) + 1)))]
        )

    for expected in (1, 2, 3):
        _expect("update sees what is kept", _polls(await store.update(_key(0), counted)), expected)
    _expect("update of nothing", await store.update(_key(9), counted), None)


async def _keeps_all_of_an_update(store: Store) -> None:
    place, made = Key(ONE, "idempotency", "k"), _execution(1)
    fresh = Idempotency("k", "digest", made.id)

    def once(old: Any) -> Sequence[Put]:
        return [] if old else [Put(place, fresh), _put(made)]

    _expect("the value under the key", await store.update(place, once), fresh)
    _expect("another value under another key", await store.get(_key(1)), made)
    _expect("the value found", await store.update(place, once), fresh)
    _expect("count", await store.count(ONE, "execution"), 1)


async def _keeps_nothing_when_the_change_fails(store: Store) -> None:
    await _fill(store, 1)

    def breaks(old: Any) -> Sequence[Put]:
        if old is None:
            return []
        raise ZeroDivisionError

    try:
        await store.update(_key(0), breaks)
    except ZeroDivisionError:
        pass
    else:
        raise AssertionError("update lets through what its function raises")
    _expect("the value", await store.get(_key(0)), _execution(0))
    _expect("and it works on", await store.update(_key(1), _always(_execution(1))), _execution(1))


async def _pages_by_order(store: Store) -> None:
    for number, order in enumerate((5, 5, 3, 9, 5)):
        value = _execution(number)
        await store.update(_key(number), _always(value, order))
    expected = ["exec_3", "exec_4", "exec_1", "exec_0", "exec_2"]
    for offset in range(7):
        for limit in (1, 2, 10):
            names = [value.id for value in await store.page(ONE, "execution", offset, limit)]
            _expect(f"page {offset}, {limit}", names, expected[offset : offset + limit])
    await store.update(_key(2), _always(_execution(2), 99))
    names = [value.id for value in await store.page(ONE, "execution", 0, 10)]
    _expect("what is kept again stays in its place", names, expected)


async def _forgets_what_is_deleted(store: Store) -> None:
    await _fill(store, 5)
    for _ in range(2):
        _expect("update that forgets", await store.update(_key(2), _forgets(2)), None)
    _expect("get", await store.get(_key(2)), None)
    _expect("count", await store.count(ONE, "execution"), 4)
    names = [value.id for value in await store.page(ONE, "execution", 1, 2)]
    _expect("page", names, ["exec_3", "exec_1"])
    await store.update(_key(2), _always(_execution(2), 0))
    names = [value.id for value in await store.page(ONE, "execution", 0, 9)]
    _expect(
        "kept again, it is the latest of its order", names, ["exec_4", "exec_3", "exec_1", "exec_2", "exec_0"]
    )
    await store.update(_key(3), lambda old: [Put(_key(4), None)] if old else [])
    for number in (0, 2):
        await store.update(_key(number), _forgets(number))
    names = [value.id for value in await store.page(ONE, "execution", 0, 9)]
    _expect("without the last and the first", names, ["exec_3", "exec_1"])
    _expect("count", await store.count(ONE, "execution"), 2)
    await store.update(_key(7), _always(_execution(7), -1))
    names = [value.id for value in await store.page(ONE, "execution", 1, 9)]
    _expect("what is older than all comes last", names, ["exec_1", "exec_7"])


async def _draws_each_number_once(store: Store) -> None:
    _expect("numbers", [await store.next_number(ONE) for _ in range(3)], [1, 2, 3])
    _expect("another sandbox's", await store.next_number(OTHER), 1)
    drawn = await asyncio.gather(*(store.next_number(ONE) for _ in range(20)))
    _expect("drawn at once", sorted(drawn), list(range(4, 24)))


async def _loses_no_update(store: Store) -> None:
    await _fill(store, 1)

    def counted(old: Any) -> Sequence[Put]:
        polls = _polls(old) + 1 if old else 1
        return [_put(replace(_execution(0), progress=Progress(_execution(0).progress.visits, polls)))]

    await asyncio.gather(*(store.update(_key(0), counted) for _ in range(20)))
    _expect("updates at once", _polls(await store.get(_key(0))), 20)


async def _keeps_sandboxes_apart(store: Store) -> None:
    await _fill(store, 2)
    other = replace(_execution(0), sandbox=OTHER)
    key = Key(OTHER, "execution", other.id)
    await store.update(key, lambda _: [Put(key, other)])
    await store.next_number(OTHER)
    await store.append(OTHER, "journal", [b"x"], 5)
    await store.clear(ONE)
    _expect("cleared", await store.export(ONE), Contents(0, []))
    _expect("numbers begin again", await store.next_number(ONE), 1)
    _expect("the other's value", await store.get(key), other)
    _expect("the other's number", await store.next_number(OTHER), 2)
    _expect("the other's log", (await store.tail(OTHER, "journal", 0)).entries, [b"x"])


async def _restores_what_it_exported(store: Store) -> None:
    await _fill(store, 3)
    place = Key(ONE, "idempotency", "k")
    await store.update(place, lambda _: [Put(place, Idempotency("k", "d", "exec_0", b"a"))])
    await store.next_number(ONE)
    taken = await store.export(ONE)
    await store.clear(ONE)
    await _fill(store, 1, first=7)
    await store.restore(ONE, taken)
    _expect("export", await store.export(ONE), taken)
    names = [value.id for value in await store.page(ONE, "execution", 0, 9)]
    _expect("page", names, ["exec_2", "exec_1", "exec_0"])
    _expect("number", await store.next_number(ONE), 2)
    await _fill(store, 1, first=8)
    newest = (await store.page(ONE, "execution", 0, 1))[0].id
    _expect("what is kept afterwards comes last", newest, "exec_8")


async def _counts_its_logs(store: Store) -> None:
    start = (await store.tail(ONE, "journal", 0)).last
    _expect("an empty log", await store.tail(ONE, "journal", 0), (start + 1, [], start))
    _expect("last", await store.append(ONE, "journal", [b"a", b"b", b"c"], 2), start + 3)
    _expect("only the latest stay", await store.tail(ONE, "journal", 0), (start + 2, [b"b", b"c"], start + 3))
    _expect("after", await store.tail(ONE, "journal", start + 2), (start + 3, [b"c"], start + 3))
    _expect("after the end", await store.tail(ONE, "journal", start + 9), (start + 4, [], start + 3))
    await store.append(ONE, "journal", [b"d"], 5)
    _expect("more", (await store.tail(ONE, "journal", 0)).entries, [b"b", b"c", b"d"])
    await store.append(ONE, "journal", [], 0)
    _expect("emptied, it counts on", await store.append(ONE, "journal", [b"e"], 5), start + 5)
    await store.clear(ONE)
    _expect("cleared too", await store.append(ONE, "journal", [b"f"], 5), start + 6)
    _expect("and holds the new alone", (await store.tail(ONE, "journal", 0)).entries, [b"f"])


STORE_CHECKS: Sequence[Callable[[Store], Awaitable[None]]] = (
    _gives_back_what_it_was_given,
    _knows_nothing_at_first,
    _changes_a_value_by_what_it_was,
    _keeps_all_of_an_update,
    _keeps_nothing_when_the_change_fails,
    _pages_by_order,
    _forgets_what_is_deleted,
    _draws_each_number_once,
    _loses_no_update,
    _keeps_sandboxes_apart,
    _restores_what_it_exported,
    _counts_its_logs,
)


def _expect(what: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")


def _execution(number: int) -> Execution:
    return Execution(f"exec_{number}", ONE, 1000 + number, "s@1", b'{"a":1}', "me", begin(1000 + number))


def _key(number: int) -> Key:
    return Key(ONE, "execution", f"exec_{number}")


def _put(execution: Execution) -> Put:
    return Put(Key(execution.sandbox, "execution", execution.id), execution, execution.created_at)


def _always(execution: Execution, order: int = 0) -> Callable[[Any], Sequence[Put]]:
    return lambda _: [_put(execution)._replace(order=order)]


def _forgets(number: int) -> Callable[[Any], Sequence[Put]]:
    return lambda _: [Put(_key(number), None)]


def _polls(execution: Execution) -> int:
    return execution.progress.polls


async def _fill(store: Store, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        await store.update(_key(number), _always(_execution(number), number))
