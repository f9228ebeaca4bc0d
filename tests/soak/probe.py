"""A server in a process of its own that tells what the process holds: it serves as `execmock serve` does."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.ports import free_port

__all__ = ["Held", "Probe", "files", "memory", "probed"]

T = TypeVar("T")


class Held(NamedTuple):
    """What a process holds: memory and what Python allocated of it (bytes), tasks, threads, open files."""

    memory: int
    allocated: int
    tasks: int
    threads: int
    files: int


@dataclass(frozen=True)
class Probe:
    """A server that is probed."""

    port: int
    folder: Path
    pid: int
    _pipe: Connection

    def held(self) -> Held:
        """Return what it holds once it has nothing to do."""
        self._pipe.send("held")
        return self._answer(Held)

    def mark(self) -> None:
        """Remember what is allocated now, for `grown`."""
        self._pipe.send("mark")
        self._answer(type(None))

    def grown(self) -> list[str]:
        """Return the lines of code that allocated more than at the mark, the most first."""
        self._pipe.send("grown")
        return self._answer(list)

    def _answer(self, kind: type[T]) -> T:
        answer = self._pipe.recv()
        assert isinstance(answer, kind), answer
        return answer


@contextmanager
def probed(folder: Path, *, traced: bool = True, **options: Any) -> Iterator[Probe]:
    """Run a server that reads the scenario files in a folder."""
    port = free_port()
    ours, theirs = (context := get_context("spawn")).Pipe()
    process = context.Process(target=_serve, args=(theirs, port, folder, options, traced))
    process.start()
    theirs.close()
    try:
        assert ours.recv() == "ready"
        yield Probe(port, folder, process.pid or 0, ours)
    finally:
        ours.close()
        process.join(60)
        process.kill()


def _serve(pipe: Connection, port: int, folder: Path, options: dict[str, Any], traced: bool) -> None:
    if traced:
        # Before anything is allocated: what is freed later must have been counted.
        tracemalloc.start(1)
    from execmock.server.process import ProcessOptions, run
    from execmock.settings import ServeSettings

    lifeline, life = os.pipe()

    def ready() -> None:
        loop = asyncio.get_running_loop()
        threading.Thread(target=_answer, args=(pipe, loop, life), name="probe", daemon=True).start()

    settings = ServeSettings(port=port, quiet=True, scenarios=(folder,), **options)
    run(settings, ProcessOptions(first=False, lifeline=lifeline, when_ready=ready))


def _answer(pipe: Connection, loop: asyncio.AbstractEventLoop, life: int) -> None:
    pipe.send("ready")
    marked: tracemalloc.Snapshot | None = None
    try:
        while True:
            asked = pipe.recv()
            if asked == "held":
                pipe.send(asyncio.run_coroutine_threadsafe(_held(), loop).result())
            elif asked == "mark":
                marked = _snapshot()
                pipe.send(None)
            else:
                assert marked is not None
                more = _snapshot().compare_to(marked, "lineno")[:12]
                pipe.send([f"{one.traceback}: {one.size_diff:+} bytes in {one.count_diff:+}" for one in more])
    except EOFError:
        os.close(life)


def _snapshot() -> tracemalloc.Snapshot:
    gc.collect()
    ours = (tracemalloc.Filter(False, tracemalloc.__file__), tracemalloc.Filter(False, __file__))
    return tracemalloc.take_snapshot().filter_traces(ours)


async def _held() -> Held:
    # What was closed just now ends in the next turns of the loop.
    least = len(asyncio.all_tasks())
    for _ in range(50):
        await asyncio.sleep(0.01)
        least = min(least, len(asyncio.all_tasks()))
    gc.collect()
    # The threads of a pool come as they are needed, and no more than the pool has places.
    threads = {re.sub(r"(Pool\S+|asyncio)_\d+$", r"\1", thread.name) for thread in threading.enumerate()}
    allocated = tracemalloc.get_traced_memory()[0]
    return Held(memory(os.getpid()), allocated, least, len(threads), files(os.getpid()))


def files(process: int) -> int:
    """Return how many files a process has open, connections included."""
    return len(os.listdir(f"/proc/{process}/fd"))


def memory(process: int) -> int:
    """Return the bytes of memory that a process has."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return int(found[1]) * 1024 if found else 0
