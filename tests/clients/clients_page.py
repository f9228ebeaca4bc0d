"""What docs/clients.md says of each generator: the commands that make a client, and its files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["Section", "sections"]

PAGE = Path(__file__).parents[2] / "docs/clients.md"
_BLOCK = re.compile(r"(?:^`([\w.]+)`[^\n]*:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Section(NamedTuple):
    """One generator. `packages` are those that the page has its readers install."""

    commands: list[list[str]]
    packages: set[str]
    files: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Write the files of the page into a folder."""
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")


def sections() -> dict[str, Section]:
    """Return the sections that make a client, by their heading."""
    _, *parts = re.split(r"^## (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {head: _section(text) for head, text in zip(parts[::2], parts[1::2], strict=True)}
    return {head: section for head, section in found.items() if section.commands}


def _section(text: str) -> Section:
    commands: list[list[str]] = []
    packages: set[str] = set()
    files = {}
    for name, language, block in _BLOCK.findall(text):
        if name:
            files[name] = block
        elif language == "sh":
            for words in map(shlex.split, block.splitlines()):
                if words[1] == "install":
                    packages |= {word for word in words[2:] if not word.startswith("--")}
                else:
                    commands.append(words[words[0] == "npx" :])
    return Section(commands, packages, files)
