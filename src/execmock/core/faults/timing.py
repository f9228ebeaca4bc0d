"""When and how often a fault strikes, as pure functions of a count that stores keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from execmock.core.fault_count import FaultCount
from execmock.core.ids import derive, draw

__all__ = ["Counting", "Limit", "Rate", "Window", "counted", "request_seed"]

_UNITS = {"s": 1, "m": 60, "h": 3600}


class Limit(NamedTuple):
    """What is left of a rate after a request: how many may come at once, and seconds to more of it.

    `most` is the rate's own number; `again` is after how many milliseconds the next request is within it.
    """

    most: int
    remaining: int
    reset: int
    again: int


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in a period (seconds), evenly; `burst` of them may come at once."""

    number: int
    seconds: int
    burst: int

    @classmethod
    def of(cls, text: str, burst: int | None = None) -> Rate:
        """Return the rate of a text such as `60/m`."""
        number, _, unit = text.partition("/")
        return cls(int(number), _UNITS[unit], int(number) if burst is None else burst)

    def take(self, full: int, at: int) -> tuple[int, Limit, bool]:
        """Return the instant of fullness after a request at `at` (ms), what is left, and if it is over."""
        # The generic cell rate algorithm: one number says how much of the burst is used up.
        now, each = at * 1000, self.seconds * 1_000_000 // self.number
        after = max(full, now) + each
        # Instants are whole milliseconds: who is early by less than one is not.
        over = after - self.burst * each >= now + 1000
        full = max(full, now) if over else after
        used = -(-(full - now) // each)
        again = max(0, full + each - self.burst * each - now)
        remaining = max(0, self.burst - used)
        return full, Limit(self.number, remaining, -(-(full - now) // 1_000_000), -(-again // 1000)), over


@dataclass(frozen=True, slots=True)
class Counting:
    """Which of the requests that a fault is meant for it strikes."""

    skip: int = 0
    every: int = 1
    times: int | None = None
    probability: float = 1.0
    per_execution: bool = False
    rate: Rate | None = None
    at_once: int | None = None
    queue: int = 0

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


class CountedFault(Protocol):
    """A fault, as far as counting asks for it."""

    @property
    def counting(self) -> Counting:
        """Return which requests it strikes."""
        ...

    @property
    def window(self) -> Window:
        """Return when it is there."""
        ...


def counted(
    count: FaultCount, fault: CountedFault, at: int, began: int | None, seed: bytes, *, crowded: bool = False
) -> tuple[FaultCount, bool, Limit | None]:
    """Return the count with one more request, whether that is struck, and what is left of the fault's rate.

    `began` is when the fault was added, None for one that begins with the first request it is meant for. A
    request outside the window is not counted. `crowded` says that too many are under way at once.
    """
    counting, window = fault.counting, fault.window
    if not count.seen and not count.since:
        count = replace(count, since=at)
    if not window.holds(at, count.since if began is None else began):
        return count, False, None
    limit, over = None, counting.at_once is None or crowded
    if counting.rate is not None:
        full, limit, fast = counting.rate.take(count.full, at)
        over = over and fast
        count = replace(count, full=full)
    number = count.seen + 1
    strikes = over and counting.strikes(number, count.struck, seed)
    return replace(count, seen=number, struck=count.struck + strikes), strikes, limit


def request_seed(seed: bytes, number: int) -> bytes:
    """Return what everything drawn for the request of that number follows from."""
    return derive(seed, "fault-request", str(number))
