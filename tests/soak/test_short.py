"""Short runs of the drills of `make soak`, which also counts bytes, and lets 10,000 clients come."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.alone import soaked
from tests.soak.crowd import crowd, most_clients
from tests.soak.judged import Sample, grown
from tests.soak.probe import Held
from tests.soak.workers import WorkersKilled, workers_killed

HELD = Held(memory=100 << 20, allocated=20 << 20, tasks=8, threads=5, files=27)


def test_a_server_that_is_used_keeps_no_task_no_thread_and_no_file(tmp_path: Path) -> None:
    run = soaked(tmp_path, 0, traced=False)
    assert run.failures == []
    assert run.last.rounds == run.first.rounds + 2
    assert run.broken == 0


def test_what_is_acknowledged_outlives_the_workers_and_all_of_them_are_replaced(tmp_path: Path) -> None:
    run = workers_killed(tmp_path, 0, judge=False)
    assert run.failures == []
    assert run.kills == 2
    assert run.acknowledged > 0


def test_all_clients_get_the_event_and_those_too_many_are_refused(tmp_path: Path) -> None:
    clients = most_clients(120)
    run = crowd(tmp_path, clients, over=60, own=60)
    assert run.failures == []
    assert run.told + run.answered == clients == 120
    assert run.shed > 20


def test_a_worker_may_grow_by_what_its_caches_keep_of_new_executions() -> None:
    run = WorkersKilled(
        rounds=9,
        requests=540,
        kills=2,
        broken=1,
        acknowledged=1500,
        lost=0,
        twice=0,
        early=(36 << 20, 70 << 20),
        late=(36 << 20, 81 << 20),
        fresh=1000,
        files=(14, 14),
        verdict=0,
    )
    assert run.failures == []
    wrong = run._replace(lost=1, late=(41 << 20, 86 << 20), files=(14, 15), verdict=1)
    assert wrong.failures == [
        "1 acknowledged executions were lost, 0 were made twice",
        "the watching process grew by 5.0 MiB; expected at most 4.0 MiB",
        "the worker grew by 16.0 MiB; expected at most 15.7 MiB",
        "the watching process had 14 files open, now 15",
        "verify --read-only ended with 1",
    ]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ({}, []),
        ({"allocated": (20 << 20) + 64_000 + 16_000, "memory": 104 << 20, "files": 26}, []),
        (
            {"allocated": (20 << 20) + 100_000},
            ["100 bytes more are allocated after each request; expected less than 16"],
        ),
        ({"memory": 105 << 20}, ["memory grew by 5.0 MiB in 1000 requests; expected at most 4 MiB"]),
        ({"tasks": 9}, ["there were 8 tasks after the warm-up, now there are 9"]),
        ({"threads": 6}, ["there were 5 threads after the warm-up, now there are 6"]),
        ({"files": 28}, ["there were 27 files after the warm-up, now there are 28"]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else None,
)
def test_what_grows_is_told(held: dict[str, int], told: list[str]) -> None:
    assert grown(Sample(10, 600, HELD), Sample(20, 1600, HELD._replace(**held))) == told
