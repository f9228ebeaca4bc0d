"""Programs that tests start and a machine may lack: there a test is skipped and says so, in CI it fails."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["PACKAGES", "find", "interruptible", "program"]

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
