"""Rules on the list: defaults, limits, `hasMore`, order, and that nothing is lost or shown twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from execmock.verify.case import Case
from execmock.verify.exchange import Exchange
from execmock.verify.pages import Bounds, Page, counts, created_ids, offset_of, page_of, pages
from execmock.verify.rule import ADVISORY, DOCUMENTED, EXPECTED, Verdict, check, rule
from execmock.verify.same import instant, same_member
from execmock.verify.surface import LIST

_TAGS = ("paging",)
_PAGE = "responses/200"


def _default(case: Case, name: str) -> int:
    return int(case.operation(LIST).parameter(name).schema["default"])


def _most(case: Case) -> int:
    data = case.schema("ListExecutionsResponse")["properties"]["data"]["properties"]
    return int(data["limit"]["maximum"])


def _plain(case: Case) -> Iterator[Exchange]:
    """Successful lists that were asked for without any parameter."""
    return (seen for seen in case.successes(LIST) if "?" not in seen.request.url)


@rule(
    "list.default-limit",
    DOCUMENTED,
    LIST,
    "Without a limit a page says limit 20 and holds at most 20 items.",
    probes="parameters paging",
    at="parameters/0",
    tags=_TAGS,
)
def default_limit(case: Case) -> Iterator[Verdict]:
    """The number is the contract's default."""
    wanted = _default(case, "limit")
    for seen in _plain(case):
        page = page_of(seen)
        if page is not None:
            if seen.at("/data/limit"):
                yield check(seen.at("/data/limit") == wanted, seen, f"{wanted}", at="/data/limit")
            said = f"{len(page.items)} items"
            yield check(len(page.items) <= wanted, seen, f"at most {wanted} items", said, at="/data/items")
    for bounds in counts(case):
        for page in pages(case, "paging", "boundary"):
            if bounds.covers(page.seen) and page.limit is None and page.offset is None:
                full = min(wanted, bounds.low)
                said = f"{len(page.items)} items"
                yield check(len(page.items) >= full, page.seen, f"{full} items", said, at="/data/items")


@rule(
    "list.default-offset",
    DOCUMENTED,
    LIST,
    "Without an offset the list starts at its beginning and says offset 0.",
    probes="parameters paging",
    at="parameters/1",
    tags=_TAGS,
)
def default_offset(case: Case) -> Iterator[Verdict]:
    """The number is the contract's default."""
    wanted = _default(case, "offset")
    for seen in case.successes(LIST):
        if "offset=" not in seen.request.url:
            shown = seen.at("/data/offset")
            if shown is not None and type(shown) is int:
                yield check(shown == wanted, seen, f"{wanted}", at="/data/offset")


@rule(
    "list.page-maximum",
    DOCUMENTED,
    LIST,
    "A page never holds more than 100 items, whatever limit was asked for.",
    probes="parameters paging",
    at="parameters/0",
    tags=_TAGS,
)
def page_maximum(case: Case) -> Iterator[Verdict]:
    """Clamped and echoed as 100, or refused with 400."""
    most = _most(case)
    for seen in case.successes(LIST):
        page = page_of(seen)
        if page is not None and (page.limit or 0) >= most:
            said = f"{len(page.items)} items"
            yield check(len(page.items) <= most, seen, f"at most {most} items", said, at="/data/items")
            echoed = seen.at("/data/limit")
            if type(echoed) is int:
                yield check(echoed <= most, seen, f"at most {most}", at="/data/limit")
    for seen in case.seen("parameters", "over"):
        fits = seen.ok or seen.status in case.statuses("limitOverMaximum")
        yield check(fits, seen, "a page of 100, or status 400")


@rule(
    "list.page-items",
    EXPECTED,
    LIST,
    "A page holds exactly as many items as were asked for and are there, and says its limit and offset.",
    probes="paging parameters",
    at=_PAGE,
    tags=_TAGS,
    under="list.shape list.default-limit list.page-maximum",
)
def page_items(case: Case) -> Iterator[Verdict]:
    """Counts before and after the page bound what must and may be there."""
    most = _most(case)
    for bounds in counts(case):
        for page in pages(case, "paging", "boundary"):
            if bounds.covers(page.seen) and page.limit is not None and page.limit <= most:
                yield _judge_count(page, bounds)
    for seen in case.successes(LIST):
        found = page_of(seen)
        if found is not None:
            yield from _judge_echo(found, most)


def _judge_count(page: Page, bounds: Bounds) -> Verdict:
    limit, offset = page.limit or 0, page.offset or 0
    least = min(limit, max(bounds.low - offset, 0))
    most = min(limit, max(bounds.high - offset, 0))
    wanted = f"{least} items" if least == most else f"{least} to {most} items"
    fits = least <= len(page.items) <= most
    return check(fits, page.seen, wanted, f"{len(page.items)} items", at="/data/items")


def _judge_echo(page: Page, most: int) -> Iterator[Verdict]:
    for name, asked in (("limit", page.limit), ("offset", page.offset)):
        shown = page.seen.at(f"/data/{name}")
        legal = asked is not None and asked < 2**31 and (name == "offset" or 0 < asked <= most)
        if legal and type(shown) is int:
            yield check(shown == asked, page.seen, f"{asked}, as asked for", at=f"/data/{name}")


@rule(
    "list.has-more",
    EXPECTED,
    LIST,
    "hasMore says exactly whether another item follows the page, at every boundary.",
    probes="paging",
    at=_PAGE,
    tags=_TAGS,
    under="list.shape list.page-items",
)
def has_more(case: Case) -> Iterator[Verdict]:
    """Between two counts that differ, only what both agree on is judged."""
    for bounds in counts(case):
        for page in pages(case, "paging", "boundary"):
            if bounds.covers(page.seen) and isinstance(page.more, bool):
                limit = page.limit if page.limit is not None else _default(case, "limit")
                end = (page.offset or 0) + limit
                if end < bounds.low:
                    yield _more(page, True, f"{bounds.low} executions reach beyond {end}")
                elif end >= bounds.high:
                    yield _more(page, False, f"of {bounds.high} executions none stands at {end}")


def _more(page: Page, wanted: bool, why: str) -> Verdict:
    return check(page.more is wanted, page.seen, f"{str(wanted).lower()}: {why}", at="/data/hasMore")


@rule(
    "list.past-end",
    EXPECTED,
    LIST,
    "An offset past the end gives an empty page without more.",
    probes="paging",
    at=_PAGE,
    tags=_TAGS,
)
def past_end(case: Case) -> Iterator[Verdict]:
    """Judged for offsets that no count reached."""
    for bounds in counts(case):
        for seen in case.seen("paging", "boundary"):
            offset = offset_of(seen)
            if bounds.covers(seen) and offset >= bounds.high:
                page = page_of(seen)
                yield check(seen.ok, seen, f"status {case.success(LIST)} and no items")
                if page is not None:
                    empty = not page.items and page.more is not True
                    yield check(empty, seen, "no items and hasMore false", at="/data")


@rule(
    "list.bad-parameters",
    EXPECTED,
    LIST,
    "A limit or offset that is no integer in range is refused with 400.",
    probes="parameters",
    at="responses/400",
    tags=(*_TAGS, "validation"),
)
def bad_parameters(case: Case) -> Iterator[Verdict]:
    """An empty value may also count as left out."""
    for seen in case.seen("parameters", "bad"):
        empty = seen.request.url.endswith("=")
        yield check(seen.status == 400 or (empty and seen.ok), seen, "status 400")


@rule(
    "list.huge-parameters",
    EXPECTED,
    LIST,
    "A limit or offset beyond any number of executions is clamped or refused, never a 5xx.",
    probes="parameters",
    at="responses/400",
    tags=(*_TAGS, "robustness"),
)
def huge_parameters(case: Case) -> Iterator[Verdict]:
    """The 5xx itself is judged here, because the contract names this case."""
    legal = case.statuses("hugeNumber") | {414, 431}
    for seen in case.seen("parameters", "huge"):
        yield check(seen.ok or seen.status in legal, seen, "a page, or status 400")


def _walks(case: Case) -> Iterator[tuple[str, list[Page]]]:
    for size in ("7", "20", "100"):
        found = list(pages(case, "paging", f"walk/{size}"))
        if found:
            yield size, found


@rule(
    "list.no-duplicates",
    EXPECTED,
    LIST,
    "Walking the list shows no execution twice.",
    probes="paging",
    at=_PAGE,
    tags=_TAGS,
    under="list.page-items",
)
def no_duplicates(case: Case) -> Iterator[Verdict]:
    """What was created meanwhile shifts pages: so many may be seen twice, and no more."""
    for seen in case.successes(LIST):
        page = page_of(seen)
        if page is not None and len(page.items) > 1:
            ids = [name for name in page.ids if name]
            twice = next((name for name, times in Counter(ids).items() if times > 1), None)
            yield check(twice is None, seen, "each id once on a page", twice, at="/data/items")
    for label in ("walk/7", "walk/20", "walk/100", "growing/walk"):
        found = list(pages(case, "paging", label))
        if len(found) > 1:
            yield _judge_repeats(case, found)


def _judge_repeats(case: Case, found: list[Page]) -> Verdict:
    ids = [name for page in found for name in page.ids if name]
    twice = [name for name, times in Counter(ids).items() if times > 1]
    grown = _grown(case, found[0].seen, found[-1].seen)
    said = f"{len(twice)} executions twice, such as {twice[0]}" if twice else ""
    wanted = f"at most {grown} executions twice, as {grown} were created meanwhile" if grown else "each once"
    chain = tuple(page.seen for page in found[-3:-1])
    return check(len(twice) <= grown, found[-1].seen, wanted, said, at="/data/items", chain=chain)


def _grown(case: Case, first: Exchange, last: Exchange) -> int:
    """How many executions may have come into being between two exchanges, others' included."""
    ours = sum(seen.received >= first.sent and seen.sent <= last.received for seen in case.ok_creates())
    return ours + sum(bounds.high - bounds.low for bounds in counts(case)) * 3


@rule(
    "list.no-gaps",
    EXPECTED,
    LIST,
    "Walking the list leaves no execution out, whatever the size of the pages.",
    probes="paging",
    at=_PAGE,
    tags=_TAGS,
    under="list.page-items list.no-duplicates",
)
def no_gaps(case: Case) -> Iterator[Verdict]:
    """Walks in pages of different sizes over one stretch must show the same executions."""
    steady = all(bounds.low == bounds.high for bounds in list(counts(case))[-1:])
    walks = dict(_walks(case))
    for (small, one), (large, other) in pairwise(walks.items()):
        left, right = _stretch(one), _stretch(other)
        common = min(len(left), len(right))
        lacking = set(right[:common]) - set(left)
        lacking |= set(left[:common]) - set(right)
        if steady and common:
            said = f"{len(lacking)} executions in one walk alone, such as {next(iter(lacking), '')}"
            wanted = f"the same executions in pages of {small} as in pages of {large}"
            yield check(not lacking, one[-1].seen, wanted, said, at="/data/items", chain=[other[0].seen])
    yield from _growing_gaps(case)
    for walk in walks.values():
        if walk[0].offset == 0 and walk[-1].more is False:
            lost = created_ids(case, walk[0].seen.sent) - set(_stretch(walk))
            said = f"{len(lost)} left out, such as {next(iter(lost), '')}"
            wanted = "every execution that was created before"
            yield check(not lost, walk[-1].seen, wanted, said, at="/data/items")


def _stretch(found: list[Page]) -> list[Any]:
    return [name for page in found for name in page.ids if name]


def _growing_gaps(case: Case) -> Iterator[Verdict]:
    """A walk while executions are created must show everything that stood between its ends before."""
    walk = list(pages(case, "paging", "growing/walk"))
    before = list(pages(case, "paging", "walk/100"))
    if walk and before:
        shown, known = set(_stretch(walk)), _stretch(before)
        reached = [place for place, name in enumerate(known) if name in shown]
        if len(reached) > 1:
            lacking = [name for name in known[min(reached) : max(reached)] if name not in shown]
            said = f"{len(lacking)} left out, such as {lacking[0]}" if lacking else ""
            yield check(
                not lacking, walk[-1].seen, "every execution that stood there before", said, at="/data/items"
            )


@rule(
    "list.stable-order",
    EXPECTED,
    LIST,
    "The order of executions stays the same, also while they move on.",
    probes="paging histories",
    at=_PAGE,
    tags=_TAGS,
    under="list.no-duplicates",
)
def stable_order(case: Case) -> Iterator[Verdict]:
    """Executions that two answers both show must stand in the same order in both."""
    yield from _steady(case)
    whole = list(pages(case, "paging", "walk/100"))
    others = [*pages(case, "paging", "walk"), *pages(case, "paging", "twice")]
    order = {name: place for place, name in enumerate(_stretch(whole))}
    for page in others:
        places = [order[name] for name in page.ids if name in order]
        if len(places) > 1:
            fits = places == sorted(places)
            chain = [whole[0].seen]
            yield check(
                fits,
                page.seen,
                "the order of an earlier answer",
                "another order",
                at="/data/items",
                chain=chain,
            )


def _steady(case: Case) -> Iterator[Verdict]:
    """Follow the list while executions move on: what two pages share must stay in order."""
    followed = list(pages(case, "histories", "list"))
    for one, other in pairwise(followed):
        shared = set(one.ids) & set(other.ids)
        before, after = ([name for name in page.ids if name in shared] for page in (one, other))
        if len(shared) > 1:
            yield check(
                before == after,
                other.seen,
                "the order of the answer before",
                "another order",
                at="/data/items",
                chain=[one.seen],
            )


@rule(
    "list.newest-first",
    ADVISORY,
    LIST,
    "A list shows the newest execution first.",
    probes="paging basics existing",
    at=_PAGE,
    tags=_TAGS,
    under="list.stable-order",
)
def newest_first(case: Case) -> Iterator[Verdict]:
    """Any stable order is legal."""
    for seen in case.successes(LIST):
        page = page_of(seen)
        times = [instant(item.get("createdAt")) for item in page.items] if page is not None else []
        known = [time for time in times if time is not None]
        if len(known) > 1 and len(known) == len(times):
            fits = all(one >= other for one, other in pairwise(known))
            yield check(fits, seen, "createdAt falling", "a later one after an earlier one", at="/data/items")


@rule(
    "list.item-equals-read",
    EXPECTED,
    LIST,
    "An item of a list shows the same values as the execution read by its id.",
    probes="basics existing echo histories",
    at=_PAGE,
    tags=("consistency",),
    under="list.shape get.shape create.read-your-write",
)
def item_equals_read(case: Case) -> Iterator[Verdict]:
    """Judged only where two reads round the list agree, so that nothing can have moved."""
    names = case.schema("Execution")["properties"]
    for history in case.histories:
        reads = [sample for sample in history.private if sample.view == "get"]
        for item in (sample for sample in history.private if sample.view == "list"):
            before = [read for read in reads if read.seen.received <= item.seen.sent]
            after = [read for read in reads if read.seen.sent >= item.seen.received]
            if before and after and before[-1].execution == after[0].execution:
                wrong = next(
                    (name for name in names if not _same(name, before[-1].execution, item.execution)), ""
                )
                place = f"{item.pointer}/{wrong}" if wrong else item.pointer
                said = f"{before[-1].execution.get(wrong)!r}, as the read shows"
                yield check(not wrong, item.seen, said, at=place, chain=(before[-1].seen,))


def _same(name: str, read: Any, item: Any) -> bool:
    return same_member(read.get(name), item.get(name))
