"""The mock conforms to its own contract, whichever way it takes keys."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

NEED_A_REFUSAL = {"auth.exact-key", "auth.garbage", "embed.auth"}


@pytest.mark.parametrize(
    ("auth", "seed", "not_judged"), [("strict", "1", set()), ("open", "2", NEED_A_REFUSAL)]
)
def test_the_mock_conforms_and_what_needs_refused_keys_is_judged_only_where_they_are(
    serving: Callable[..., AbstractContextManager[str]],
    tmp_path: Path,
    auth: str,
    seed: str,
    not_judged: set[str],
) -> None:
    told = tmp_path / "report.json"
    options = ["--quick", "--level", "advisory", "--seed", seed, "--report", f"json={told}"]
    with serving([sys.executable, "-m", "execmock", "serve", "--port", "0", "--auth", auth]) as url:
        words = [sys.executable, "-m", "execmock", "verify", url, *options]
        run = subprocess.run(  # noqa: S603
            words, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert list(tmp_path.iterdir()) == [told]
    rules = json.loads(told.read_text(encoding="utf-8"))["rules"]
    others = {rule["id"]: rule["reason"] for rule in rules if rule["outcome"] != "passed"}
    assert others.pop("clock.present") == "the run moves the service's clock"
    assert others.keys() == not_judged
    assert all("serve --auth strict refuses unknown ones" in reason for reason in others.values())
    assert [rule["id"] for rule in rules if rule["outcome"] == "passed" and not rule["observations"]] == []
