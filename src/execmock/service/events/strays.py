"""Requests that reached the port, but no sandbox by their key: without a key, or with an unknown one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from execmock.service.events.entry import JournalEntry

__all__ = ["Stray", "Strays"]


class Stray(NamedTuple):
    """One of them. `opened` is the number of the change before its connection was opened.

    `key` says what was wrong with its key, empty if none was needed; `owner` is the sandbox that the key
    opened when there still was such a sandbox; `served` says that it was answered in the default sandbox.
    """

    entry: JournalEntry
    opened: int
    key: str
    owner: str
    served: bool


class Strays:
    """The latest of them, and up to which number there were others."""

    def __init__(self, most: int = 1000) -> None:
        self._latest: deque[Stray] = deque(maxlen=most)
        self._up_to = 0

    def add(self, stray: Stray) -> None:
        """Keep one."""
        if len(self._latest) == self._latest.maxlen:
            self._up_to = self._latest[0].entry.number
        self._latest.append(stray)

    def since(self, number: int) -> tuple[Sequence[Stray], bool]:
        """Return those with a higher number, and whether that is all of them."""
        return [stray for stray in self._latest if stray.entry.number > number], self._up_to <= number
