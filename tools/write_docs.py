#!/usr/bin/env python3
"""Write the generated parts of the documentation, between `<!-- generated: NAME -->` and `<!-- end -->`.

With --check nothing is written: the exit code is 1 when a part is out of date. Other arguments name the
files; without any, all of docs/ and the README are meant.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from execmock.core.contract import Contract
from execmock.loading.contract import shipped_contract
from execmock.server.control.app import control_contract
from execmock.settings import SECTIONS, options
from execmock.settings.table import as_markdown
from execmock.verify.registry import all_rules
from execmock.verify.report.rules_table import as_markdown as rules_as_markdown

ROOT = Path(__file__).resolve().parents[1]
PART = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
PARTS: dict[str, Callable[[], str]] = {
    f"options {name}": lambda settings=settings: as_markdown(options(settings))
    for name, settings in SECTIONS.items()
} | {
    "rules": lambda: rules_as_markdown(all_rules(), shipped_contract()),
    "control operations": lambda: operations_as_markdown(control_contract()),
}


def operations_as_markdown(contract: Contract) -> str:
    """Return a table of a contract's operations."""
    rows = [
        f"| `{operation.method} {operation.path}` | {operation.summary} |"
        for operation in contract.operations.values()
    ]
    return "\n".join(["| operation | what it does |", "| --- | --- |", *rows])


def written(text: str) -> str:
    """Return a document with its generated parts brought up to date."""
    return PART.sub(lambda part: f"{part[1]}\n{generated(part[2])}\n\n{part[3]}", text)


def generated(name: str) -> str:
    """Return a part by name; `file PATH` is a file of the repository, as code."""
    kind, _, path = name.partition(" ")
    if kind != "file":
        return PARTS[name]()
    file = ROOT / path
    return f"```{file.suffix[1:]}\n{file.read_text(encoding='utf-8').rstrip()}\n```"


def main(arguments: list[str]) -> int:
    """Bring documents up to date, or check that they are."""
    check = "--check" in arguments
    named = [Path(argument) for argument in arguments if argument != "--check"]
    code = 0
    for path in named or [*ROOT.glob("README.md"), *sorted(ROOT.glob("docs/**/*.md"))]:
        before = path.read_text(encoding="utf-8")
        after = written(before)
        if before == after:
            continue
        if check:
            print(f"{path} is out of date: run `make docs`", file=sys.stderr)
            code = 1
        else:
            path.write_text(after, encoding="utf-8")
            print(f"wrote {path}")
    return code


sys.exit(main(sys.argv[1:]))
