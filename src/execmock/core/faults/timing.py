"""When and how often a fault strikes, as pure functions of a count that stores keep."""

from __future__ import annotations

from dataclasses import dataclass, replace

from execmock.core.fault_count import FaultCount
from execmock.core.ids import derive, draw

__all__ = ["Counting", "Window", "counted", "request_seed"]


@dataclass(frozen=True, slots=True)
class Counting:
    """Which of the requests that a fault is meant for it strikes."""

    skip: int = 0
    every: int = 1
    times: int | None = None
    probability: float = 1.0
    per_execution: bool = False

    def strikes(self, number: int, struck: int, seed: bytes) -> bool:
        """Whether the request of that number is struck, where so many were struck before."""
        if number <= self.skip or (self.times is not None and struck >= self.times):
            return False
        if (number - self.skip) % self.every:
            return False
        return self.probability >= 1 or draw(request_seed(seed, number), "chance") < self.probability

    @property
    def forever(self) -> bool:
        """Whether it strikes every request."""
        return self == Counting() or self == Counting(per_execution=True)


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a fault is there: instants (ms), or durations (ms) after it began; None is open.

    `instants` says for `start` and `end` whether they are instants.
    """

    start: int | None = None
    end: int | None = None
    lasts: int | None = None
    instants: tuple[bool, bool] = (False, False)

    def holds(self, at: int, began: int) -> bool:
        """Whether an instant lies in it."""
        end = self.ends(began)
        return at >= self.starts(began) and (end is None or at < end)

    def starts(self, began: int) -> int:
        """Return its first instant."""
        if self.start is None:
            return began
        return self.start if self.instants[0] else began + self.start

    def ends(self, began: int) -> int | None:
        """Return the first instant after it; None if there is no end."""
        if self.lasts is not None:
            return self.starts(began) + self.lasts
        if self.end is None:
            return None
        return self.end if self.instants[1] else began + self.end


def counted(
    count: FaultCount, counting: Counting, window: Window, at: int, began: int | None, seed: bytes
) -> tuple[FaultCount, bool]:
    """Return the count with one more request, and whether that is struck.

    `began` is when the fault was added, None for one that begins with the first request it is meant for. A
    request outside the window is not counted.
    """
    if not count.seen and not count.since:
        count = replace(count, since=at)
    if not window.holds(at, count.since if began is None else began):
        return count, False
    number = count.seen + 1
    strikes = counting.strikes(number, count.struck, seed)
    return replace(count, seen=number, struck=count.struck + strikes), strikes


def request_seed(seed: bytes, number: int) -> bytes:
    """Return what everything drawn for the request of that number follows from."""
    return derive(seed, "fault-request", str(number))
