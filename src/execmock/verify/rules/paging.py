"""Rules on one page of the list: defaults, limits, counts, `hasMore`, invalid parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from execmock.core.contract.names import PAGE
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import ABSENT, Exchange
from execmock.verify.other_clients import unless_others_create
from execmock.verify.pagination import Bounds, Page, counts, offset_of, page_of, pages
from execmock.verify.requests import LIST
from execmock.verify.rule import Check, Rules, check
from execmock.verify.wording import Said

_PAGES = Rules("list", LIST, probes="paging", at="responses/200", tags="paging", needs="")


def _default(evidence: Evidence, name: str) -> int:
    return int(evidence.operation(LIST).parameter(name).schema["default"])


def _most(evidence: Evidence) -> int:
    return int(evidence.schema(PAGE)["properties"]["limit"]["maximum"])


def _plain(evidence: Evidence) -> Iterator[Exchange]:
    """Successful lists that were asked for without any parameter."""
    return (seen for seen in evidence.successes(LIST) if "?" not in seen.request.url)


@_PAGES.expected(
    "items", "The items of a page are a list, an empty one where there are none.", under="list.shape"
)
def items(evidence: Evidence) -> Iterator[Check]:
    """Clients go through the items before they look at anything else; past the end too."""
    for seen in evidence.successes(LIST):
        if isinstance(seen.at("/data"), dict):
            yield check(isinstance(seen.at("/data/items"), list), seen, "a list", at="/data/items")


@_PAGES.documented(
    "default-limit",
    "Without a limit a page says limit 20 and holds at most 20 items.",
    probes="parameters paging",
    at="parameters/0",
)
def default_limit(evidence: Evidence) -> Iterator[Check]:
    """The number is the contract's default."""
    wanted = _default(evidence, "limit")
    for seen in _plain(evidence):
        page = page_of(seen)
        if page is not None:
            if seen.at("/data/limit"):
                yield check(seen.at("/data/limit") == wanted, seen, f"{wanted}", at="/data/limit")
            said = Said(f"{len(page.items)} items")
            yield check(len(page.items) <= wanted, seen, f"at most {wanted} items", said, at="/data/items")
    for bounds in counts(evidence):
        for page in pages(evidence, "paging", "boundary"):
            if bounds.covers(page.seen) and page.limit is None and page.offset is None:
                full = min(wanted, bounds.low)
                said = Said(f"{len(page.items)} items")
                yield check(len(page.items) >= full, page.seen, f"{full} items", said, at="/data/items")


@_PAGES.documented(
    "default-offset",
    "Without an offset the list starts at its beginning and says offset 0.",
    probes="parameters paging",
    at="parameters/1",
)
def default_offset(evidence: Evidence) -> Iterator[Check]:
    """The number is the contract's default."""
    wanted = _default(evidence, "offset")
    for seen in evidence.successes(LIST):
        if "offset" not in urlsplit(seen.request.url).query.lower():
            shown = seen.at("/data/offset")
            if shown is not None and type(shown) is int:
                yield check(shown == wanted, seen, f"{wanted}", at="/data/offset")


@_PAGES.documented(
    "page-maximum",
    "A page never holds more than 100 items, whatever limit was asked for.",
    probes="parameters paging",
    at="parameters/0",
    under="operation.answers",
)
def page_maximum(evidence: Evidence) -> Iterator[Check]:
    """Clamped and echoed as 100, or refused with 400."""
    most = _most(evidence)
    for seen in evidence.successes(LIST):
        page = page_of(seen)
        if page is not None and (page.limit or 0) >= most:
            said = Said(f"{len(page.items)} items")
            yield check(len(page.items) <= most, seen, f"at most {most} items", said, at="/data/items")
            echoed = seen.at("/data/limit")
            if type(echoed) is int:
                yield check(echoed <= most, seen, f"at most {most}", at="/data/limit")
    for seen in evidence.seen("parameters", "over"):
        fits = seen.ok or seen.status in evidence.statuses("limitOverMaximum")
        yield check(fits, seen, "a page of 100, or status 400", rests_on=_usual(evidence))


@_PAGES.expected(
    "page-items",
    "A page holds exactly as many items as were asked for and are there, and says its limit and offset.",
    probes="paging parameters",
    under="list.shape list.default-limit list.page-maximum",
)
def page_items(evidence: Evidence) -> Iterator[Check]:
    """A count before the page says how many items it must hold at least, one after it how many at most."""
    yield from unless_others_create(evidence, _judge_counts(evidence))
    most = _most(evidence)
    for seen in evidence.successes(LIST):
        found = page_of(seen)
        if found is not None:
            yield from _judge_echo(found, most)


def _judge_counts(evidence: Evidence) -> Iterator[Check]:
    most, known = _most(evidence), tuple(counts(evidence))
    for page in pages(evidence, "paging"):
        if page.limit is not None and page.limit <= most:
            yield from _judge_count(page, known)


def _judge_count(page: Page, known: Iterable[Bounds]) -> Iterator[Check]:
    """Judge a page; one that is not full, after the last count, only if it holds too few."""
    limit, offset = page.limit or 0, page.offset or 0
    before = [bounds for bounds in known if bounds.began <= page.seen.sent]
    low = max((bounds.low for bounds in before), default=0)
    least = min(limit, max(low - offset, 0))
    highs = [max(bounds.high - offset, 0) for bounds in before if bounds.covers(page.seen)]
    most = min([limit, *highs])
    wanted = f"{least} items" if least == most else f"{least} to {most} items"
    fits = least <= len(page.items) <= most
    if highs or least == limit or not fits:
        yield check(fits, page.seen, wanted, Said(f"{len(page.items)} items"), at="/data/items")


def _judge_echo(page: Page, most: int) -> Iterator[Check]:
    for name, asked in (("limit", page.limit), ("offset", page.offset)):
        shown = page.seen.at(f"/data/{name}")
        legal = asked is not None and asked < 2**31 and (name == "offset" or 0 < asked <= most)
        if legal and type(shown) is int:
            yield check(shown == asked, page.seen, f"{asked}, as asked for", at=f"/data/{name}")


@_PAGES.expected(
    "has-more",
    "hasMore says exactly whether another item follows the page, at every boundary.",
    under="list.shape list.page-items",
)
def has_more(evidence: Evidence) -> Iterator[Check]:
    """Between two counts that differ, only what both imply is judged."""
    yield from unless_others_create(evidence, _judge_more(evidence))


def _judge_more(evidence: Evidence) -> Iterator[Check]:
    for bounds in counts(evidence):
        for page in pages(evidence, "paging", "boundary"):
            if bounds.covers(page.seen) and isinstance(page.more, bool):
                limit = page.limit if page.limit is not None else _default(evidence, "limit")
                end = (page.offset or 0) + limit
                if end < bounds.low:
                    yield _more(page, True, f"{bounds.low} executions reach beyond {end}", bounds)
                elif end >= bounds.high:
                    yield _more(page, False, f"none of {bounds.high} executions is at offset {end}", bounds)


def _more(page: Page, wanted: bool, why: str, bounds: Bounds) -> Check:
    said = f"{str(wanted).lower()}: {why}"
    return check(page.more is wanted, page.seen, said, at="/data/hasMore", rests_on=bounds.answers)


@_PAGES.expected("past-end", "An offset past the end gives an empty page without more.")
def past_end(evidence: Evidence) -> Iterator[Check]:
    """Judged for offsets beyond every count."""
    beyond = [
        seen
        for bounds in counts(evidence)
        for seen in evidence.seen("paging", "boundary")
        if bounds.covers(seen) and offset_of(seen) >= bounds.high
    ]
    for seen in beyond:
        yield check(seen.ok, seen, f"status {evidence.success(LIST)} and no items")
    found = (page for page in map(page_of, beyond) if page is not None)
    yield from unless_others_create(evidence, map(_judge_empty, found))


def _judge_empty(page: Page) -> Check:
    empty = not page.items and page.more is not True
    return check(empty, page.seen, "no items and hasMore false", at="/data")


@_PAGES.expected(
    "bad-parameters",
    "A limit or offset that is no integer in range is refused with 400.",
    probes="parameters",
    at="responses/400",
    tags="validation",
)
def bad_parameters(evidence: Evidence) -> Iterator[Check]:
    """An empty value may also count as left out."""
    for seen in evidence.seen("parameters", "bad"):
        empty = seen.request.url.endswith("=")
        yield check(seen.status == 400 or (empty and seen.ok), seen, "status 400")


@_PAGES.expected(
    "parameter-forms",
    "A limit or offset that is repeated, a list, empty or in other case is read in one way, or refused.",
    probes="parameters",
    tags="validation",
    under="list.shape list.page-maximum list.default-limit list.default-offset",
)
def parameter_forms(evidence: Evidence) -> Iterator[Check]:
    """Any of the values asked for, or the default: servers differ in which of two they take."""
    most = _most(evidence)
    for seen in evidence.seen("parameters", "form"):
        yield check(seen.status < 500, seen, "a page, or a refusal")
        page = page_of(seen)
        if seen.ok and page is not None:
            for name in ("limit", "offset"):
                shown, legal = seen.at(f"/data/{name}"), _readings(evidence, seen, name)
                words = " or ".join(map(str, sorted(legal)))
                if shown is not ABSENT:
                    fits = type(shown) is int and shown in legal
                    yield check(fits, seen, words, at=f"/data/{name}")
            limit = seen.at("/data/limit")
            size = limit if type(limit) is int else most
            yield check(len(page.items) <= size, seen, f"at most {size} items", at="/data/items")


def _readings(evidence: Evidence, seen: Exchange, name: str) -> set[int]:
    """Return what a service may take for a parameter that is written in an odd form."""
    asked = parse_qsl(urlsplit(seen.request.url).query, keep_blank_values=True)
    values = {int(value) for key, value in asked if key.lower().startswith(name) and value.isdigit()}
    return values | {_default(evidence, name)}


@_PAGES.expected(
    "huge-parameters",
    "A limit or offset beyond any number of executions is clamped or refused, never a 5xx.",
    probes="parameters",
    at="responses/400",
    tags="robustness",
    under="operation.answers",
)
def huge_parameters(evidence: Evidence) -> Iterator[Check]:
    """The 5xx itself is judged here, because the contract names this case."""
    legal = evidence.statuses("hugeNumber") | {414, 431}
    for seen in evidence.seen("parameters", "huge"):
        fits = seen.ok or seen.status in legal
        yield check(fits, seen, "a page, or status 400", rests_on=_usual(evidence))


@_PAGES.expected(
    "far-offset",
    "An offset beyond any number of executions shows none.",
    probes="parameters",
    under="list.items list.shape",
)
def far_offset(evidence: Evidence) -> Iterator[Check]:
    """Offsets of 32 bits and more, which a service may cut or clamp, but not to one that is there."""
    for seen in evidence.ok("parameters", "huge"):
        page = page_of(seen)
        if page is not None and offset_of(seen):
            yield check(not page.items, seen, "no items", f"{len(page.items)} items", at="/data/items")


def _usual(evidence: Evidence) -> Iterator[Exchange]:
    """Yield the list without parameters: only where it is given does a refusal tell of a parameter."""
    return evidence.seen("parameters", "plain")
