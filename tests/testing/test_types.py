"""The types that a test author's checker sees: what is right passes, what is wrong is found."""

from __future__ import annotations

import subprocess
import sys

import pytest

GOOD = """
from datetime import datetime, timedelta
from execmock import ExecMock
from execmock.testing import ExecutionView, MockSandbox, SeenRequest

def test_it(execmock: MockSandbox) -> None:
    now: datetime = execmock.clock.advance(timedelta(seconds=5))
    view: ExecutionView = execmock.wait(execmock.executions[0], "workflow_succeeded", timeout=1)
    calls: list[SeenRequest] = execmock.requests.assert_called("createExecution", times=1)
    moved = execmock.signal(view.id, "approve", payload={"by": "Ada"})
    statuses: list[str] = [visit.status for visit in moved.history]

async def other() -> None:
    async with ExecMock({"steps": []}, frozen=True) as mock, mock.sandbox(seed=1) as box:
        url: str = box.url
        view: ExecutionView = await mock.async_wait("exec_1", "done")
"""
BAD = """
from execmock import ExecMock

with ExecMock(frozn=True) as mock:
    mock.clock.advance(5)
    mock.requests.assert_called("createExecution", times="once")
    mock.executions[0].statuss
"""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The file and the code of each finding of mypy, in the order of the lines."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "good.py").write_text(GOOD)
    (folder / "bad.py").write_text(BAD)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "good.py", "bad.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603 - our own interpreter
    assert run.returncode == 1, run.stdout + run.stderr
    errors = (line for line in run.stdout.splitlines() if ": error: " in line)
    return [(line.partition(":")[0], line.rpartition("[")[2].rstrip("]")) for line in errors]


def test_what_the_documentation_shows_is_typed(findings: list[tuple[str, str]]) -> None:
    assert [code for file, code in findings if file == "good.py"] == []


def test_mistakes_are_found_before_any_test_runs(findings: list[tuple[str, str]]) -> None:
    assert [code for file, code in findings if file == "bad.py"] == [
        *("call-arg", "arg-type", "arg-type", "attr-defined"),
    ]
