"""The npm package as its users install it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.js.projects import HERE, PACKAGE, PATH, Packed, Project
from tests.programs import program

Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def node_tools() -> Path:
    """The folder of the Node tools, installed if they are not."""
    program("node")
    program("npm")
    done = subprocess.run([HERE / "install"], capture_output=True, text=True, timeout=240, check=False)  # noqa: S603 - our own script
    assert done.returncode == 0, done.stdout + done.stderr
    return HERE / "node_modules"


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """The package as it would be published."""
    folder = tmp_path_factory.mktemp("packed")
    command = [program("npm"), "pack", "--json", "--pack-destination", str(folder)]
    done = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603 - npm
    assert done.returncode == 0, done.stderr
    [about] = json.loads(done.stdout)
    return Packed(folder / about["filename"], about)


@pytest.fixture
def project(tmp_path: Path, node_tools: Path, packed: Packed) -> Project:
    """An empty project with the packed package and the test runners."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    for tool in node_tools.iterdir():
        if not tool.name.startswith(".") or tool.name == ".bin":
            (modules / tool.name).symlink_to(tool)
    with tarfile.open(packed.archive) as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "package").rename(modules / "execmock")
    return Project(tmp_path)


@pytest.fixture
def mock_url(serving: Serving) -> Iterator[str]:
    """A server that tests reach and do not start."""
    with serving([sys.executable, "-m", "execmock", "serve", "--port", "0"]) as url:
        yield url


@pytest.fixture
def killed() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program of a project that is killed, if it still runs, when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def start(project: Project, *command: str, **variables: str) -> subprocess.Popen[str]:
        env = {**os.environ, "PATH": PATH, **variables}
        process = subprocess.Popen(  # noqa: S603 - a test names it
            command, cwd=project.root, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()
