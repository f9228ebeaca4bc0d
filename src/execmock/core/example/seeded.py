"""What all parts of an example are made with: numbers from a seed, the error, and a bound on the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from execmock.core.ids import derive
from execmock.errors import ExecmockError

__all__ = ["ExampleError", "Place", "Seeded"]

_MOST_CHARACTERS = 1_000_000
_MOST_VALUES = 2000
_DEEPEST = 12

T = TypeVar("T")
Place = tuple[str | int, ...]
"""The way to a value inside the example."""


class ExampleError(ExecmockError):
    """No value can be made for a schema. `where` is the place in the example, such as `items/0/code`."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.where = "/".join(map(str, place))


class Seeded:
    """Numbers by place: those of one place stay as they are when other places of the schema change.

    It also counts what one example takes, so that no schema asks for unbounded work or memory.
    """

    def __init__(self, seed: bytes, attempt: int = 0) -> None:
        self._seed = derive(seed, "example", attempt)
        self._values = 0
        self._characters = 0

    def begin(self, place: Place) -> None:
        """Count a value; ExampleError where there are too many, or where it stands too deep."""
        self._values += 1
        if self._values > _MOST_VALUES or len(place) > _DEEPEST:
            raise ExampleError(place, f"more than {_MOST_VALUES} values, or {_DEEPEST} levels, are needed")

    def spend(self, place: Place, characters: int) -> None:
        """Count characters that are written or tried; ExampleError once too many were."""
        if self._characters > _MOST_CHARACTERS:
            raise ExampleError(place, f"more than {_MOST_CHARACTERS} characters are needed")
        self._characters += characters

    def number(self, place: Place, least: int, most: int, *label: object) -> int:
        """Return a number from `least` to `most`, both included."""
        drawn = int.from_bytes(derive(self._seed, *label, "", *place), "big")
        return least + drawn % (most - least + 1)

    def pick(self, place: Place, options: Sequence[T], *label: object) -> T:
        """Return one of the options."""
        return options[self.number(place, 0, len(options) - 1, *label)]
