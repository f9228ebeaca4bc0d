"""What all tests share."""

from __future__ import annotations

import gc
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

import pytest
from hypothesis import HealthCheck, settings

from tests.effort import EVERYDAY, THOROUGH, examples

Serving = Callable[..., AbstractContextManager[str]]

# The machine's speed is no verdict. CI draws the same examples in every run, but for the nightly one.
settings.register_profile(
    "execmock",
    deadline=None,
    max_examples=examples(EVERYDAY),
    derandomize=bool(os.environ.get("CI")) and not THOROUGH,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("execmock")

# To measure each of the hundreds of programs that tests start would double the time of all.
_MEASURING = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith("COVERAGE_")}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let coverage be measured in the programs that the test starts."""
    for name, value in _MEASURING.items():
        monkeypatch.setenv(name, value)


# A project of its own: tests/packaging runs it against the installed wheel.
collect_ignore = ["sample_project"]


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported and collected: it lives as long as the tests do."""
    gc.collect()
    gc.freeze()


@contextmanager
def _serving(command: Sequence[str | Path]) -> Iterator[str]:
    """Start a server, yield the first local address that it prints, end it."""
    words = [str(part) for part in command]
    lines: SimpleQueue[str | None] = SimpleQueue()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - a test names it
        # read to the end: a server whose output nobody reads stops when the pipe is full
        reader = Thread(target=_read, args=(server.stdout, lines))
        reader.start()
        try:
            yield _first_url(lines)
        finally:
            server.terminate()
            reader.join()


def _read(stream: IO[str], lines: SimpleQueue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _first_url(lines: SimpleQueue[str | None]) -> str:
    said = []
    while (line := lines.get(timeout=60)) is not None:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(f"the server ended without printing an address: {''.join(said)}")


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Start a server for the length of a `with`; it gives the server's URL."""
    return _serving
