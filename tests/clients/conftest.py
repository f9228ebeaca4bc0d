"""What the tests with foreign tools share: the contract's place, the Node tools, a running mock."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.programs import program

HERE = Path(__file__).parent
OLDEST_NODE = (20, 19)
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
    program("node")
    program("npm")
    run([HERE / "install"])
    return HERE / "node_modules"


@pytest.fixture(scope="session")
def generators(node_tools: Path, run: Run) -> Path:
    """The folder of the Node tools. A Node that is too old for generators skips a test, in CI it fails."""
    said = run(["node", "--version"]).stdout.strip()
    if tuple(map(int, said.removeprefix("v").split(".")[:2])) < OLDEST_NODE:
        told = pytest.fail if os.environ.get("CI") else pytest.skip
        told(f"Node.js {said} is too old for generators of clients; install 20.19 or newer")
    return node_tools


@pytest.fixture
def mock_url(serving: Serving) -> Iterator[str]:
    """A mock at sixty times the speed of life, on a free port."""
    with serving([sys.executable, "-m", "execmock", "serve", "--port", "0", "--speed", "60"]) as url:
        yield url
