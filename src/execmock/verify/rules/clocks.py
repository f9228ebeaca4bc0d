"""Rules on the service's clock: minutes off are no fault, hours are."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE, GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.rules.lifecycle import made
from execmock.verify.rules.timeline import Witnesses

__all__ = ["MOST_OFF", "date_of"]

MOST_OFF = 25 * 60_000
"""Milliseconds that a clock may be off: the smallest step between two zones is half an hour."""
_MOMENTS = ("startedAt", "finishedAt", "updatedAt")

_CLOCK = Rules("clock", CREATE, probes="basics", at="responses/200", tags="time", needs="writes clock")


@_CLOCK.expected("present", "createdAt of a new execution is the present, as the Date of its answer says.")
def present(evidence: Evidence) -> Iterator[Check]:
    """Judged by the service's own Date, since this machine's clock may be the one that is wrong."""
    for seen in evidence.ok("basics", "create"):
        place = "/data/execution/createdAt"
        now, born = date_of(seen), instant(seen.at(place))
        if now is None:
            yield not_judged("the answer has no Date", seen)
        elif born is not None:
            said = f"about the Date of the answer, {seen.header('date')}"
            yield check(abs(born - now) < MOST_OFF, seen, said, at=place)


def date_of(seen: Exchange) -> int | None:
    """Return the Date of an answer in milliseconds since 1970, None where there is none."""
    try:
        return round(parsedate_to_datetime(seen.header("date")).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None


@_CLOCK.expected(
    "not-ahead",
    "startedAt, finishedAt and updatedAt are not later than the moment at which they are shown.",
    operations=(GET, LIST, PUBLIC),
    probes="histories basics",
    needs="writes",
    under="lifecycle.time-order lifecycle.created-at-constant",
)
def not_ahead(evidence: Evidence) -> Iterator[Check]:
    """The present is what an execution shows as its createdAt that was created after the answer."""
    witnesses = Witnesses(evidence)
    for history in evidence.histories:
        for observation in history.observations:
            latest = witnesses.after(observation)
            for name in _MOMENTS:
                moment = instant(observation.value(name))
                if latest is not None and moment is not None:
                    said = f"not after {latest}, when a later execution was created"
                    fits = moment <= (instant(latest) or 0) + MOST_OFF
                    place = f"{observation.pointer}/{name}"
                    yield check(fits, observation.seen, said, at=place, chain=made(history))
