"""`make judge` goes on where it was interrupted, and says how many services were accused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.programs import children, gone

from .many_runs import busy, main, state


def entry(**changes: Any) -> str:
    known = {
        "effort": "default",
        "seed": 1,
        "state": state(),
        "failed": [],
        "inconclusive": 0,
        "seconds": 1.0,
    }
    return json.dumps({**known, **changes}) + "\n"


def test_what_was_judged_is_not_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "judge.jsonl"
    stack = {"stack": "fastify_plain", "effort": "quick"}
    lines = [
        entry(),
        entry(seed=2, failed=["list.has-more"]),
        entry(seed=2, state="of another verify"),
        entry(**stack),
        entry(**stack, machine="busy", inconclusive=3, exit=3),
    ]
    record.write_text("".join(lines))
    few = ["--record", str(record), "--stacks", "fastify_plain", "--efforts", "quick", "--seeds", "1"]
    assert main([*few, "--count", "1"]) == 0
    assert main([*few, "--count", "2", "--kinds", "combinations"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "combinations: 1 runs, 0 false alarms, 0 inconclusive rules in 0 runs, 0 judged too little",
        "stacks: 2 runs, 0 false alarms, 3 inconclusive rules in 1 runs, 1 judged too little",
        "combinations: 2 runs, 1 false alarms, 0 inconclusive rules in 0 runs, 0 judged too little",
        "accused: combination, seed 2, default: list.has-more",
    ]
    assert record.read_text() == "".join(lines)


def test_a_busy_machine_has_a_process_for_each_core_until_the_run_ends() -> None:
    before = children(os.getpid())
    with busy():
        spinning = children(os.getpid()) - before
        assert len(spinning) == os.cpu_count()
    assert all(gone(process) for process in spinning)
