"""Several processes change one store at once: nothing is lost, made twice, or goes back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from execmock.stores import open_store

from .contender import BOX, COUNTED, WALKED
from .redis_process import RedisProcess

PROCESSES, TIMES = 4, 60


@pytest.fixture(params=["sqlite", "redis"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'store.db'}"
    server: RedisProcess = request.getfixturevalue("redis_server")
    server.ask("FLUSHALL")
    return server.url()


def contended(url: str) -> list[dict[str, Any]]:
    """Let processes contend, and return what each says it was told."""
    script = str(Path(__file__).with_name("contender.py"))
    processes = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, script, url, str(number), str(TIMES)], stdout=subprocess.PIPE, text=True
        )
        for number in range(PROCESSES)
    ]
    outputs = [process.communicate(timeout=600)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    return [json.loads(output) for output in outputs]


async def test_processes_lose_nothing_and_make_nothing_twice(shared_url: str) -> None:
    reports = contended(shared_url)
    store = open_store(shared_url)
    steps = PROCESSES * TIMES
    assert (await store.get(COUNTED)).progress.polls == steps
    assert sorted(number for report in reports for number in report["drawn"]) == list(range(1, steps + 1))
    walked = (await store.get(WALKED)).progress.visits
    assert [visit.step for visit in walked] == list(range(steps))
    for report in reports:
        assert report["lengths"] == sorted(report["lengths"])
    for number in range(TIMES):
        told = {report["made"][f"key-{number}"] for report in reports}
        assert len(told) == 1
    assert await store.count(BOX, "execution") == TIMES + 2
    await store.close()
