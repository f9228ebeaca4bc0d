"""Whatever is done to a store, in whatever order: it answers as the one in memory does."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from tests.effort import examples

from execmock.core.execution import Execution, Idempotency
from execmock.core.progress import Progress, begin
from execmock.interfaces import Key, Put, Store
from execmock.stores import open_store
from execmock.stores.memory import MemoryStore

SANDBOXES = st.sampled_from(["a", "a", "a", "", "b}{"])
NAMES = st.sampled_from(["x", "y", "z", "é\x00", "long" * 30])
KINDS = st.sampled_from(["execution", "idempotency"])
ORDERS = st.integers(-3, 3)


def made(kind: str, number: int) -> Any:
    if kind == "idempotency":
        return Idempotency(f"k{number}", "digest", "exec", bytes([number % 256]), number)
    return Execution(f"e{number}", "s", number, "s@1", b"{}", "me", Progress(begin(number).visits, number))


class Comparison(RuleBasedStateMachine):
    """Does everything to two stores and compares every answer."""

    open_other: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.memory = open_store("memory:")
        self.other = type(self).open_other()
        self.number = 0
        for sandbox in ("", "a", "b}{"):
            self.both(lambda store, name=sandbox: store.clear(name))
        self.logged = {
            sandbox: self.runner.run(self.other.tail(sandbox, "journal", 0)).last
            for sandbox in ("", "a", "b}{")
        }

    def teardown(self) -> None:
        self.both(lambda store: store.close())
        self.runner.close()

    def both(self, call: Callable[[Store], Any]) -> Any:
        async def ask(store: Store) -> Any:
            return await call(store)

        expected, found = (self.runner.run(ask(store)) for store in (self.memory, self.other))
        assert found == expected
        return expected

    def fresh(self, kind: str) -> Any:
        self.number += 1
        return made(kind, self.number)

    @rule(sandbox=SANDBOXES, kind=KINDS, name=NAMES, order=ORDERS)
    def keep(self, sandbox: str, kind: str, name: str, order: int) -> None:
        put = Put(Key(sandbox, kind, name), self.fresh(kind), order)
        self.both(lambda store: store.update(put.key, lambda _: [put]))
        self.look(sandbox)

    @rule(sandbox=SANDBOXES, kind=KINDS, name=NAMES, order=ORDERS)
    def keep_once(self, sandbox: str, kind: str, name: str, order: int) -> None:
        put = Put(Key(sandbox, kind, name), self.fresh(kind), order)
        self.both(lambda store: store.update(put.key, lambda old: [] if old else [put]))
        self.look(sandbox)

    @rule(sandbox=SANDBOXES, name=NAMES, others=st.lists(NAMES, max_size=3), order=ORDERS)
    def keep_several(self, sandbox: str, name: str, others: list[str], order: int) -> None:
        key = Key(sandbox, "idempotency", name)
        puts = [Put(Key(sandbox, "execution", other), self.fresh("execution"), order) for other in others]
        puts.append(Put(key, self.fresh("idempotency")))
        self.both(lambda store: store.update(key, lambda _: puts))
        self.look(sandbox)

    @rule(sandbox=SANDBOXES, name=NAMES)
    def change(self, sandbox: str, name: str) -> None:
        key = Key(sandbox, "idempotency", name)

        def later(old: Any) -> Sequence[Put]:
            return [Put(key, replace(old, expires=old.expires + 1))] if old else []

        self.both(lambda store: store.update(key, later))

    @rule(sandbox=SANDBOXES, kind=KINDS, name=NAMES)
    def get(self, sandbox: str, kind: str, name: str) -> None:
        self.both(lambda store: store.get(Key(sandbox, kind, name)))

    def look(self, sandbox: str) -> None:
        for kind in ("execution", "idempotency"):
            self.page(sandbox, kind, 0, 100)

    @rule(sandbox=SANDBOXES, kind=KINDS, offset=st.integers(0, 6), limit=st.integers(0, 6))
    def pages(self, sandbox: str, kind: str, offset: int, limit: int) -> None:
        self.page(sandbox, kind, offset, limit)

    def page(self, sandbox: str, kind: str, offset: int, limit: int) -> None:
        async def listed(store: Store) -> list[Any]:
            return list(await store.page(sandbox, kind, offset, limit))

        self.both(listed)
        self.both(lambda store: store.count(sandbox, kind))

    @rule(sandbox=SANDBOXES, kind=KINDS, name=NAMES)
    def delete(self, sandbox: str, kind: str, name: str) -> None:
        key = Key(sandbox, kind, name)
        self.both(lambda store: store.update(key, lambda _: [Put(key, None)]))
        self.look(sandbox)

    @rule(sandbox=SANDBOXES, kind=KINDS, name=NAMES)
    def delete_what_is_there(self, sandbox: str, kind: str, name: str) -> None:
        key = Key(sandbox, kind, name)
        self.both(lambda store: store.update(key, lambda old: [Put(key, None)] if old else []))
        self.look(sandbox)

    @rule(sandbox=SANDBOXES)
    def draw(self, sandbox: str) -> None:
        self.both(lambda store: store.next_number(sandbox))

    @rule(sandbox=SANDBOXES, entries=st.lists(st.binary(max_size=9), max_size=4), most=st.integers(0, 5))
    def append(self, sandbox: str, entries: list[bytes], most: int) -> None:
        async def counted(store: Store) -> int:
            return await store.append(sandbox, "journal", entries, most) - self.start(store, sandbox)

        self.both(counted)

    @rule(sandbox=SANDBOXES, after=st.integers(0, 12))
    def tail(self, sandbox: str, after: int) -> None:
        async def read(store: Store) -> tuple[int, list[bytes], int]:
            start = self.start(store, sandbox)
            found = await store.tail(sandbox, "journal", start + after)
            return found.first - start, list(found.entries), found.last - start

        self.both(read)

    @rule(sandbox=SANDBOXES)
    def clear(self, sandbox: str) -> None:
        self.both(lambda store: store.clear(sandbox))

    @rule(sandbox=SANDBOXES)
    def export(self, sandbox: str) -> None:
        self.both(lambda store: store.export(sandbox))

    @rule(sandbox=SANDBOXES)
    def take_over(self, sandbox: str) -> None:
        """What either store exports, the other restores."""
        contents = self.both(lambda store: store.export(sandbox))
        self.both(lambda store: store.restore(sandbox, contents))

    def start(self, store: Store, sandbox: str) -> int:
        return 0 if store is self.memory else self.logged[sandbox]


def compare(open_other: Callable[[], Store], *phases: Phase, times: int = 15) -> None:
    machine = type("OneComparison", (Comparison,), {"open_other": staticmethod(open_other)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(times),
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
            deadline=None,
            phases=phases or tuple(Phase),
        ),
    )


def test_sqlite_answers_as_memory_does(tmp_path: Path) -> None:
    compare(lambda: open_store(f"sqlite:{tempfile.mkdtemp(dir=tmp_path)}/store.db"))


@pytest.mark.parametrize("kind", ["redis_server", "redis_cluster", "redis_sentinels"])
def test_redis_answers_as_memory_does(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(kind).url()
    # All three do the same but for how they are reached.
    compare(lambda: open_store(url), times=5)


def test_a_difference_would_be_found() -> None:
    """A store that gives ties the other way round is found out."""

    class Reversed(MemoryStore):
        async def page(self, sandbox: str, kind: str, offset: int, limit: int) -> Sequence[Any]:
            return list(reversed(await super().page(sandbox, kind, offset, limit)))

    with pytest.raises(AssertionError):
        compare(Reversed, Phase.generate)
