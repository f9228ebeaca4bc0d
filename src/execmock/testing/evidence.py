"""What is known of the requests that came: those that are kept, and counts of those that are not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from execmock.service.events.seen import DroppedRequests, SeenRequest
from execmock.testing.matching import Wanted, nearest_requests

__all__ = ["MORE", "Bounds", "Counted", "Evidence", "listed", "times"]

_MOST_LISTED = 20
MORE = "journal_size=N keeps more, and journal_bytes=BYTES more of large ones"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many requests are expected; `most` None means any number."""

    least: int
    most: int | None

    def hold(self, counted: Counted) -> bool | None:
        """Whether what came is within them; None where that cannot be known."""
        least, most = counted.least, counted.most
        if least >= self.least and (self.most is None or most <= self.most):
            return True
        return False if most < self.least or (self.most is not None and least > self.most) else None

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {times(self.least)}" if self.least else "any number"
        if self.least == self.most:
            return times(self.most)
        return f"{self.least} to {self.most} times" if self.least else f"at most {times(self.most)}"


@dataclass(frozen=True, slots=True)
class Counted:
    """The requests that are meant: kept ones, dropped ones, and those that may be meant."""

    found: Sequence[SeenRequest]
    dropped: Sequence[DroppedRequests]
    unsure: Sequence[SeenRequest | DroppedRequests]

    @property
    def least(self) -> int:
        """How many came at least."""
        return len(self.found) + sum(one.count for one in self.dropped)

    @property
    def unknown(self) -> int:
        """How many more came that may be meant."""
        return sum(one.count if isinstance(one, DroppedRequests) else 1 for one in self.unsure)

    @property
    def most(self) -> int:
        """How many came at most."""
        return self.least + self.unknown

    def unsure_text(self) -> str:
        """Return why it is not known how many came."""
        what = "request that may be meant is" if self.unknown == 1 else "requests that may be meant are"
        return "\n".join(
            [f"{self.unknown} {what} no longer in the journal, or not whole; {MORE}:", *listed(self.unsure)]
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """The requests that are kept, oldest first, and those before them that were dropped, by kind."""

    requests: Sequence[SeenRequest]
    dropped: Sequence[DroppedRequests]

    def count(self, wanted: Wanted) -> Counted:
        """Return which requests are meant."""
        kept = [(request, wanted.fits(request)) for request in self.requests]
        gone = [(one, wanted.fits_dropped(one)) for one in self.dropped]
        unsure: list[SeenRequest | DroppedRequests] = [one for one, fits in gone if fits is None]
        return Counted(
            [request for request, fits in kept if fits],
            [one for one, fits in gone if fits],
            [*unsure, *(request for request, fits in kept if fits is None)],
        )

    def failure(self, wanted: Wanted, bounds: Bounds) -> str:
        """Return why what came is not what was expected, an empty text if it is."""
        counted = self.count(wanted)
        holds = bounds.hold(counted)
        if holds:
            return ""
        if holds is None:
            came = f"came {times(counted.least)} at least" if counted.least else "none is known"
            return f"{wanted}: expected {bounds}, which is not known: {came}, but {counted.unsure_text()}"
        lines = [f"{wanted}: expected {bounds}, came {times(counted.least)}."]
        if not self.requests and not self.dropped:
            return f"{lines[0]}\nNo request came for this sandbox at all."
        if counted.least:
            lines += ["They were:", *listed([*counted.dropped, *counted.found])]
        if counted.least < bounds.least:
            others = [request for request in self.requests if request not in counted.found]
            title = "The nearest others:" if counted.least else "The nearest requests:"
            lines += [title, *nearest_requests(wanted, others)] if others else []
        if self.dropped and not counted.dropped:
            lines.append(f"({sum(one.count for one in self.dropped)} others are no longer in the journal.)")
        return "\n".join(lines)


def listed(requests: Sequence[SeenRequest | DroppedRequests]) -> list[str]:
    """Return requests as lines of text, the last 20 of them."""
    hidden = len(requests) - _MOST_LISTED
    lines = [f"  ({hidden} more)"] if hidden > 0 else []
    for request in requests[-_MOST_LISTED:]:
        gone = "  (no longer in the journal)" if isinstance(request, DroppedRequests) else ""
        lines.append(f"  {request}{gone}")
    return lines


def times(number: int) -> str:
    """Return how often something came, in words."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")
