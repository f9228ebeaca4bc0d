"""What create, read and list cost in each store as it fills: `python -m bench.stores [KIND...]`.

No HTTP is in it: the calls are those that the server's handlers make. Costs are microseconds a call in the
cheapest of many short batches; stores of all sizes are measured in turn, so that what else the machine does
is the same to all. Sizes are executions in one sandbox. The store in memory is filled by creating, the
others by restoring copies of one execution.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random  # noqa: TID251 - which executions are read is repeatable, not secret
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.load import memory_of
from tests.stores.redis_process import RedisProcess

from execmock.interfaces import Contents
from execmock.service.engine import Engine
from execmock.service.executions.executions import Page
from execmock.service.executions.repository import put_of
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings

KINDS = ("memory", "sqlite", "redis")
ROUNDS, BATCHES, BATCH = 6, 8, 20
BODY = {
    "workflowId": "wf_paid_happy_path",
    "sourceSystem": "bench",
    "sourceEntityType": "order",
    "requestPayload": {"note": "x" * 286},
}


class Filled:
    """A store of its own that holds `size` executions; `costs` are the least that were measured."""

    def __init__(self, kind: str, size: int, url: str, used: Callable[[], int]) -> None:
        self.kind = kind
        self.size = size
        self.engine = Engine(ServeSettings(store=url, frozen=True))
        self.costs: dict[str, float] = {}
        self.bytes_each = 0.0
        self._used = used

    async def fill(self) -> None:
        await self.engine.prepare()
        sandbox = await self.engine.sandboxes.get(DEFAULT_SANDBOX)
        assert sandbox is not None
        self.sandbox = sandbox
        empty = self._used()
        if self.kind == "memory":
            self.ids = [await self.create() for _ in range(self.size)]
        else:
            pattern = await self.engine.executions.find(sandbox, await self.create())
            self.ids = [pattern.id[:-8] + f"{number:08d}" for number in range(self.size)]
            puts = [put_of(replace(pattern, id=name)) for name in self.ids]
            await self.engine.store.restore(sandbox.id, Contents(self.size, puts))
        self.bytes_each = (self._used() - empty) / self.size

    async def measure(self, draw: random.Random) -> None:
        self.engine.view_cache._rendered.clear()  # so that no read finds its answer rendered already
        some = iter(draw.sample(self.ids, min(self.size, BATCHES * BATCH)))
        await self.note("read any, first time", lambda: self.read(next(some)))
        recent = itertools.cycle(self.ids[-BATCH:])
        await self.note("read a recent, again", lambda: self.read(next(recent)))
        await self.note("list 20, newest", lambda: self.list(0))
        await self.note("list 20, half-way", lambda: self.list(self.size // 2))
        await self.note("create", self.create)

    async def note(self, name: str, call: Callable[[], Awaitable[Any]]) -> None:
        """Keep the microseconds of a call, if it is the cheapest batch so far."""
        for _ in range(BATCHES):
            start = time.perf_counter()
            for _ in range(BATCH):
                await call()
            cost = (time.perf_counter() - start) / BATCH * 1e6
            self.costs[name] = min(cost, self.costs.get(name, cost))

    async def create(self) -> str:
        return (await self.engine.executions.create(self.sandbox, BODY, "bench", Selection())).id

    async def read(self, name: str) -> None:
        await self.engine.executions.read(self.sandbox, name)

    async def list(self, offset: int) -> None:
        await self.engine.executions.list(self.sandbox, Page(20, offset))


async def compare(kind: str, sizes: Sequence[int], folder: Path) -> None:
    """Fill a store of each size, measure them in turn, and print what came of it."""
    redis = RedisProcess(folder, "--appendonly", "no") if kind == "redis" else None
    if redis:
        redis.start()
    stores = [filled(kind, size, number, folder, redis) for number, size in enumerate(sizes)]
    for store in stores:
        await store.fill()
    draw = random.Random(1)
    for _ in range(ROUNDS):
        for store in stores:
            await store.measure(draw)
    for store in stores:
        await store.engine.close()
    if redis:
        redis.stop()
    show(kind, stores)


def filled(kind: str, size: int, number: int, folder: Path, redis: RedisProcess | None) -> Filled:
    if redis:
        return Filled(kind, size, redis.url(number), lambda: used_memory(redis))
    if kind == "memory":
        return Filled(kind, size, "memory:", lambda: memory_of(os.getpid()))
    path = folder / f"{number}.db"
    return Filled(kind, size, f"sqlite:{path}", lambda: file_size(path))


def used_memory(redis: RedisProcess) -> int:
    return int(redis.ask("INFO memory").decode().split("used_memory:")[1].split()[0])


def file_size(path: Path) -> int:
    """Return the bytes of a file after everything in its log was brought into it."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path.stat().st_size


def show(kind: str, stores: Sequence[Filled]) -> None:
    print(f"{kind:<24}" + "".join(f"{store.size:>12,}" for store in stores) + f"{'most/least':>12}")
    for name in stores[0].costs:
        costs = [store.costs[name] for store in stores]
        ratio = max(costs) / min(costs)
        print(f"  {name:<22}" + "".join(f"{cost:>12.1f}" for cost in costs) + f"{ratio:>12.2f}")
    print(
        f"  {'bytes each':<22}" + "".join(f"{store.bytes_each:>12.0f}" for store in stores) + "\n", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", default=KINDS, metavar="KIND", help="memory, sqlite, redis")
    parser.add_argument("--sizes", default="1000,100000,1000000", help="how full, separated by commas")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    for kind in given.kinds:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(compare(kind, sizes, Path(folder)))


if __name__ == "__main__":
    main()
