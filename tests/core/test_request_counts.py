"""Counts of requests by kind: exact in all, bounded in how much they tell apart."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from execmock.core.request_counts import MOST_KINDS, RequestCounts, RequestKind

KINDS = st.builds(
    RequestKind,
    st.sampled_from(["listExecutions", "getExecution", ""]),
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(["/a", "/b", "/" + "c" * 600]),
    st.sampled_from([200, 404]),
    st.booleans(),
)


@given(st.lists(KINDS), st.lists(KINDS))
def test_what_is_counted_and_taken_away_again_leaves_the_rest(
    kept: list[RequestKind], gone: list[RequestKind]
) -> None:
    counts = RequestCounts()
    for kind in [*gone, *kept]:
        counts.add(kind)
    expected = Counter(kind if kind.is_short else kind.without_path() for kind in gone)
    assert {count.kind: count.count for count in counts.less(kept)} == dict(expected)
    assert counts.total == len(kept) + len(gone)


def test_kinds_beyond_the_bound_are_counted_together() -> None:
    counts = RequestCounts()
    for number in range(3 * MOST_KINDS):
        counts.add(RequestKind(f"op{number}", "GET", f"/{number}", 404, breaks_contract=True))
    rows = {count.kind: count.count for count in counts}
    assert counts.total == sum(rows.values()) == 3 * MOST_KINDS
    assert len(rows) == 2 * MOST_KINDS + 1
    assert rows[RequestKind(None, None, None, 404, breaks_contract=True)] == MOST_KINDS
    assert rows[RequestKind("op1500", "GET", None, 404, breaks_contract=True)] == 1


def test_counts_that_were_kept_are_counted_on() -> None:
    kind = RequestKind("getExecution", "GET", "/a", 200, breaks_contract=False)
    counts = RequestCounts()
    counts.add(kind, 3)
    again = RequestCounts(counts)
    again.add(kind)
    assert (again.total, counts.total) == (4, 3)
