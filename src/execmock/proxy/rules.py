"""Rules on what passes that no probe of `verify` needs: it compares with what it did itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from execmock.core.contract.names import CREATE, GET, PUBLIC
from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.rule import Check, Rules, check
from execmock.verify.rules.clocks import MOST_OFF, date_of

__all__ = ["RULES"]

RULES = Rules("passing", (GET, PUBLIC), at="responses/200", tags="lifecycle", needs="")
_ID = {CREATE: "/data/execution/id", GET: "/data/execution/id", PUBLIC: "/data/id"}

_UNKNOWN = (400, 404)  # how services answer for an id that they do not know
_CLOCK = "X-Execmock-Clock"
_DAY = 86_400_000
_RUNS = 4_000  # milliseconds in which a clock shows that it runs: a Date is exact to a second


def _asked(seen: Exchange) -> str:
    """Return the id that a read asks for."""
    return unquote(urlsplit(seen.request.url).path.rpartition("/")[2])


@RULES.expected("read-is-its-own", "A read shows the execution whose id it asks for.", tags="shape")
def read_is_its_own(evidence: Evidence) -> Iterator[Check]:
    """What has no id is judged by the rules on shapes."""
    for seen in evidence.successes(GET, PUBLIC):
        place = _ID[seen.operation]
        shown, asked = seen.at(place), _asked(seen)
        if isinstance(shown, str):
            yield check(shown == asked, seen, asked, at=place)


@RULES.expected(
    "created-is-read", "An execution that was created can be read with the same key.", operations=GET
)
def created_is_read(evidence: Evidence) -> Iterator[Check]:
    """A read that was sent before the create was answered proves nothing."""
    created: dict[tuple[str, str], Exchange] = {}
    for seen in evidence.answers(CREATE, GET):
        if seen.operation == CREATE:
            if seen.ok and isinstance(name := seen.at(_ID[CREATE]), str):
                created.setdefault((seen.identity, name), seen)
            continue
        made = created.get((seen.identity, _asked(seen)))
        if made is not None and made.received <= seen.sent and (seen.ok or seen.status in _UNKNOWN):
            yield check(seen.ok, seen, "the execution that was created", chain=(made,))


class _Birth(NamedTuple):
    """A create, its createdAt, and the present in its place, in milliseconds."""

    seen: Exchange
    born: int
    now: int

    @property
    def off(self) -> int:
        return self.born - self.now


@RULES.expected(
    "created-now",
    "createdAt of a new execution is the present, as the Date of its answer says.",
    operations=CREATE,
    tags="time",
)
def created_now(evidence: Evidence) -> Iterator[Check]:
    """A mock says what its clock shows. Another clock is judged where it runs by itself, less than a day off.

    Tests hold and move the clocks of services, and what they set a clock to is seldom a zone away.
    """
    mocks: list[_Birth] = []
    others: list[_Birth] = []
    for seen in evidence.ok_creates():
        born = instant(seen.at("/data/execution/createdAt"))
        shown = instant(seen.header(_CLOCK))
        now = date_of(seen) if shown is None else shown
        # What a repetition answers may have been created by an earlier request.
        again = seen.label.startswith("repeat/") or evidence.repeated(seen)
        if born is not None and now is not None and not again:
            (others if shown is None else mocks).append(_Birth(seen, born, now))
    for one in (*mocks, *(others if _runs_by_itself(others) else ())):
        said = f"about the Date of the answer, {one.seen.header('date')}"
        if one.seen.header(_CLOCK):
            said = f"about {one.seen.header(_CLOCK)}, what the mock's clock showed"
        yield check(abs(one.off) < MOST_OFF, one.seen, said, at="/data/execution/createdAt")


def _runs_by_itself(births: Sequence[_Birth]) -> bool:
    """Whether a clock goes as real time does, and is off by what a zone explains: by less than a day."""
    dates, off = [one.now for one in births], [one.off for one in births]
    if not births or max(map(abs, off)) >= _DAY:
        return False
    span = max(dates) - min(dates)
    return span >= _RUNS and max(off) - min(off) < span / 2
