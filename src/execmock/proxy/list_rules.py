"""Rules on lists that pass: judged only where no other client can have had a part in what they show."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from execmock.core.contract.names import CREATE, LIST
from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.lateness import LATE, in_time
from execmock.verify.pagination import Page, newest_first, page_of
from execmock.verify.rule import Check, Rules, check, not_judged

__all__ = ["LIST_RULES"]

LIST_RULES = Rules("passing", LIST, at="responses/200", tags="list", needs="")

_RECENT = 20
"""Creates before a list that it is looked through for."""
_ONE_CREATE = 2_000
"""Milliseconds within which a create that is carried out twice makes both executions."""
_TELLING = ("workflowId", "sourceSystem", "sourceEntityType", "sourceEntityId", "externalRef")


@LIST_RULES.expected("created-is-listed", "A list with the same key shows an execution that was created.")
def created_is_listed(evidence: Evidence) -> Iterator[Check]:
    """Judged from two seconds on, of a first page that shows something older, or all there is."""
    creates = tuple(_creates(evidence))
    for page in (page for pages in _lists(evidence) for page in pages):
        if not _offset(page):
            own = (made for made in creates if made.identity == page.seen.identity)
            before = [made for made in own if made.received <= page.seen.sent]
            for made in before[-_RECENT:]:
                yield from _judge_listed(page, made)


def _judge_listed(page: Page, made: Exchange) -> Iterator[Check]:
    name = made.at("/data/execution/id")
    if name in page.ids:
        yield check(True, page.seen, "")
    elif page.more is False or _goes_behind(page, instant(made.at("/data/execution/createdAt"))):
        if in_time(page.seen, made):
            yield check(False, page.seen, f"{name}, which was created", at="/data/items", chain=(made,))
        else:
            yield not_judged(LATE, page.seen)


@LIST_RULES.expected("has-more", "`hasMore` says whether the list goes on.", tags="paging")
def has_more(evidence: Evidence) -> Iterator[Check]:
    """Compared with other pages of the list: nothing leaves it, and new executions come before the others."""
    for pages in _lists(evidence):
        earlier: dict[Any, tuple[Exchange, int]] = {}
        for number, page in enumerate(pages):
            if page.more is True:
                yield from _judge_more(page, pages[number + 1 :])
            elif page.more is False:
                yield from _judge_no_more(page, earlier)
            for item in page.items:
                if (created := instant(item.get("createdAt"))) is not None:
                    earlier.setdefault(item.get("id"), (page.seen, created))


def _judge_more(page: Page, later: Sequence[Page]) -> Iterator[Check]:
    end = _offset(page) + len(page.items)
    after = next((one for one in later if _offset(one) == end and one.seen.sent >= page.seen.received), None)
    if after is not None and page.items:
        wanted = "false, for the page after it is empty"
        yield check(bool(after.items), page.seen, wanted, at="/data/hasMore", chain=(after.seen,))


def _judge_no_more(page: Page, earlier: Mapping[Any, tuple[Exchange, int]]) -> Iterator[Check]:
    for name, (seen, created) in earlier.items():
        if seen.received <= page.seen.sent and name not in page.ids and _goes_before(page, created):
            wanted = f"true, for {name} follows"
            yield check(False, page.seen, wanted, at="/data/hasMore", chain=(seen,))
            return
    yield check(True, page.seen, "")


@LIST_RULES.expected("no-item-twice", "An item stands on one page alone.", tags="paging")
def no_item_twice(evidence: Evidence) -> Iterator[Check]:
    """Judged where the first page was the same again two seconds later: then nothing came between."""
    for pages in _lists(evidence):
        for number, first in enumerate(pages):
            end = _offset(first) + len(first.items)
            later = [one for one in pages[number + 1 :] if one.seen.sent >= first.seen.received]
            second = next((one for one in later if one.items and _offset(one) == end), None)
            if second is not None and first.items:
                same = (one for one in later if _offset(one) == _offset(first) and one.ids == first.ids)
                if first.more is True and any(in_time(one.seen, second.seen) for one in same):
                    yield _judge_apart(first, second)


def _judge_apart(first: Page, second: Page) -> Check:
    both = [name for name in second.ids if name in first.ids]
    said = f"{both[0] if both else ''} once more"
    return check(
        not both,
        second.seen,
        "items that are not on the page before",
        said,
        at="/data/items",
        chain=(first.seen,),
    )


@LIST_RULES.advisory("created-once", "One create makes one execution.", operations=f"{CREATE} {LIST}")
def created_once(evidence: Evidence) -> Iterator[Check]:
    """A second one like it, of the same moment, where one create for its entity passed in all.

    Another client may create for the same entity at the same time: so it is advice.
    """
    asked = Counter(_entity(_body(seen)) for seen in evidence.journal if seen.operation == CREATE)
    creates = [made for made in _creates(evidence) if asked[_entity(_body(made))] == 1]
    for page in (page for pages in _lists(evidence) for page in pages):
        own = (made for made in creates if made.identity == page.seen.identity)
        before = [
            made for made in own if made.received <= page.seen.sent and _body(made).get("sourceEntityId")
        ]
        for made in before[-_RECENT:]:
            name = made.at("/data/execution/id")
            others = (item for item in page.items if item.get("id") != name)
            again = next((item for item in others if _is_again(item, made)), None)
            said = f"{again.get('id')}, which is like {name}" if again else ""
            yield check(
                again is None,
                page.seen,
                "one execution for one create",
                said,
                at="/data/items",
                chain=(made,),
            )


def _body(made: Exchange) -> Mapping[str, Any]:
    try:
        body = json.loads(made.request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _entity(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells for whom an execution is."""
    return tuple(str(values.get(name)) for name in _TELLING)


def _is_again(item: Mapping[str, Any], made: Exchange) -> bool:
    times = instant(item.get("createdAt")), instant(made.at("/data/execution/createdAt"))
    together = None not in times and abs((times[0] or 0) - (times[1] or 0)) <= _ONE_CREATE
    return together and _entity(item) == _entity(_body(made))


def _creates(evidence: Evidence) -> Iterator[Exchange]:
    for made in evidence.ok_creates():
        if isinstance(made.at("/data/execution/id"), str):
            yield made


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


def _goes_behind(page: Page, created: int | None) -> bool:
    """Whether a page, newest first, shows something older than that."""
    last = instant(page.items[-1].get("createdAt")) if newest_first(page.items) else None
    return created is not None and last is not None and last < created


def _goes_before(page: Page, created: int) -> bool:
    """Whether all that a page shows, newest first, is newer than that."""
    last = instant(page.items[-1].get("createdAt")) if newest_first(page.items) else None
    return last is not None and created < last
