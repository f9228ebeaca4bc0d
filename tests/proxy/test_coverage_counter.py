"""The proxy counts what clients meet as a mock counts it itself, and as far as answers show it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from execmock.core.contract.names import CREATE, GET, LIST
from execmock.coverage import Coverage, Unit, coverage_from_json
from execmock.errors import Place
from execmock.loading.contract import shipped_contract
from execmock.proxy.coverage_counter import CoverageCounter
from execmock.testing import ExecMock
from tests.proxy.test_judging import Seconds, asked, proxy, tour
from tests.proxy.test_list_rules import exchange

KINDS = ("answer", "example", "status", "transition")


def met(coverage: Coverage) -> dict[Unit, int]:
    return {unit: tally.met for unit, tally in coverage.tallies.items() if unit.kind in KINDS and tally.met}


async def test_what_passes_counts_as_the_mock_counts_it_itself() -> None:
    seconds = Seconds()
    with ExecMock(seed=7, auth="open", frozen=True) as mock:
        sandbox = mock.sandbox()
        async with proxy(mock, seconds) as (between, _):
            await tour(between.url, sandbox, seconds)
            await asked(between.url, "/v1/executions?limit=x", headers=sandbox.headers)
        _, _, text = await asked(mock.url, "/_execmock/coverage?all=true")
    own = coverage_from_json(json.loads(text), Place("the mock"))
    assert met(between.coverage.counted()) == met(own)
    assert {unit for unit in own.tallies if unit.kind in KINDS} == set(between.coverage.counted().tallies)


def shown(*views: tuple[str, str]) -> list[Any]:
    """Answers to reads of one execution, and of lists, with those statuses."""
    found = []
    for number, (operation, status) in enumerate(views):
        execution = {"id": "exec_1", "status": status}
        data = {"items": [execution]} if operation == LIST else {"execution": execution}
        found.append(exchange(number, operation, data))
    return found


QUEUED, RUNNING, DONE = "workflow_queued", "workflow_running", "workflow_succeeded"


@pytest.mark.parametrize(
    ("views", "transitions"),
    [
        ([(CREATE, QUEUED), (GET, RUNNING), (GET, DONE)], {(QUEUED, RUNNING), (RUNNING, DONE)}),
        ([(CREATE, QUEUED), (GET, DONE)], set()),  # nobody saw it run
        (
            [(CREATE, QUEUED), (GET, RUNNING), (LIST, QUEUED), (GET, DONE)],
            {(QUEUED, RUNNING), (RUNNING, DONE)},
        ),
        ([(CREATE, QUEUED), (LIST, RUNNING)], {(QUEUED, RUNNING)}),
        ([(CREATE, QUEUED), (GET, "workflow_dancing")], set()),
    ],
)
def test_a_transition_is_two_views_in_turn(
    views: list[tuple[str, str]], transitions: set[tuple[str, str]]
) -> None:
    counting = CoverageCounter(shipped_contract())
    for seen in shown(*views):
        counting.observe(seen)
    counted = met(counting.counted())
    assert {unit.names[1:] for unit in counted if unit.kind == "transition"} == transitions
    assert sum(n for unit, n in counted.items() if unit.kind == "answer") == len(views)


def test_what_got_no_answer_and_other_paths_count_for_nothing() -> None:
    counting = CoverageCounter(shipped_contract())
    counting.observe(exchange(1, GET, {}, status=0))
    counting.observe(exchange(2, "", {}))
    assert met(counting.counted()) == {}
