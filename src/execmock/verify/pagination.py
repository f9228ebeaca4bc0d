"""Pages of the list, and bounds of the number of executions at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import LIST

__all__ = ["Bounds", "Page", "counts", "created_ids", "newest_first", "offset_of", "page_of", "pages"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the limit and offset asked for (None: left out, or repeated), and what the answer shows."""

    seen: Exchange
    limit: int | None
    offset: int | None
    items: tuple[Mapping[str, Any], ...]
    more: Any

    @property
    def ids(self) -> tuple[Any, ...]:
        """The ids of the items, in order."""
        return tuple(item.get("id") for item in self.items)


def newest_first(items: Iterable[Mapping[str, Any]], least: int = 2) -> bool:
    """Whether items, at least so many, have their dates of creation in falling order, not all the same."""
    times = [instant(item.get("createdAt")) for item in items]
    dated = [time for time in times if time is not None]
    if len(dated) < max(len(times), least):
        return False
    return dated == sorted(dated, reverse=True) and dated[0] > dated[-1]


@dataclass(frozen=True, slots=True)
class Bounds:
    """At least `low` executions existed at `began`, at most `high` at `ended`, as `answers` show.

    `grown` says how many may have been created meanwhile, by the counts alone.
    """

    low: int
    high: int
    grown: int
    began: float
    ended: float
    answers: tuple[Exchange, ...] = ()

    def covers(self, seen: Exchange) -> bool:
        """Whether an exchange took place between the two counts."""
        return self.began <= seen.sent and seen.received <= self.ended


def page_of(seen: Exchange) -> Page | None:
    """Return the page that a success shows, or None if it shows none."""
    items = seen.at("/data/items")
    if items is None:
        items = []
    if not seen.ok or not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    query = parse_qs(urlsplit(seen.request.url).query)
    limit, offset = (_integer(query.get(name)) for name in ("limit", "offset"))
    return Page(seen, limit, offset, tuple(items), seen.at("/data/hasMore"))


def _integer(values: list[str] | None) -> int | None:
    text = values[0] if values and len(values) == 1 else ""
    return int(text) if text.isdigit() and len(text) < 19 else None


def pages(evidence: Evidence, probe: str, label: str = "") -> Iterator[Page]:
    """Yield the pages of a probe in the order of the requests."""
    for seen in evidence.ok(probe, label):
        page = page_of(seen) if seen.operation == LIST else None
        if page is not None:
            yield page
        elif seen.unread:
            evidence.pass_over(seen)


def counts(evidence: Evidence) -> Iterator[Bounds]:
    """Yield the bounds that each pair of counts gives for the time between them.

    Executions that our key created before count, whether the list shows them or not; and there are no fewer
    than one page from the beginning of the list shows.
    """
    for attempt in range(10):
        before = list(evidence.seen("paging", f"count/{attempt}/before"))
        after = list(evidence.seen("paging", f"count/{attempt}/after"))
        if before and after:
            began, ended = before[-1].received, after[0].sent
            low = max(_ends(before)[0], _created(evidence, began))
            counted = max(_ends(after)[1], low)
            high = max(counted, _most_on_first(evidence, f"boundary/{attempt}"))
            yield Bounds(low, high, counted - low, began, ended, (*before, *after))


def _most_on_first(evidence: Evidence, label: str) -> int:
    first = (page for page in pages(evidence, "paging", label) if not page.offset)
    return max((len(set(page.ids)) for page in first), default=0)


def _ends(found: list[Exchange]) -> tuple[int, int]:
    """Return the largest number of executions that was proved, and the smallest that was refuted.

    A refusal means that the offset is past the end, and so does one execution at it and at every offset from
    a lower one on. An execution at several offsets proves none of them, but for the beginning: where others
    stand between, the list moved or has no order.
    """
    places: dict[Any, set[int]] = {}
    refuted = {1 << 62}
    for seen in found:
        page, place = page_of(seen), offset_of(seen)
        if page is not None and page.ids:
            places.setdefault(page.ids[0], set()).add(place)
        elif not seen.unread:
            refuted.add(place)
    looked = set().union(*places.values())
    for met in places.values():
        if met == {place for place in looked if place >= min(met)}:
            refuted.update(met - {min(met)})
    proved = (min(met) + 1 for met in places.values() if len(met) == 1 or 0 in met)
    return max(proved, default=0), min(refuted)


def offset_of(seen: Exchange) -> int:
    """Return the offset that a list was asked for."""
    return _integer(parse_qs(urlsplit(seen.request.url).query).get("offset")) or 0


def _created(evidence: Evidence, before: float) -> int:
    return len(created_ids(evidence, before))


def created_ids(evidence: Evidence, before: float) -> set[str]:
    """Return the ids of executions whose creation with our first key was answered before an instant."""
    names = (
        seen.at("/data/execution/id")
        for seen in evidence.ok_creates()
        if seen.identity == "a" and seen.received <= before
    )
    return {name for name in names if isinstance(name, str) and name}
