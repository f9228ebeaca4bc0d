"""Programs that tests start and a machine may lack: there a test is skipped and says so, in CI it fails."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["PACKAGES", "children", "find", "gone", "interruptible", "program"]

PACKAGES = {
    "bash": "bash",
    "chromium": "chromium",
    "curl": "curl",
    "git": "git",
    "nginx": "nginx",
    "node": "nodejs",
    "npm": "npm",
    "redis-server": "redis-server",
}
"""The Debian package of each program."""

_SAME = {"redis-server": ("valkey-server",)}


def find(name: str) -> str | None:
    """Return the path of a program or of its like; None where there is none."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # Debian keeps nginx where only root looks
    found = (shutil.which(each, path=path) for each in (name, *_SAME.get(name, ())))
    return next(filter(None, found), None)


def program(name: str) -> str:
    """Return the path of a program; where it is missing, skip the test, or fail it in CI."""
    found = find(name)
    if found is not None:
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{name} is missing, and in CI every test runs")
    pytest.skip(f"{name} is not installed (Debian: apt-get install {PACKAGES[name]})")


@contextmanager
def interruptible() -> Iterator[None]:
    """Start programs that SIGINT ends, though these tests were started where it is ignored.

    A shell without job control has what it starts in the background ignore SIGINT, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def children(process: int) -> set[int]:
    """Return the processes that a process has started and that are there."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return {int(word) for each in lists for word in each.read_text(encoding="ascii").split()}


def gone(process: int, within: float = 60) -> bool:
    """Whether a process ends in time; one that nothing waits for any more counts as ended."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        os.sched_yield()
    return False
