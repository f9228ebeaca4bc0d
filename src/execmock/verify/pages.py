"""What the exchanges of the list say: pages, how many executions there were, whole walks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from execmock.verify.case import Case
from execmock.verify.exchange import Exchange
from execmock.verify.surface import LIST

__all__ = ["Bounds", "Page", "counts", "page_of", "pages"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what was asked (None: left out) and what came."""

    seen: Exchange
    limit: int | None
    offset: int | None
    items: tuple[Mapping[str, Any], ...]
    more: Any

    @property
    def ids(self) -> tuple[Any, ...]:
        """The ids of the items, in order."""
        return tuple(item.get("id") for item in self.items)


@dataclass(frozen=True, slots=True)
class Bounds:
    """At least `low` executions were there when it began, at most `high` when it ended."""

    low: int
    high: int
    began: float
    ended: float

    def covers(self, seen: Exchange) -> bool:
        """Whether an exchange lies wholly between the two counts."""
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
    text = values[0] if values else ""
    return int(text) if text.isdigit() and len(text) < 19 else None


def pages(case: Case, probe: str, label: str = "") -> Iterator[Page]:
    """Yield the pages of a probe in the order of asking."""
    for seen in case.ok(probe, label):
        page = page_of(seen) if seen.operation == LIST else None
        if page is not None:
            yield page


def counts(case: Case) -> Iterator[Bounds]:
    """Yield what each pair of counts says about the time between them."""
    for attempt in range(10):
        before = list(pages(case, "paging", f"count/{attempt}/before"))
        after = list(pages(case, "paging", f"count/{attempt}/after"))
        if before and after:
            yield Bounds(_low(before), _high(after), before[-1].seen.received, after[0].seen.sent)


def _low(found: list[Page]) -> int:
    """The largest number of executions that a page proved: one stood at that offset."""
    return max([(page.offset or 0) + 1 for page in found if page.items], default=0)


def _high(found: list[Page]) -> int:
    """The smallest number that a page allows: nothing stood at that offset."""
    return min([page.offset or 0 for page in found if not page.items], default=1 << 62)
