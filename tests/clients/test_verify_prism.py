"""The judge on Prism's mock of the contract: it knows no state, and the judge says so without a stumble."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from execmock.verify.outcome import Outcome

ROOT = Path(__file__).parents[2]
FORGETS = ("create.echo", "create.read-your-write")
KEEPS = ("create.status-200", "create.complete")
Judge = Callable[..., tuple[subprocess.CompletedProcess[str], dict[str, Any]]]


@pytest.fixture
def judge(node_tools: Path, serving, tmp_path: Path) -> Judge:
    """Judge a Prism of one's own; give the ended process and its report in JSON."""

    def judged(*options: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
        file = tmp_path / "verify.json"
        with serving([node_tools / ".bin/prism", "mock", "--port", "0", ROOT / "openapi.yaml"]) as url:
            embed = ["--embed-url", url, "--embed-token", "sk_tour"]
            given = [url, "--token", "b3sk_tour", *embed, "--quick", "--report", f"json={file}", *options]
            words = [sys.executable, "-m", "execmock", "verify", *given]
            run = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603
        return run, json.loads(file.read_text(encoding="utf-8"))

    return judged


def test_a_mock_without_state_keeps_forms_and_forgets_what_was_created(judge: Judge) -> None:
    run, report = judge(*(f"--only={rule}" for rule in (*FORGETS, *KEEPS)))
    outcomes = {rule["id"]: rule["outcome"] for rule in report["rules"]}
    assert run.returncode == 1
    assert outcomes == dict.fromkeys(KEEPS, Outcome.PASSED) | dict.fromkeys(FORGETS, Outcome.FAILED)


def test_a_mock_that_dies_of_strange_input_ends_the_run_with_one_sentence(judge: Judge) -> None:
    # Prism ends when it is sent some of the strange requests.
    run, report = judge()
    assert run.returncode == 3
    assert "stopped answering" in report["unreachable"]
    assert "Traceback" not in run.stdout + run.stderr
    assert "b3sk_tour" not in run.stdout + run.stderr
