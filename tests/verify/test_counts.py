"""How many executions there are follows only from answers that prove it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from execmock.loading.contract import shipped_contract
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.pagination import counts
from execmock.verify.requests import LIST
from tests.verify.test_judging import results, seen

HOST = "http://host/v1/executions"


def listed(number: int, label: str, names: str, *, limit: int = 1, offset: int = 0) -> Exchange:
    """Return a page with an item for each letter."""
    data = {"items": [{"id": name} for name in names], "hasMore": False, "limit": limit, "offset": offset}
    answer = seen(number, {"code": 200, "data": data}, operation=LIST, probe="paging", label=label)
    return replace(
        answer, request=replace(answer.request, url=f"{HOST}?limit={limit}&offset={offset}"), valid=True
    )


def counted(*pages: tuple[int, str], boundary: tuple[Exchange, ...] = ()) -> list[tuple[int, int]]:
    """Return what two equal counts say: pages of one item at offsets, an empty text for an empty page."""
    before = [listed(10 + n, "count/0/before", names, offset=at) for n, (at, names) in enumerate(pages)]
    after = [listed(40 + n, "count/0/after", names, offset=at) for n, (at, names) in enumerate(pages)]
    evidence = Evidence(shipped_contract(), [*before, *boundary, *after])
    return [(bounds.low, bounds.high) for bounds in counts(evidence)]


@pytest.mark.parametrize(
    ("pages", "bounds"),
    [
        ([(0, "a"), (3, "d"), (4, "")], (4, 4)),
        ([(0, "a"), (3, "d"), (15, "z"), (63, "z")], (4, 63)),  # past the end the last page comes again
        ([(0, "a"), (3, "a")], (1, 3)),  # the offset is ignored
        ([(0, "a"), (3, "b"), (7, "c"), (15, "b"), (31, "d")], (32, 1 << 62)),  # each list has another order
        ([(0, "a"), (7, "b"), (8, "b"), (15, "c"), (16, "")], (16, 16)),  # one was created between the two
    ],
)
def test_an_execution_at_two_offsets_proves_neither(
    pages: list[tuple[int, str]], bounds: tuple[int, int]
) -> None:
    assert counted(*pages) == [bounds]


def test_there_are_no_fewer_than_the_first_page_shows() -> None:
    first = listed(30, "boundary/0", "abcdefgh", limit=20)
    assert counted((0, "a"), (3, "a"), boundary=(first,)) == [(1, 8)]


def page_items(*pages: Exchange) -> RuleResult:
    count = [listed(1, "count/0/before", "a"), listed(2, "count/0/before", "j", offset=9)]
    again = [listed(18, "count/0/after", "a"), listed(19, "count/0/after", "", offset=10)]
    return results(*count, *again, *pages)["list.page-items"]


@pytest.mark.parametrize(
    ("names", "offset", "outcome"),
    [
        ("abcdefg", 0, Outcome.PASSED),
        ("hij", 7, Outcome.PASSED),
        ("hijk", 7, Outcome.PASSED),  # one was created since
        ("abcdef", 0, Outcome.FAILED),
        ("abcdefgh", 0, Outcome.FAILED),
    ],
)
def test_a_page_of_a_walk_holds_what_was_asked_for_and_is_there(
    names: str, offset: int, outcome: Outcome
) -> None:
    assert page_items(listed(30, "walk/7", names, limit=7, offset=offset)).outcome is outcome


def test_what_may_have_been_created_since_the_counts_is_not_judged() -> None:
    far = listed(30, "boundary/0", "abcde", limit=5, offset=1000)
    said = 2  # its limit and its offset
    assert page_items(far).observations == page_items().observations + said
