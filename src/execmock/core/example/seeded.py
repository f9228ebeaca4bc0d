"""What all parts of an example are made with: numbers that follow from a seed, and the error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from execmock.core.ids import derive
from execmock.errors import ExecmockError

__all__ = ["ExampleError", "Place", "Seeded"]

T = TypeVar("T")
Place = tuple[str | int, ...]
"""The way to a value inside the example."""


class ExampleError(ExecmockError):
    """No value can be made for a schema. `where` is the place in the example, such as `items/0/code`."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.where = "/".join(map(str, place))


class Seeded:
    """Numbers by place: those of one place stay as they are when other places of the schema change."""

    def __init__(self, seed: bytes, attempt: int = 0) -> None:
        self._seed = derive(seed, "example", attempt)

    def number(self, place: Place, least: int, most: int, *label: object) -> int:
        """Return a number from `least` to `most`, both included."""
        drawn = int.from_bytes(derive(self._seed, *label, "", *place), "big")
        return least + drawn % (most - least + 1)

    def pick(self, place: Place, options: Sequence[T], *label: object) -> T:
        """Return one of the options."""
        return options[self.number(place, 0, len(options) - 1, *label)]
