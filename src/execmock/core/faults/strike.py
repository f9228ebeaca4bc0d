"""Tries faults on a request: which strike, how long they make the answer wait, what they do to it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from execmock.core.faults.effects import Effect
from execmock.core.faults.model import Fault, Wait
from execmock.core.faults.request import AskedRequest
from execmock.core.faults.timing import Limit, request_seed

__all__ = ["Counted", "Strike", "Tried", "run", "struck_by", "together", "trying"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of counting a request for a fault: its number there, from 1, and whether it is struck.

    `seed` is what the fault draws from, `left` how much of its time is left (ms); None if it has no end.
    `limit` is what is left of its rate, if it has one.
    """

    number: int
    strikes: bool
    seed: bytes
    left: int | None = None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    """What faults do to one request: their names, the waits, the slowest pace, and the effect if any.

    `seed` is what the effect draws from, `left` how much of its fault's time is left (ms). `limit` is the
    tightest of the rates that the request counts for. Where none strikes there are no names.
    """

    names: tuple[str, ...]
    waits: tuple[Wait, ...] = ()
    bytes_per_second: int | None = None
    effect: Effect | None = None
    effect_name: str = ""
    seed: bytes = b""
    left: int | None = None
    limit: Limit | None = None

    @property
    def handled(self) -> bool:
        """Whether the request is served before anything happens to its answer."""
        return self.effect is None or self.effect.handled


Tried = Generator[int, Counted, Strike | None]


def trying(faults: Sequence[Fault], request: AskedRequest) -> Tried:
    """Yield the position of each fault that is meant for a request, to be counted; return what they do to it.

    All that only slow down strike together; of the others, the first one that strikes, and those after it
    are not tried.
    """
    struck: list[tuple[Fault, Counted]] = []
    limits: list[Limit] = []
    done = False
    for place, fault in enumerate(faults):
        if (done and fault.effect is not None) or not fault.fits(request):
            continue
        counted = yield place
        if counted.limit is not None:
            limits.append(counted.limit)
        if counted.strikes:
            struck.append((fault, counted))
            done = done or fault.effect is not None
    return struck_by(struck, limits) if struck or limits else None


def struck_by(struck: Sequence[tuple[Fault, Counted]], limits: Sequence[Limit] = ()) -> Strike:
    """Return what these faults, each counted, do together; `limits` are what is left of rates."""
    waits, paces = [], []
    effect, name, seed, left = None, "", b"", None
    for fault, counted in struck:
        own = request_seed(counted.seed, counted.number)
        if fault.slow is not None:
            drawn = fault.slow.drawn(own)
            if drawn:
                waits.append(Wait(fault.name, drawn, fault.slow.on_clock))
            if fault.slow.bytes_per_second is not None:
                paces.append(fault.slow.bytes_per_second)
        if fault.effect is not None:
            effect, name, seed, left = fault.effect, fault.name, own, counted.left
    names = tuple(fault.name for fault, _ in struck)
    limit = min(limits, key=lambda one: one.remaining, default=None)
    return Strike(names, tuple(waits), min(paces, default=None), effect, name, seed, left, limit)


def together(*strikes: Strike | None) -> Strike | None:
    """Return what several strikes do together; of their effects, the first one wins."""
    found = [strike for strike in strikes if strike is not None]
    if len(found) < 2:
        return found[0] if found else None
    first = next((strike for strike in found if strike.effect is not None), found[0])
    return replace(
        first,
        names=tuple(dict.fromkeys(name for strike in found for name in strike.names)),
        limit=next((strike.limit for strike in found if strike.limit is not None), None),
        waits=tuple(wait for strike in found for wait in strike.waits),
        bytes_per_second=min((s.bytes_per_second for s in found if s.bytes_per_second), default=None),
    )


def run(tried: Tried, count: Callable[[int], Counted]) -> Strike | None:
    """Return what comes of trying faults, each of which is counted at once."""
    try:
        place = next(tried)
        while True:
            place = tried.send(count(place))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return] # what the generator returns
