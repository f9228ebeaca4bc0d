"""One error tree. An error says where, what came, what was expected, and the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "ConfigError",
    "ContractError",
    "CoverageError",
    "DurationError",
    "ExecmockError",
    "FaultError",
    "MockError",
    "Place",
    "ScenarioError",
    "StoreError",
    "WorldError",
    "bounded",
    "closest",
    "listed",
    "nearest",
    "nearest_or_all",
    "quoted",
    "visible",
    "visible_line",
]

_LONGEST_QUOTED = 80
_MOST_LISTED = 12
_LONGEST_COMPARED = 200
_LONGEST_WORD = 200
_LONGEST_SENTENCE = 2_000
_HIDDEN = re.compile(r"[^\S\n\t ]|[^\w\s!-~\u200c\u200d]")
"""Characters that may not be seen; what joins letters and emojis changes no more than their form."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file: line and column count from 1; 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return visible_line(self.file)
        return f"{visible_line(self.file)}:{self.line}:{self.column}"


class ExecmockError(Exception):
    """Root of all errors that execmock raises on purpose. `str(error)` is fit to be shown to a user."""

    def __init__(self, message: str, *, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        message = visible(self.message)
        return f"{self.place}: {message}" if self.place else message


class ConfigError(ExecmockError):
    """An option, variable or configuration file holds something unusable."""


class ContractError(ExecmockError):
    """The OpenAPI document cannot be used as a contract."""


class CoverageError(ExecmockError):
    """A file holds no coverage, or cannot be read or written."""


class DurationError(ExecmockError):
    """A text is not a duration, a range of durations or an instant."""


class ScenarioError(ExecmockError):
    """A scenario cannot be used."""


class WorldError(ExecmockError):
    """A world cannot be used."""


class FaultError(ExecmockError):
    """A fault cannot be used."""


class MockError(ExecmockError):
    """A mock in a test was told to do what it cannot.

    `status` is that of the control API's answer, where one says so.
    """

    def __init__(self, message: str, *, place: Place | None = None, status: int | None = None) -> None:
        super().__init__(message, place=place)
        self.status = status


class StoreError(ExecmockError):
    """A store cannot be reached or refuses to hold what it was given."""


def visible(text: str) -> str:
    """Return a text as it can be shown anywhere: what moves a cursor, is not seen or turns text round is
    written as an escape, such as `\\x1b` or `\\u202e`. Line breaks and tabs stay.
    """
    return text if text.isprintable() else _HIDDEN.sub(_escaped, text)


def visible_line(text: str) -> str:
    """Return a text as it can be shown within a line: line breaks are escapes too."""
    return visible(text).replace("\n", "\\n")


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def bounded(sentence: str) -> str:
    """Return a sentence in which no word is longer than 200 characters, and that is not endless itself."""
    words = re.sub(rf"(\S{{{_LONGEST_WORD}}})\S+", r"\1…", sentence)
    return words if len(words) <= _LONGEST_SENTENCE else f"{words[:_LONGEST_SENTENCE]}…"


def quoted(value: object) -> str:
    """Return a value as a sentence shows it: text in quotes, and cut."""
    text = repr(value)
    end = text[-1:] if text[-1:] in "'\"" else ""
    return text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…{end}"


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them: the first dozen, and how many more there are."""
    found = list(names)
    shown = [name if len(name) <= _LONGEST_QUOTED else f"{name[:_LONGEST_QUOTED]}…" for name in found]
    more = len(found) - _MOST_LISTED
    return ", ".join(shown) if more <= 0 else f"{', '.join(shown[:_MOST_LISTED])} and {more} more"


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the valid name closest to `name`, or an empty string."""
    close = closest(name, valid)
    return f" Did you mean {quoted(close)}?" if close else ""


def closest(name: str, valid: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the valid name closest to `name`, or None if none is similar: by `cutoff`, from 0 to 1."""
    if len(name) > _LONGEST_COMPARED:
        return None
    return next(iter(get_close_matches(name, list(valid), n=1, cutoff=cutoff)), None)


def nearest_or_all(name: str, valid: Iterable[str]) -> str:
    """Return `nearest`, or where no name is close ` Expected one of ...` with all of them, in order."""
    names = sorted(valid)
    return nearest(name, names) or f" Expected one of {', '.join(names)}"
