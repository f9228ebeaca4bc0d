"""The legal status graph: what may follow what, directly or later, and by which way."""

from __future__ import annotations

from itertools import pairwise

import pytest

from execmock.core.contract import Transitions
from execmock.loading.contract import shipped_contract

GRAPH = shipped_contract().transitions()
FINAL = {"workflow_succeeded", "workflow_failed", "workflow_cancelled"}


def test_the_graph_is_the_contracts() -> None:
    assert GRAPH.initial == ("awaiting_payment", "workflow_queued")
    assert GRAPH.terminal == FINAL
    assert len(GRAPH.statuses) == 8


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("awaiting_payment", "payment_confirmed", True),
        ("awaiting_payment", "workflow_queued", False),
        ("workflow_waiting", "workflow_running", True),
        ("workflow_running", "workflow_running", True),
        ("workflow_succeeded", "workflow_failed", False),
        ("nothing", "workflow_failed", False),
    ],
)
def test_a_status_follows_directly_only_as_the_graph_says(before: str, after: str, allowed: bool) -> None:
    assert GRAPH.allows(before, after) is allowed


@pytest.mark.parametrize("before", GRAPH.statuses)
@pytest.mark.parametrize("after", GRAPH.statuses)
def test_a_path_is_legal_step_by_step_and_there_is_one_where_the_status_is_reached(
    before: str, after: str
) -> None:
    path = GRAPH.path(before, after)
    assert GRAPH.reaches(before, after) is (path is not None)
    if path is None:
        assert before in FINAL or after in ("awaiting_payment", "payment_confirmed", "workflow_queued")
    else:
        assert (path[0], path[-1]) == (before, after)
        assert all(second in GRAPH.next[first] for first, second in pairwise(path))


def test_the_path_is_the_shortest() -> None:
    assert GRAPH.path("awaiting_payment", "workflow_failed") == ("awaiting_payment", "workflow_failed")
    assert GRAPH.path("workflow_queued", "workflow_succeeded") == (
        "workflow_queued",
        "workflow_running",
        "workflow_succeeded",
    )
    assert GRAPH.path("workflow_running", "workflow_running") == ("workflow_running",)


def test_one_more_final_status_follows_those_it_names_and_changes_no_other_graph() -> None:
    grown = GRAPH.with_status("workflow_partial", after=("workflow_running",))
    assert grown.allows("workflow_running", "workflow_partial")
    assert not grown.allows("workflow_queued", "workflow_partial")
    assert "workflow_partial" in grown.terminal
    assert "workflow_partial" not in GRAPH.statuses
    assert grown.initial == GRAPH.initial


def test_a_graph_with_a_loop_has_an_end_to_its_search() -> None:
    loop = Transitions(("a",), {"a": ("b",), "b": ("a",), "c": ()})
    assert loop.path("a", "c") is None
