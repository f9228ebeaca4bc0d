"""Run every drill at full length and print what came of it: `python -m tests.reliability [TIMES] [SEED]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.stores.redis_process import RedisProcess
from tests.stores.redis_sets import ClusterProcesses, SentinelProcesses

from .deployment import behind_nginx
from .disks import small_disk
from .failovers import Many, failed_over, failed_over_unsent, resharded
from .kills import kill_under_load
from .outages import disk_full, redis_gone, redis_hangs, redis_restarted
from .replicas import agree, moved

_DOWN_AFTER = {"cluster": 1000, "sentinels": 3000}
"""Milliseconds. Sentinels replace a master that was only slow as well, and what it still answers is lost."""

Drill = tuple[str, Callable[[Path], Any]]


def drills(times: int, seed: int, redis: RedisProcess) -> Iterator[Drill]:
    """Yield the drills by what they do; each gets a folder of its own."""
    yield "kill -9, SQLite", lambda folder: kill_under_load(f"sqlite:{folder / 'a.db'}", times, seed, folder)
    yield "kill -9, Redis", lambda folder: kill_under_load(redis.url(1), times, seed + 1, folder)
    yield "Redis killed and started again", lambda folder: redis_restarted(max(1, times // 4), folder)
    yield "Redis away, and back empty", redis_gone
    yield "Redis hangs", lambda folder: redis_hangs(max(1, times // 20), folder)
    yield "file at its limit", disk_full
    yield "disk full, then read only", small_disk
    yield "two servers, SQLite", lambda folder: agree(f"sqlite:{folder / 'a.db'}", times, folder)
    yield "two servers, Redis", lambda folder: agree(redis.url(2), times, folder)
    yield "two replicas and Redis behind nginx", lambda folder: behind_nginx(min(times, 100), folder)
    yield (
        "snapshot from memory to SQLite to Redis to memory",
        lambda folder: moved(["memory:", f"sqlite:{folder / 'a.db'}", redis.url(3)], times, folder),
    )


def failovers(times: int, cluster: ClusterProcesses, watched: SentinelProcesses) -> Iterator[Drill]:
    """Yield the drills in which a master is replaced, without and with waiting for a replica."""
    kinds: list[tuple[str, Many]] = [("cluster", cluster), ("sentinels", watched)]
    for kind, many in kinds:
        for wait in (0, 1):
            told = f"{kind}, --store-wait {wait}"
            killed = partial(failed_over, many, max(1, times // 10), wait)
            yield f"master killed, {told}", killed
            unsent = partial(failed_over_unsent, many, 10, wait)
            yield f"master killed that could send nothing, {told}", unsent
    yield "slots moved, cluster", lambda folder: resharded(cluster, max(1, times // 10), folder)


def main(arguments: list[str]) -> int:
    """Run all drills; the exit code is 1 when one of them saw what must not be."""
    times, seed = int(arguments[0]) if arguments else 100, int(arguments[1]) if arguments[1:] else 1
    code = 0
    with tempfile.TemporaryDirectory() as place:
        redis = RedisProcess(folder_in(place, "redis"))
        cluster = ClusterProcesses(folder_in(place, "cluster"), down_after=_DOWN_AFTER["cluster"])
        watched = SentinelProcesses(folder_in(place, "sentinels"), down_after=_DOWN_AFTER["sentinels"])
        try:
            for processes in (redis, cluster, watched):
                processes.start()
            every = [*drills(times, seed, redis), *failovers(times, cluster, watched)]
            for number, (name, drill) in enumerate(every):
                result = drill(folder_in(place, str(number)))
                print(f"{name}: {'ok' if result.fine else 'FAILED'}\n    {result}", flush=True)
                code |= not result.fine
        finally:
            for processes in (redis, cluster, watched):
                processes.stop()
    return code


def folder_in(place: str, name: str) -> Path:
    folder = Path(place, name)
    folder.mkdir()
    return folder


sys.exit(main(sys.argv[1:]))
