"""Which status may follow which, as the contract's `x-transitions` says."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Transitions"]


@dataclass(frozen=True)
class Transitions:
    """The legal status graph. A status with nothing after it is terminal."""

    initial: tuple[str, ...]
    next: Mapping[str, tuple[str, ...]]

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """Every status, in the contract's order."""
        return tuple(self.next)

    @cached_property
    def terminal(self) -> frozenset[str]:
        """The statuses that nothing follows."""
        return frozenset(status for status, after in self.next.items() if not after)

    def allows(self, before: str, after: str) -> bool:
        """Whether `after` may directly follow `before`; staying in a status is always allowed."""
        return before == after or after in self.next.get(before, ())

    def path(self, before: str, after: str) -> tuple[str, ...] | None:
        """Return the shortest legal way from `before` to `after`, both named, or None if there is none."""
        ways: deque[tuple[str, ...]] = deque([(before,)])
        seen = {before}
        while ways:
            way = ways.popleft()
            if way[-1] == after:
                return way
            for status in self.next.get(way[-1], ()):
                if status not in seen:
                    seen.add(status)
                    ways.append((*way, status))
        return None

    def reaches(self, before: str, after: str) -> bool:
        """Whether an observer who saw `before` may see `after` later; polling may miss what lies between."""
        return before == after or after in self._later.get(before, ())

    @cached_property
    def _later(self) -> Mapping[str, frozenset[str]]:
        return {
            before: frozenset(after for after in self.next if self.path(before, after))
            for before in self.next
        }

    def with_status(self, status: str, *, after: tuple[str, ...]) -> Transitions:
        """Return the graph with one more terminal status that may follow those in `after`."""
        grown = {name: (*nexts, status) if name in after else nexts for name, nexts in self.next.items()}
        return Transitions(self.initial, {**grown, status: ()})
