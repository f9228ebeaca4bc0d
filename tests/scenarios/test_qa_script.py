"""Ten lines of shell bring any situation about, and the same bytes each time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.programs import program

SCRIPT = Path(__file__).with_name("qa.sh")
SERVE = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--quiet"]

Serving = Callable[..., AbstractContextManager[str]]


def played(url: str) -> bytes:
    """Return what the script prints."""
    program("curl")
    command = [program("bash"), SCRIPT]
    environment = {**os.environ, "URL": url}
    run = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)  # noqa: S603
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.parametrize("options", [["--seed", "7"], []], ids=["seeded server", "seeded sandbox"])
def test_two_fresh_servers_give_the_same_bytes(serving: Serving, options: list[str]) -> None:
    runs = []
    for _ in range(2):
        with serving([*SERVE, *options]) as url:
            runs.append(played(url))
    assert runs[0] == runs[1]


def test_the_failed_timeline_has_exact_times(serving: Serving) -> None:
    with serving(SERVE) as url:
        said = played(url).decode()
    data = json.loads(said[said.rindex('{"code":200') :])["data"]
    execution = data["execution"]
    assert (execution["status"], execution["statusReason"]) == (
        "workflow_failed",
        "Approval rejected. Too dear",
    )
    assert execution["finishedAt"] == "2026-01-01T10:00:03.000Z"
    assert [(event["eventType"], event["createdAt"][11:19]) for event in data["events"]] == [
        ("execution.created", "09:00:00"),
        ("run.queued", "09:00:00"),
        ("run.started", "09:00:01"),
        ("node.completed", "09:00:02"),
        ("run.waiting", "09:00:03"),
        ("run.failed", "10:00:03"),
    ]


def test_the_script_has_ten_lines() -> None:
    lines = [line for line in SCRIPT.read_text().splitlines() if not re.match(r"#|set ", line)]
    assert len(lines) <= 10
