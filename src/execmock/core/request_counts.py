"""How many requests came, by operation, method, path and outcome. Bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["MOST_KINDS", "RequestCount", "RequestCounts", "RequestKind"]

MOST_KINDS = 1000
"""Kinds of requests of one sandbox that are counted apart. Paths come from clients, so they have no end."""
_LONGEST_PATH = 500


class RequestKind(NamedTuple):
    """What requests are counted by. `operation` is empty where none was meant.

    `path` is None for all paths that are not counted apart, and `operation` and `method` are None too where
    not even they are.
    """

    operation: str | None
    method: str | None
    path: str | None
    status: int
    breaks_contract: bool

    def without_path(self) -> RequestKind:
        """Return the kind that stands for all paths."""
        return self._replace(path=None)

    def outcome_alone(self) -> RequestKind:
        """Return the kind that stands for all operations, methods and paths."""
        return RequestKind(None, None, None, self.status, self.breaks_contract)

    @property
    def is_short(self) -> bool:
        """Whether its path is short enough to be kept."""
        return self.path is None or len(self.path) <= _LONGEST_PATH


@dataclass(frozen=True, slots=True)
class RequestCount:
    """How many requests of a kind came, as stores keep it."""

    operation: str | None
    method: str | None
    path: str | None
    status: int
    breaks_contract: bool
    count: int

    @property
    def kind(self) -> RequestKind:
        """Return what is counted."""
        return RequestKind(self.operation, self.method, self.path, self.status, self.breaks_contract)


class RequestCounts:
    """Counts by kind: `MOST_KINDS` apart, then without their paths, then by outcome alone."""

    __slots__ = ("_counts",)

    def __init__(self, counted: Iterable[RequestCount] = ()) -> None:
        self._counts: dict[RequestKind, int] = {}
        for count in counted:
            self._counts[count.kind] = self._counts.get(count.kind, 0) + count.count

    def __bool__(self) -> bool:
        return bool(self._counts)

    def __iter__(self) -> Iterator[RequestCount]:
        return (RequestCount(*kind, count) for kind, count in self._counts.items())

    @property
    def total(self) -> int:
        """Return how many requests were counted."""
        return sum(self._counts.values())

    def add(self, kind: RequestKind, count: int = 1) -> None:
        """Count requests of a kind."""
        counts = self._counts
        if kind not in counts:
            kind = self._with_room(kind)
        counts[kind] = counts.get(kind, 0) + count

    def _with_room(self, kind: RequestKind) -> RequestKind:
        room = len(self._counts)
        if room < MOST_KINDS and kind.is_short:
            return kind
        rest = kind.without_path()
        return rest if rest in self._counts or room < 2 * MOST_KINDS else kind.outcome_alone()

    def without(self, gone: Callable[[RequestKind], bool | None]) -> RequestCounts:
        """Return the counts of the kinds that are not gone."""
        return RequestCounts(count for count in self if not gone(count.kind))

    def less(self, others: Iterable[RequestKind]) -> RequestCounts:
        """Return what remains when each of `others` is counted once less.

        One whose kind is not counted apart is taken from the kind that stands for it.
        """
        left = RequestCounts(self)
        for kind in others:
            for name in (kind, kind.without_path(), kind.outcome_alone()):
                if left._counts.get(name, 0) > 0:
                    left._counts[name] -= 1
                    break
        left._counts = {kind: count for kind, count in left._counts.items() if count}
        return left
