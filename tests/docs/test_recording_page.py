"""The page on recordings is true: its file is valid, its bounds are those of the sources."""

from __future__ import annotations

import re
from pathlib import Path

from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import doubts, read_text, vocabularies
from execmock.recorder import recording, scenario_files, sources, tree

PAGE = (Path(__file__).parents[2] / "docs" / "recording.md").read_text(encoding="utf-8")


def test_the_scenario_on_the_page_is_valid() -> None:
    words = vocabularies(shipped_contract())
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    file = read_text(text, "offer.yaml", words)
    assert [*file.findings, *doubts(file, words)] == []


def test_the_bounds_on_the_page_are_those_that_hold() -> None:
    bounds = " ".join(PAGE.partition("## Bounds")[2].split())
    held = [
        f"at most {sources.MOST_BYTES >> 20} MB",
        f"{sources.MOST_EXCHANGES:,} requests and {recording.MOST_EXECUTIONS:,} executions",
        f"first {recording.MOST_STAYS} changes",
        f"at most {recording.LARGEST:,} bytes",
        f"at most {tree.MOST_STEPS} recorded stays",
        f"a world {scenario_files.MOST_EXISTING} executions",
    ]
    assert [bound for bound in held if bound not in bounds] == []
