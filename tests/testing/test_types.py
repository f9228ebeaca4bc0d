"""The types that a test author's checker sees: what is right passes, what is wrong is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


def checked(folder: Path, source: str) -> list[str]:
    """Return the codes of mypy's findings, in the order of their lines."""
    (folder / "sample.py").write_text(source)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "sample.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603 - our own interpreter
    return [line.rpartition("[")[2].rstrip("]") for line in run.stdout.splitlines() if ": error: " in line]


def test_what_the_documentation_shows_is_typed(tmp_path: Path) -> None:
    assert checked(tmp_path, GOOD) == []


def test_mistakes_are_found_before_any_test_runs(tmp_path: Path) -> None:
    assert checked(tmp_path, BAD) == ["call-arg", "arg-type", "arg-type", "attr-defined"]
