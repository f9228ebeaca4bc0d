"""What a probe is: a named coroutine that sends requests and judges nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from execmock.verify.session import Session

__all__ = ["Probe", "probe"]

Run = Callable[["Session"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One series of requests. `needs` are the identities and rights without which it is not run.

    An `alone` probe runs after the others, when no other probe creates executions.
    """

    name: str
    run: Run
    needs: tuple[str, ...] = ()
    alone: bool = False


def probe(name: str, *, needs: str = "writes", alone: bool = False) -> Callable[[Run], Probe]:
    """Make a probe of the coroutine below."""

    def decorate(run: Run) -> Probe:
        return Probe(name, run, tuple(needs.split()), alone)

    return decorate
