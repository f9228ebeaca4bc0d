"""The bench of the parts that exist for speed runs, and the page shows what each of them gains."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench" / "micro_gains.py"


def test_the_bench_measures_a_part() -> None:
    command = [sys.executable, str(BENCH), "--json", "--rounds", "1", "--count", "5", "known queries"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)  # noqa: S603 - ours
    (found,) = json.loads(done.stdout)
    where = (found["part"], found["module"], found["work"])
    assert where == ("known queries", "server/api/request_validation.py", "list")
    assert found["microseconds"] > 0


def test_the_page_shows_what_each_part_gains() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    parts = re.findall(r'"([a-z ]+)": Part\(\s*"([\w/]+\.py)"', BENCH.read_text(encoding="utf-8"))
    assert len(parts) > 10
    assert [part for part in parts if "| {} | `{}` |".format(*part) not in page] == []
