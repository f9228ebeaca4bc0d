"""What create, read and list cost in each store as it fills: `python -m bench.stores [KIND...]`.

No HTTP is in it: the calls are those that the server's handlers make. Costs are medians in microseconds;
what counts is how they compare within a row. Sizes are executions in one sandbox.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from tests.stores.redis_process import RedisProcess

from execmock.service.engine import Engine, EngineOptions
from execmock.service.executions import Page
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.service.selection import Selection

KINDS = ("memory", "sqlite", "redis")
SAMPLE = 1000
AT_ONCE = 64
BODY = {
    "workflowId": "wf_paid_happy_path",
    "sourceSystem": "bench",
    "sourceEntityType": "order",
    "sourceEntityId": "7788",
    "requestPayload": {"lines": 2, "customer": "Ada Lovelace", "total": 12.5},
}


class Bench:
    """One store that is filled step by step."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.redis = RedisProcess(folder, "--appendonly", "no") if kind == "redis" else None
        self.ids: list[str] = []

    async def run(self, sizes: Sequence[int]) -> None:
        if self.redis:
            self.redis.start()
        urls = {"memory": "memory:", "sqlite": f"sqlite:{self.folder / 'bench.db'}"}
        url = self.redis.url() if self.redis else urls[self.kind]
        self.engine = Engine(EngineOptions(store=url, frozen=True))
        await self.engine.prepare()
        sandbox = await self.engine.sandboxes.get(DEFAULT_SANDBOX)
        assert sandbox is not None
        self.sandbox = sandbox
        empty = self.bytes()
        rows = [await self.measure(size, empty) for size in sizes]
        await self.engine.close()
        if self.redis:
            self.redis.stop()
        show(self.kind, sizes, rows)

    async def measure(self, size: int, empty: int) -> dict[str, float]:
        while len(self.ids) < size - SAMPLE:
            count = min(AT_ONCE, size - SAMPLE - len(self.ids))
            made = await asyncio.gather(*(self.create() for _ in range(count)))
            self.ids += made
        costs = {"create": await timed(SAMPLE, self.create_one)}
        step = max(1, len(self.ids) // SAMPLE)
        anywhere = iter(self.ids[::step])
        self.engine.portraits._kept.clear()  # so that no read finds its answer drawn already
        costs["read any, first time"] = await timed(SAMPLE // 2, lambda: self.read(next(anywhere)))
        for name in self.ids[-SAMPLE:]:
            await self.read(name)
        again = iter(self.ids[-SAMPLE:])
        costs["read a recent, again"] = await timed(SAMPLE // 2, lambda: self.read(next(again)))
        costs["list 20, newest"] = await timed(SAMPLE // 5, lambda: self.list(0))
        offset = len(self.ids) // 2
        costs["list 20, half-way"] = await timed(SAMPLE // 5, lambda: self.list(offset))
        costs["bytes each"] = (self.bytes() - empty) / len(self.ids)
        return costs

    async def create(self) -> str:
        return (await self.engine.executions.create(self.sandbox, BODY, "bench", Selection())).id

    async def create_one(self) -> None:
        self.ids.append(await self.create())

    async def read(self, name: str) -> None:
        await self.engine.executions.read(self.sandbox, name)

    async def list(self, offset: int) -> None:
        await self.engine.executions.list(self.sandbox, Page(20, offset))

    def bytes(self) -> int:
        if self.kind == "memory":
            status = Path("/proc/self/statm").read_text().split()
            return int(status[1]) * resource.getpagesize()
        if self.redis:
            found = self.redis.ask("INFO memory").decode().split("used_memory:")[1]
            return int(found.split()[0])
        return sum(path.stat().st_size for path in self.folder.iterdir())


async def timed(times: int, call: Callable[[], Awaitable[Any]]) -> float:
    """Return the median of some calls, in microseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        await call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6


def show(kind: str, sizes: Sequence[int], rows: Sequence[dict[str, float]]) -> None:
    print(f"{kind:<24}" + "".join(f"{size:>12,}" for size in sizes) + f"{'most/least':>12}")
    for name in rows[0]:
        values = [row[name] for row in rows]
        ratio = f"{max(values) / min(values):>12.2f}" if name != "bytes each" else ""
        print(f"  {name:<22}" + "".join(f"{value:>12.1f}" for value in values) + ratio, flush=True)
    print()


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
            asyncio.run(Bench(kind, Path(folder)).run(sizes))


if __name__ == "__main__":
    main()
