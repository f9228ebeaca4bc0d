"""Rules on lists that pass: judged only where no other client can have had a part in what they show."""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from execmock.core.contract.names import CREATE, LIST
from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.lateness import LATE, in_time
from execmock.verify.pagination import Page, newest_first, page_of
from execmock.verify.reader import parse_json
from execmock.verify.rule import Check, Rules, check, not_judged

__all__ = ["LIST_RULES"]

LIST_RULES = Rules("passing", LIST, at="responses/200", tags="list", needs="")

_NEAR = 20
"""Creates before a list that it is looked through for, and lists after one that it is compared with.

A client that asks for the same list all day would make each look at all of them.
"""
_ONE_CREATE = 2_000
"""Milliseconds within which a create that is carried out twice makes both executions."""
_TELLING = ("workflowId", "sourceSystem", "sourceEntityType", "sourceEntityId", "externalRef")


class _Made(NamedTuple):
    """A create that succeeded: the execution's id, when it was made by the service's clock, and for whom."""

    name: str
    created: int | None
    entity: tuple[str, ...]
    seen: Exchange


class _Creates:
    """The creates that succeeded, by key, in the order of sending."""

    def __init__(self, evidence: Evidence) -> None:
        self._made: defaultdict[str, list[_Made]] = defaultdict(list)
        for seen in evidence.ok_creates():
            name = seen.at("/data/execution/id")
            if isinstance(name, str):
                created = instant(seen.at("/data/execution/createdAt"))
                made = _Made(name, created, _entity(parse_json(seen.request.body)), seen)
                self._made[seen.identity].append(made)

    def before(self, page: Page) -> list[_Made]:
        """Return the last ones of the page's key that were answered before the page was asked for."""
        own = self._made.get(page.seen.identity, [])
        end = bisect(own, page.seen.sent, key=lambda made: made.seen.sent)
        return [made for made in own[max(0, end - _NEAR) : end] if made.seen.received <= page.seen.sent]


@LIST_RULES.expected("created-is-listed", "A list with the same key shows an execution that was created.")
def created_is_listed(evidence: Evidence) -> Iterator[Check]:
    """Judged from two seconds on, of a first page that shows something older, or all there is."""
    creates = _Creates(evidence)
    for page in (page for pages in _lists(evidence) for page in pages if not _offset(page)):
        oldest = _oldest(page)
        for made in creates.before(page):
            older = oldest is not None and made.created is not None and oldest < made.created
            if made.name in page.ids:
                yield check(True, page.seen, "")
            elif (page.more is False or older) and in_time(page.seen, made.seen):
                wanted = f"{made.name}, which was created"
                yield check(False, page.seen, wanted, at="/data/items", chain=(made.seen,))
            elif page.more is False or older:
                yield not_judged(LATE, page.seen)


@LIST_RULES.expected("has-more", "`hasMore` says whether the list goes on.", tags="paging")
def has_more(evidence: Evidence) -> Iterator[Check]:
    """Compared with other pages of the list: nothing leaves it, and new executions come before the others."""
    for pages in _lists(evidence):
        first: tuple[int, str, Exchange] | None = None
        for number, page in enumerate(pages):
            if page.more is True:
                yield from _judge_more(page, pages[number + 1 : number + 1 + _NEAR])
            elif page.more is False:
                yield _judge_no_more(page, first)
            for item in page.items:
                created = instant(item.get("createdAt"))
                if created is not None and (first is None or created < first[0]):
                    first = (created, str(item.get("id")), page.seen)


def _judge_more(page: Page, later: Sequence[Page]) -> Iterator[Check]:
    end = _offset(page) + len(page.items)
    after = next((one for one in later if _offset(one) == end and one.seen.sent >= page.seen.received), None)
    if after is not None and page.items:
        wanted = "false, for the page after it is empty"
        yield check(bool(after.items), page.seen, wanted, at="/data/hasMore", chain=(after.seen,))


def _judge_no_more(page: Page, first: tuple[int, str, Exchange] | None) -> Check:
    """Judge the end of a list by the first execution of all that pages before it showed."""
    oldest = _oldest(page)
    if first is None or oldest is None or first[0] >= oldest or first[2].received > page.seen.sent:
        return check(True, page.seen, "")
    wanted = f"true, for {first[1]} follows"
    return check(False, page.seen, wanted, at="/data/hasMore", chain=(first[2],))


@LIST_RULES.expected("no-item-twice", "An item stands on one page alone.", tags="paging")
def no_item_twice(evidence: Evidence) -> Iterator[Check]:
    """Judged where the first page was the same again two seconds later: then nothing came between."""
    for pages in _lists(evidence):
        for number, first in enumerate(pages):
            if first.more is True and first.items:
                near = pages[number + 1 : number + 1 + _NEAR]
                yield from _judge_apart(first, [one for one in near if one.seen.sent >= first.seen.received])


def _judge_apart(first: Page, later: Sequence[Page]) -> Iterator[Check]:
    end = _offset(first) + len(first.items)
    second = next((one for one in later if one.items and _offset(one) == end), None)
    same = (one for one in later if _offset(one) == _offset(first) and one.ids == first.ids)
    if second is not None and any(in_time(one.seen, second.seen) for one in same):
        both = [name for name in second.ids if name in first.ids]
        wanted, said = "items that are not on the page before", f"{both[0] if both else ''} once more"
        yield check(not both, second.seen, wanted, said, at="/data/items", chain=(first.seen,))


@LIST_RULES.advisory("created-once", "One create makes one execution.", operations=f"{CREATE} {LIST}")
def created_once(evidence: Evidence) -> Iterator[Check]:
    """A second one like it, of the same moment, where one create for its entity passed in all.

    Another client may create for the same entity at the same time: so it is advice.
    """
    sent = (seen for seen in evidence.journal if seen.operation == CREATE)
    asked = Counter(_entity(parse_json(seen.request.body)) for seen in sent)
    creates = _Creates(evidence)
    for page in (page for pages in _lists(evidence) for page in pages):
        for made in creates.before(page):
            if made.entity and asked[made.entity] == 1:
                again = next((item for item in page.items if _is_again(item, made)), None)
                wanted = "one execution for one create"
                said = f"{again.get('id')}, which is like {made.name}" if again else ""
                yield check(again is None, page.seen, wanted, said, at="/data/items", chain=(made.seen,))


def _entity(values: Any) -> tuple[str, ...]:
    """Return what tells for whom an execution is; nothing where no entity is named."""
    if not isinstance(values, dict) or not values.get("sourceEntityId"):
        return ()
    return tuple(str(values.get(name)) for name in _TELLING)


def _is_again(item: Mapping[str, Any], made: _Made) -> bool:
    created = instant(item.get("createdAt"))
    if item.get("id") == made.name or created is None or made.created is None:
        return False
    return abs(created - made.created) <= _ONE_CREATE and _entity(item) == made.entity


def _lists(evidence: Evidence) -> Iterator[list[Page]]:
    """Yield the pages of each key in the order of the requests, without those of filtered lists."""
    found: defaultdict[str, list[Page]] = defaultdict(list)
    for seen in evidence.successes(LIST):
        page = page_of(seen)
        asked = parse_qs(urlsplit(seen.request.url).query, keep_blank_values=True)
        if page is not None and asked.keys() <= {"limit", "offset"}:
            found[seen.identity].append(page)
    yield from found.values()


def _offset(page: Page) -> int:
    return page.offset or 0


def _oldest(page: Page) -> int | None:
    """Return when the last item of a page was created, None where the page is not newest first."""
    return instant(page.items[-1].get("createdAt")) if newest_first(page.items) else None
