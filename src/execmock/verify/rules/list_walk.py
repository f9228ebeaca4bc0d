"""Rules on walking the list: nothing lost, nothing twice, a stable order, items like reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from execmock.core.contract.names import EXECUTION
from execmock.verify.equality import instant, same_member
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.lateness import LATE, may_be_late, undisturbed
from execmock.verify.other_clients import unless_others_create
from execmock.verify.pagination import Page, counts, created_ids, page_of, pages
from execmock.verify.requests import CREATE, LIST
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.wording import Said, Told, told

_WALK = Rules("list", LIST, probes="paging", at="responses/200", tags="paging", needs="")
_ITEMS = Rules("list", LIST, at="responses/200", tags="consistency", needs="")


def _walks(evidence: Evidence) -> Iterator[tuple[str, list[Page]]]:
    for size in ("7", "20", "100"):
        found = _walk(evidence, f"walk/{size}")
        if found:
            yield size, found


def _walk(evidence: Evidence, label: str) -> list[Page]:
    """Return the pages of a walk; none if one of them was lost or not read, as nothing follows from gaps."""
    found = list(pages(evidence, "paging", label))
    return found if evidence.complete("paging", label) else []


@_WALK.expected("no-duplicates", "Walking the list shows no execution twice.", under="list.page-items")
def no_duplicates(evidence: Evidence) -> Iterator[Check]:
    """Executions created meanwhile shift pages: as many may appear twice, and no more."""
    for seen in evidence.successes(LIST):
        page = page_of(seen)
        if page is not None and len(page.items) > 1:
            ids = [name for name in page.ids if name]
            twice = next((name for name, times in Counter(ids).items() if times > 1), None)
            yield check(twice is None, seen, "each id once on a page", twice, at="/data/items")
    for label in ("walk/7", "walk/20", "walk/100", "growing/walk"):
        found = list(pages(evidence, "paging", label))
        if len(found) > 1:
            yield from unless_others_create(evidence, (_judge_repeats(evidence, found),))


def _judge_repeats(evidence: Evidence, found: list[Page]) -> Check:
    ids = [name for page in found for name in page.ids if name]
    twice = [name for name, times in Counter(ids).items() if times > 1]
    grown = _grown(evidence, found[0].seen, found[-1].seen)
    said = Said(f"{len(twice)} executions twice, such as {twice[0]}") if twice else ""
    wanted = f"at most {grown} executions twice, as {grown} were created meanwhile" if grown else "each once"
    walk = _answers(found)
    return check(
        len(twice) <= grown, walk[-1], wanted, said, at="/data/items", chain=walk[-3:-1], rests_on=walk
    )


def _answers(found: Iterable[Page]) -> tuple[Exchange, ...]:
    return tuple(page.seen for page in found)


def _grown(evidence: Evidence, first: Exchange, last: Exchange) -> int:
    """Return how many executions may have been created between two exchanges, by anyone."""
    # A create whose answer was lost on the way may have been done, and its repetition made another.
    asked = (one for one in evidence.journal if one.operation == CREATE and not 400 <= one.status < 500)
    ours = sum(seen.received >= first.sent and seen.sent <= last.received for seen in asked)
    return ours + sum(bounds.grown for bounds in counts(evidence)) * 3


@_WALK.expected(
    "no-gaps",
    "Walking the list leaves no execution out, whatever the size of the pages.",
    under="list.page-items list.no-duplicates list.stable-order",
)
def no_gaps(evidence: Evidence) -> Iterator[Check]:
    """Walks in pages of different sizes over one range must show the same executions."""
    yield from unless_others_create(evidence, _gaps(evidence))


def _gaps(evidence: Evidence) -> Iterator[Check]:
    still = not any(bounds.grown for bounds in list(counts(evidence))[-1:])
    walks = dict(_walks(evidence))
    for (small, one), (large, other) in pairwise(walks.items()):
        left, right = _stretch(one), _stretch(other)
        common = min(len(left), len(right))
        lacking = set(right[:common]) - set(left)
        lacking |= set(left[:common]) - set(right)
        if still and common:
            said = Said(f"{len(lacking)} executions in one walk alone, such as {next(iter(lacking), '')}")
            wanted = f"the same executions in pages of {small} as in pages of {large}"
            both = _answers((*one, *other))
            last, first = one[-1].seen, other[0].seen
            yield check(not lacking, last, wanted, said, at="/data/items", chain=[first], rests_on=both)
    yield from _growing_gaps(evidence)
    for walk in walks.values():
        if walk[0].offset == 0 and walk[-1].more is False:
            lost = created_ids(evidence, walk[0].seen.sent) - set(_stretch(walk))
            said = Said(f"{len(lost)} left out, such as {next(iter(lost), '')}")
            wanted = "every execution that was created before"
            yield check(not lost, walk[-1].seen, wanted, said, at="/data/items", rests_on=_answers(walk))


def _stretch(found: list[Page]) -> list[Any]:
    return [name for page in found for name in page.ids if name]


def _growing_gaps(evidence: Evidence) -> Iterator[Check]:
    """Judge that a walk while executions are created shows everything that was between its ends before."""
    walk, before = _walk(evidence, "growing/walk"), _walk(evidence, "walk/100")
    if walk and before:
        shown, known = set(_stretch(walk)), _stretch(before)
        reached = [place for place, name in enumerate(known) if name in shown]
        if len(reached) > 1:
            lacking = [name for name in known[min(reached) : max(reached)] if name not in shown]
            said = Said(f"{len(lacking)} left out, such as {lacking[0]}") if lacking else ""
            wanted, both = "every execution that was there before", _answers((*walk, *before))
            yield check(not lacking, walk[-1].seen, wanted, said, at="/data/items", rests_on=both)


@_WALK.expected(
    "stable-order",
    "The order of executions stays the same, also while they move on.",
    probes="paging histories",
    under="list.no-duplicates",
)
def stable_order(evidence: Evidence) -> Iterator[Check]:
    """Executions that two answers both show must be in the same order in both."""
    yield from _steady(evidence)
    whole = list(pages(evidence, "paging", "walk/100"))
    others = [*pages(evidence, "paging", "walk"), *pages(evidence, "paging", "twice")]
    order = {name: place for place, name in enumerate(_stretch(whole))}
    for page in others:
        places = [order[name] for name in page.ids if name in order]
        if len(places) > 1:
            fits = places == sorted(places)
            moved = _first_moved([name for name in page.ids if name in order], order)
            chain = [whole[0].seen]
            yield check(
                fits,
                page.seen,
                "the order of an earlier answer",
                "" if fits else _told(page, moved),
                at="/data/items",
                chain=chain,
            )


def _first_moved(names: Sequence[Any], order: Mapping[Any, int]) -> Sequence[Any]:
    """Return the first two names that follow each other against an order, or what there is."""
    pairs = (pair for pair in pairwise(names) if order[pair[0]] > order[pair[1]])
    return next(pairs, tuple(names[:2]))


def _told(page: Page, names: Sequence[Any]) -> Told:
    """Return executions of a page in its order, with their times."""
    times = {item.get("id"): item.get("createdAt") for item in page.items}
    return told(
        " before ".join(["{} of {}"] * len(names)),
        *(part for name in names for part in (name, times.get(name))),
    )


def _steady(evidence: Evidence) -> Iterator[Check]:
    """Compare successive lists while executions move on: what both show must be in the same order."""
    followed = list(pages(evidence, "histories", "list"))
    for one, other in pairwise(followed):
        shared = set(one.ids) & set(other.ids)
        before, after = ([name for name in page.ids if name in shared] for page in (one, other))
        if len(shared) > 1:
            moved = _first_moved(after, {name: place for place, name in enumerate(before)})
            yield check(
                before == after,
                other.seen,
                "the order of the answer before",
                "" if before == after else _told(other, moved),
                at="/data/items",
                chain=[one.seen],
            )


@_WALK.advisory(
    "time-order",
    "A list is in an order of time, whether the newest comes first or the oldest.",
    probes="paging basics existing",
    under="list.stable-order list.no-duplicates",
)
def time_order(evidence: Evidence) -> Iterator[Check]:
    """Executions made at once may stand in any order, so a share of all pairs decides, on long pages.

    Any stable order is legal, but a client finds nothing new in one that has nothing to do with time.
    """
    for seen in evidence.successes(LIST):
        page = page_of(seen)
        times = [instant(item.get("createdAt")) for item in page.items] if page is not None else []
        known = [time for time in times if time is not None]
        if len(known) >= _ENOUGH:
            falling, rising = _directions(known)
            share = min(falling, rising) / max(falling + rising, 1)
            said = f"{falling} pairs of items with the newer one first, {rising} with the older one"
            fits = falling + rising < len(known) or share < _MIXED
            yield check(fits, seen, "createdAt falling, or rising", said, at="/data/items")


_ENOUGH = 20
_MIXED = 0.35


def _directions(times: list[int]) -> tuple[int, int]:
    """Return how many pairs fall, and how many rise."""
    pairs = [one - other for one, other in combinations(times, 2)]
    return sum(each > 0 for each in pairs), sum(each < 0 for each in pairs)


@_WALK.advisory(
    "newest-first",
    "A list shows the newest execution first.",
    probes="paging basics existing",
    under="list.stable-order list.time-order",
)
def newest_first(evidence: Evidence) -> Iterator[Check]:
    """Any stable order is legal."""
    for seen in evidence.successes(LIST):
        page = page_of(seen)
        times = [instant(item.get("createdAt")) for item in page.items] if page is not None else []
        known = [time for time in times if time is not None]
        if len(known) > 1 and len(known) == len(times):
            places = [place for place, (one, other) in enumerate(pairwise(known)) if one < other]
            said = _told(page, page.ids[places[0] : places[0] + 2]) if page and places else ""
            yield check(not places, seen, "createdAt falling", said, at="/data/items")


@_ITEMS.expected(
    "item-equals-read",
    "An item of a list shows the same values as the execution read by its id.",
    probes="basics existing echo histories",
    under="list.shape get.shape create.read-your-write",
)
def item_equals_read(evidence: Evidence) -> Iterator[Check]:
    """Judged only where the reads before and after the list agree, so that nothing can have changed."""
    names = evidence.schema(EXECUTION)["properties"]
    for history in evidence.histories:
        reads = [observation for observation in history.private if observation.view == "get"]
        for item in (observation for observation in history.private if observation.view == "list"):
            before = [read for read in reads if read.seen.received <= item.seen.sent]
            after = [read for read in reads if read.seen.sent >= item.seen.received]
            if before and after and undisturbed(before[-1], after[0], evidence.transitions):
                wrong = next(
                    (name for name in names if not _same(name, before[-1].execution, item.execution)), ""
                )
                if wrong and may_be_late(
                    history, item, wrong, item.execution.get(wrong), before[-1].execution.get(wrong)
                ):
                    yield not_judged(LATE, item.seen)
                    continue
                place = f"{item.pointer}/{wrong}" if wrong else item.pointer
                said = told("{}, as the read shows", before[-1].execution.get(wrong))
                yield check(not wrong, item.seen, said, at=place, chain=(before[-1].seen,))


def _same(name: str, read: Any, item: Any) -> bool:
    return same_member(read.get(name), item.get(name))
