"""One thing wrong with a value, and how it is told to people and clients."""

from __future__ import annotations

from json import JSONEncoder
from typing import Any, NamedTuple

__all__ = ["NOTHING", "Violation", "shorten", "shortened"]

_LONGEST_TEXT = 120
_JSON = JSONEncoder(ensure_ascii=False, default=str)
NOTHING: Any = object()
"""What a violation received where nothing came."""


class Violation(NamedTuple):
    """One thing wrong with a value: `where` (such as body/workflowId), what came, what was expected.

    `path` leads to it inside the value. `unknown` says that it is a key that should not be there; `hint`
    then names the nearest one that may.
    """

    where: str
    expected: str
    received: Any = NOTHING
    path: tuple[str | int, ...] = ()
    unknown: bool = False
    hint: str = ""

    @property
    def missing(self) -> bool:
        """Whether nothing came where something has to be."""
        return self.received is NOTHING

    @property
    def sentence(self) -> str:
        """What was expected and what came, without the place."""
        came = "nothing" if self.received is NOTHING else shorten(self.received)
        hint = f".{self.hint}" if self.hint else ""
        return f"expected {self.expected}, received {came}{hint}"

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"

    def as_json(self) -> dict[str, Any]:
        """Return the entry of an error body's `details`; `received` is left out when nothing came."""
        if self.received is NOTHING:
            return {"location": self.where, "expected": self.expected, "message": str(self)}
        came = shortened(self.received)
        return {"location": self.where, "received": came, "expected": self.expected, "message": str(self)}


def shortened(value: object) -> object:
    """Return a value as it is, or as short text when it is long."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
    return shorten(value)


def shorten(value: object) -> str:
    """Return a value as short JSON-like text, fit for an error message."""
    text = str(value) if type(value) is int else _JSON.encode(value)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
