"""What a probe is: a named coroutine that sends requests and judges nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from execmock.verify.session import Session

__all__ = ["Probe", "Turn", "probe"]

Run = Callable[["Session"], Awaitable[None]]
Turn = Literal["together", "meanwhile", "alone", "last"]
"""When a probe runs: with most others; with them, but for the time in which others run alone; after most,
while no other probe sends anything; after all others."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One series of requests. `needs` are the identities and rights without which it is not run."""

    name: str
    run: Run
    needs: tuple[str, ...] = ()
    turn: Turn = "together"


def probe(name: str, *, needs: str = "writes", turn: Turn = "together") -> Callable[[Run], Probe]:
    """Make a probe of the coroutine below."""

    def decorate(run: Run) -> Probe:
        return Probe(name, run, tuple(needs.split()), turn)

    return decorate
