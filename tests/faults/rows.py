"""The rows of the two tables of docs/faults.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from execmock.errors import FaultError
from execmock.loading.yaml_marks import load_marked

__all__ = ["PAGE", "ROWS", "TABLE", "WRONG_ROWS", "fault_of"]

PAGE = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## What happens\n")[2].partition("\n## ")[0]
ROWS: list[tuple[str, str]] = re.findall(r"^\| [^|]+ \| `(\{.*\})` \| (.+) \|$", TABLE, re.MULTILINE)
"""What is written to get something that goes wrong, and what a client sees."""
_WRONG_TABLE = PAGE.partition("## Wrong answers\n")[2].partition("\n## ")[0]
WRONG_ROWS: list[str] = re.findall(r"^\| [^|]+ \| `(\{.*\})` \| [^|]+ \|[^|]+\|$", _WRONG_TABLE, re.MULTILINE)
"""What is written to get an answer that is wrong."""


def fault_of(text: str) -> Any:
    """Return the fault of a row, read as files are, where `on` is a word and not a truth value."""
    return load_marked(text, "the page", FaultError).data
