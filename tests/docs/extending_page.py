"""The recipes of docs/extending.md: which files each touches, what goes into them, what proves it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Edit", "Recipe", "recipes"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "extending.md"

_SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_EDIT = re.compile(r"^(New file|At the end of|In) `([^`]+)`:\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WRITES = re.compile(r"^`make docs` writes (.+)\.$", re.MULTILINE)
_PROOF = re.compile(r'^`make test ARGS="([^"]+)"`', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Edit:
    """What goes into one file: the whole of it, its end, or a diff."""

    how: str
    path: str
    text: str

    def apply(self, tree: Path) -> None:
        """Change the file; AssertionError where what a diff shows is not there, or there twice."""
        file = tree / self.path
        if self.how == "New file":
            assert not file.exists(), f"{self.path} is there already"
            file.write_text(self.text, encoding="utf-8")
            return
        before = file.read_text(encoding="utf-8")
        at_end = self.how == "At the end of"
        after = f"{before}\n\n{self.text}" if at_end else _patched(before, self.text, self.path)
        file.write_text(after, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One section of the page. `writes` is what `make docs` writes, `proof` what pytest is given."""

    title: str
    edits: tuple[Edit, ...]
    writes: frozenset[str]
    proof: tuple[str, ...]

    @property
    def name(self) -> str:
        """The title as a name of a function."""
        return re.sub(r"\W+", "_", self.title.lower()).strip("_")

    @property
    def files(self) -> set[str]:
        """Every file that the recipe names."""
        return {edit.path for edit in self.edits} | self.writes

    def apply(self, tree: Path) -> None:
        """Do what the recipe says, in its order."""
        for edit in self.edits:
            edit.apply(tree)


def recipes() -> list[Recipe]:
    """Return the recipes of the page that change something in this repository."""
    return list(_recipes(PAGE.read_text(encoding="utf-8")))


def _recipes(page: str) -> Iterator[Recipe]:
    for title, text in _SECTION.findall(page):
        edits = tuple(Edit(*found) for found in _EDIT.findall(text))
        if edits:
            writes, proof = _WRITES.search(text), _PROOF.search(text)
            yield Recipe(
                title=title,
                edits=edits,
                writes=frozenset(re.findall(r"`([^`]+)`", writes[1]) if writes else ()),
                proof=tuple(shlex.split(proof[1])) if proof else (),
            )


def _patched(text: str, diff: str, path: str) -> str:
    """Return a text with the hunks of a diff applied; they stand between lines that are `@@`."""
    for hunk in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        assert text.count(old) == 1, f"{path} has this {text.count(old)} times, not once:\n{old}"
        text = text.replace(old, new)
    return text
