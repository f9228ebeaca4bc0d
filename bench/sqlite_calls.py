"""What a short call to SQLite costs on the event loop and in a thread: `python -m bench.sqlite_calls`.

Microseconds a call, in the cheapest of many batches; the calls in a thread are the same ones, handed over.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from execmock.interfaces import Key
from execmock.stores.sqlite.store import SqliteStore

BATCHES, BATCH = 50, 100


async def cost(call: Callable[[], Awaitable[Any]]) -> float:
    best = float("inf")
    for _ in range(BATCHES):
        start = time.perf_counter()
        for _ in range(BATCH):
            await call()
        best = min(best, (time.perf_counter() - start) / BATCH)
    return best * 1e6


async def main(folder: Path) -> None:
    store = SqliteStore(str(folder / "a.db"))
    key = Key("a", "execution", "none")

    def handed_over(call: Callable[[], Awaitable[Any]]) -> Awaitable[Any]:
        return asyncio.to_thread(at_once, call)

    for name, call in {
        "read a value": lambda: store.get(key),
        "draw a number": lambda: store.next_number("a"),
    }.items():
        here, there = await cost(call), await cost(lambda call=call: handed_over(call))
        print(f"{name:<16}{here:>8.0f} on the loop{there:>8.0f} in a thread")
    await store.close()


def at_once(call: Callable[[], Awaitable[Any]]) -> Any:
    """Return what a coroutine returns that never waits."""
    coroutine: Any = call()
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("it waits")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(main(Path(place)))
