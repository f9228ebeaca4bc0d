"""How long `execmock verify` takes on the mock, as it is and behind a proxy that answers in 20 ms."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from targets import execmock, free_port, mock, running

GOALS = {"quick": (4.0, 8.0), "default": (12.0, 24.0)}
"""Seconds of wall time at most on two cores, by effort: on this machine, and at 20 ms an answer."""
LATENCY = 0.02
KEY = "b3sk_demo"


@dataclass(frozen=True, slots=True)
class Judged:
    """One run of `verify`: seconds from its start to its end, and how it ended."""

    seconds: float
    exit: int
    last: str


def measured(rounds: int, more: Sequence[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """Return the median of some rounds by effort: as it is, then at 20 ms an answer; the two take turns."""
    found: dict[str, list[dict[str, Any]]] = {}
    with running(mock("execmock", "--auth", "strict", "--key", KEY)) as server, slowed(server.url) as slow:
        for effort in GOALS:
            pairs = [(judged(server.url, effort, more), judged(slow, effort, more)) for _ in range(rounds)]
            found[effort] = [_summary(runs) for runs in zip(*pairs, strict=True)]
    return found


def judged(url: str, effort: str, more: Sequence[str] = ()) -> Judged:
    """Run the program once."""
    command = [execmock(), "verify", url, "--token", KEY, "--effort", effort, *more]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=tempfile.gettempdir(), timeout=600)
    took = time.perf_counter() - began
    return Judged(took, done.returncode, (done.stdout.strip().splitlines() or [""])[-1])


def _summary(runs: Sequence[Judged]) -> dict[str, Any]:
    return {
        "seconds": median(each.seconds for each in runs),
        "rounds": sorted(round(each.seconds, 2) for each in runs),
        "exit": max(each.exit for each in runs),
        "last": runs[-1].last,
    }


@contextmanager
def slowed(url: str) -> Iterator[str]:
    """Yield an address that answers as another does, 20 ms later."""
    port = free_port()
    program = str(Path(__file__).with_name("slow.py"))
    command = [sys.executable, program, str(port), url.rpartition(":")[2], str(LATENCY)]
    with subprocess.Popen(command) as proxy:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            proxy.kill()
