"""Writes a style sheet of Swagger UI without the utility classes that none of its code names.

    python tools/without_utilities.py STYLES CODE

They come from a library of single-purpose classes, each in four sizes of screen, and are most of the file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
COMMA = re.compile(r",(?![^(]*\))")
SIZED = "-ns"
COLOURED = ("hover-", "bg-", "b--")


def rules(text: str) -> Iterator[tuple[str, str]]:
    """Yield each rule: its selectors or its at-rule, and the block with its braces."""
    start = 0
    while (opened := text.find("{", start)) >= 0:
        end, depth = opened + 1, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        yield text[start:opened], text[opened:end]
        start = end


def smaller(styles: str, code: str) -> str:
    """Return the styles without utilities that are not named in the code."""
    words = set(re.findall(r"[A-Za-z_][\w-]*", code))
    names = set(CLASS.findall(styles))
    utilities = {name.removesuffix(SIZED) for name in names if name.endswith(SIZED)}
    utilities |= {name for name in names if name.startswith(COLOURED)}

    def is_needed(selector: str) -> bool:
        return not any(name in utilities and name not in words for name in CLASS.findall(selector))

    kept = []
    for selectors, block in rules(styles):
        if selectors.startswith("@media screen and (min-width"):
            continue
        if not selectors.startswith("@"):
            selectors = ",".join(filter(is_needed, COMMA.split(selectors)))
        if selectors:
            kept.append(selectors + block)
    return "".join(kept)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    code = Path(sys.argv[2]).read_text(encoding="utf-8")
    file.write_text(smaller(file.read_text(encoding="utf-8"), code), encoding="utf-8")
