"""Findings with their places in a file and the source lines they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from execmock.core.findings import DataPath, Finding
from execmock.core.schema.wording import MOST_TOLD
from execmock.errors import Place, bounded, visible, visible_line

if TYPE_CHECKING:
    from execmock.loading.yaml_marks import Marked

__all__ = ["LocatedFinding", "locate", "located_at", "place_of"]


_WIDTH = 120
"""Characters of a line that are shown."""
_MOST = 100
"""Findings of one file that are told one by one."""


@dataclass(frozen=True, slots=True)
class LocatedFinding:
    """A finding with its place in a file and the source line, fit to be shown.

    `advice` says that the file can be used all the same.
    """

    place: Place
    message: str
    line: str = ""
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {'advice: ' if self.advice else ''}{visible_line(self.message)}"

    @property
    def shown(self) -> str:
        """The finding, its source line and a caret under the place; of a long line, what is round it."""
        if not self.line.strip():
            return str(self)
        before, after = self.line[: self.place.column - 1], self.line[self.place.column - 1 :]
        if len(self.line) > _WIDTH:
            room = max(_WIDTH // 2, _WIDTH - len(after))
            before = before if len(before) <= room else f"…{before[-room:]}"
            room = max(_WIDTH // 2, _WIDTH - len(before))
            after = after if len(after) <= room else f"{after[:room]}…"
        return f"{self}\n  {visible(before + after)}\n  {_indent(visible(before))}^"


def locate(findings: Iterable[Finding], marked: Marked, text: str) -> tuple[LocatedFinding, ...]:
    """Return the findings with their places, in the order of the file: the first 100, and how many follow."""
    lines = text.splitlines()
    found = dict.fromkeys((place_of(marked, finding.path), finding.message) for finding in findings)
    ordered = sorted(found, key=lambda each: (each[0].line, each[0].column))
    told = [located_at(place, message, lines) for place, message in ordered[:_MOST]]
    if len(ordered) > _MOST:
        # A schema tells no more than that many violations.
        more = f"{'at least ' if len(ordered) >= MOST_TOLD else ''}{len(ordered) - _MOST} more"
        told.append(LocatedFinding(ordered[_MOST][0], f"and {more} from here on"))
    return tuple(told)


def located_at(place: Place, message: str, lines: Sequence[str]) -> LocatedFinding:
    """Return a finding with its line out of the file's `lines`."""
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    return LocatedFinding(place, bounded(message), line)


def place_of(marked: Marked, path: DataPath) -> Place:
    """Return where a finding is shown: at a member's key if it is there, else at what should hold it."""
    return marked.key(path) if path and isinstance(path[-1], str) else marked.place(path)


def _indent(before: str) -> str:
    # A tab stays a tab and a wide character takes two columns, so that the caret stands under its place.
    return "".join("\t" if c == "\t" else " " * _width(c) for c in before)


def _width(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
