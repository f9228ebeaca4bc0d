"""What the tests with foreign tools share: the contract's place, the Node tools, a running mock."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

import pytest

HERE = Path(__file__).parent
Run = Callable[..., subprocess.CompletedProcess[str]]
Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def contract_path() -> Path:
    """The contract that the tools read."""
    return HERE.parents[1] / "openapi.yaml"


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a program to its end and return it; one that fails shows all that it said."""

    def ended(
        command: Sequence[str | Path], *, cwd: Path = HERE, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(  # noqa: S603 - a test names it
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return ended


@pytest.fixture(scope="session")
def node_tools(run: Run) -> Path:
    """The folder of the Node tools, installed if they are not."""
    run([HERE / "install"])
    return HERE / "node_modules"


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


@pytest.fixture
def mock_url(serving: Serving) -> Iterator[str]:
    """A mock at sixty times the speed of life, on a free port."""
    with serving([sys.executable, "-m", "execmock", "serve", "--port", "0", "--speed", "60"]) as url:
        yield url
