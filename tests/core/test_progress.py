"""Time splits as one likes, what has happened stays, and only legal transitions are taken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.effort import examples

from execmock.core.execution import Execution
from execmock.core.progress import (
    MOST_VISITS,
    Jump,
    Poll,
    Progress,
    Signal,
    Tick,
    begin,
    next_due,
    open_triggers,
    progress,
)
from execmock.core.scenario import Scenario
from execmock.core.views import ViewData, Views
from execmock.core.visit import Visit
from execmock.loading.scenarios import read_data

from .made_scenarios import CONTRACT, GRAPH, HAPPENINGS, INPUTS, SEEDS, WORDS, input_of, scenarios

START = 1_767_258_000_000
VIEWS = Views(CONTRACT)
Happenings = list[tuple[int, str]]


def lived(scenario: Scenario, happenings: Happenings, seed: bytes) -> Iterator[tuple[int, Progress]]:
    """Yield (instant, state) after each happening."""
    now, state = START, begin(START)
    for passed, name in happenings:
        now += passed
        present = progress(scenario, state, Tick(), now, seed)
        state = progress(scenario, state, input_of(name, scenario, present), now, seed)
        yield now, state


def view_data(scenario: Scenario, state: Progress, now: int) -> ViewData:
    request = {"workflowId": "wf_x", "sourceSystem": "shop", "sourceEntityType": "order"}
    execution = Execution("exec_x", "default", START, scenario.reference, b"", "key_x", state)
    return VIEWS.view_data(execution, state, scenario, request, "org_x", now)


@given(scenarios(), HAPPENINGS, SEEDS, st.integers(0, 20_000), st.integers(0, 20_000), INPUTS)
def test_splitting_an_interval_changes_nothing(
    scenario: Scenario, happenings: Happenings, seed: bytes, a: int, b: int, name: str
) -> None:
    """Advancing by a and then by b is advancing by a + b, whatever went before and comes then."""
    now, state = [(START, begin(START)), *lived(scenario, happenings, seed)][-1]
    between = progress(scenario, state, Tick(), now + a, seed)
    split = progress(scenario, between, Tick(), now + a + b, seed)
    assert split == progress(scenario, state, Tick(), now + a + b, seed)
    what = input_of(name, scenario, split)
    assert progress(scenario, between, what, now + a + b, seed) == progress(
        scenario, state, what, now + a + b, seed
    )


@given(scenarios(), HAPPENINGS, SEEDS)
def test_what_has_happened_is_never_removed_or_altered(
    scenario: Scenario, happenings: Happenings, seed: bytes
) -> None:
    visits: tuple[Visit, ...] = ()
    events: list[dict[str, Any]] = []
    for now, state in lived(scenario, happenings, seed):
        assert state.visits[: len(visits)] == visits
        drawn = view_data(scenario, state, now).events
        assert drawn[: len(events)] == events
        visits, events = state.visits, drawn


@given(scenarios(), HAPPENINGS, SEEDS)
def test_only_legal_transitions_are_taken_and_each_is_dated(
    scenario: Scenario, happenings: Happenings, seed: bytes
) -> None:
    for now, state in lived(scenario, happenings, seed):
        statuses = [scenario.steps[visit.step].status for visit in state.visits]
        assert statuses[0] in GRAPH.initial
        assert [pair for pair in pairwise(statuses) if not GRAPH.allows(*pair)] == []
        times = [visit.at for visit in state.visits]
        assert times == sorted(times)
        assert times[-1] <= now


@given(scenarios(), HAPPENINGS, SEEDS)
def test_a_timeline_ascends_and_its_ids_are_unique(
    scenario: Scenario, happenings: Happenings, seed: bytes
) -> None:
    for now, state in lived(scenario, happenings, seed):
        events = view_data(scenario, state, now).events
        assert [event["createdAt"] for event in events] == sorted(event["createdAt"] for event in events)
        assert len({event["id"] for event in events}) == len(events)


@given(scenarios(), SEEDS)
def test_the_next_due_instant_is_the_first_at_which_time_changes_anything(
    scenario: Scenario, seed: bytes
) -> None:
    state = begin(START)
    due = next_due(scenario, state, seed)
    if due is None:
        assert progress(scenario, state, Tick(), START + 10**9, seed) == state
    else:
        assert progress(scenario, state, Tick(), due - 1, seed) == state
        assert progress(scenario, state, Tick(), due, seed).visits[1].at == due


def made(*steps: dict[str, Any]) -> Scenario:
    scenario, findings = read_data({"scenario": "made", "steps": list(steps)}, "", WORDS)
    assert scenario is not None, findings
    return scenario


def statuses(scenario: Scenario, state: Progress) -> list[str]:
    return [scenario.steps[visit.step].name for visit in state.visits]


WAITING = made(
    {"name": "queued", "status": "workflow_queued", "next": {"after": "1s"}},
    {
        "name": "first",
        "status": "workflow_running",
        "next": [{"signal": "go", "to": "done"}, {"polls": 2, "to": "lost"}, {"after": "10s", "to": "lost"}],
    },
    {"name": "done", "status": "workflow_succeeded"},
    {"name": "lost", "status": "workflow_failed"},
)


def test_a_late_reader_finds_every_instant_that_fell_due() -> None:
    state = progress(WAITING, begin(START), Tick(), START + 99_000, b"seed")
    assert [(visit.step, visit.at - START) for visit in state.visits] == [(0, 0), (1, 1_000), (3, 11_000)]


def test_reads_count_in_the_step_they_see_and_no_other() -> None:
    state = progress(WAITING, begin(START), Poll(), START, b"seed")
    state = progress(WAITING, state, Poll(), START + 1_000, b"seed")
    assert (statuses(WAITING, state), state.polls) == (["queued", "first"], 1)
    state = progress(WAITING, state, Poll(), START + 1_500, b"seed")
    assert (statuses(WAITING, state), state.current.at) == (["queued", "first", "lost"], START + 1_500)


def test_a_signal_moves_the_step_that_waits_for_it_and_its_payload_stays() -> None:
    early = progress(WAITING, begin(START), Signal("go"), START + 999, b"seed")
    assert statuses(WAITING, early) == ["queued"]
    other = progress(WAITING, early, Signal("stop"), START + 2_000, b"seed")
    assert statuses(WAITING, other) == ["queued", "first"]
    state = progress(WAITING, other, Signal("go", {"by": "Ada"}), START + 2_000, b"seed")
    assert state.current == Visit(2, START + 2_000, "go", {"by": "Ada"})


def test_at_the_same_instant_time_comes_before_an_input() -> None:
    state = progress(WAITING, begin(START), Signal("go"), START + 11_000, b"seed")
    assert statuses(WAITING, state) == ["queued", "first", "lost"]


def test_a_jump_leads_through_its_steps_at_once_unless_the_execution_moved_meanwhile() -> None:
    state = progress(WAITING, begin(START), Jump((1, 2), 1), START + 500, b"seed")
    assert [(visit.step, visit.at - START) for visit in state.visits] == [(0, 0), (1, 500), (2, 500)]
    moved = progress(WAITING, begin(START), Jump((1, 2), 1), START + 1_000, b"seed")
    assert statuses(WAITING, moved) == ["queued", "first"]


def test_of_two_durations_the_shorter_leads_on_and_of_equal_ones_the_first() -> None:
    ends = (
        {"name": "a", "status": "workflow_failed"},
        {"name": "b", "status": "workflow_cancelled"},
    )
    for first, second, expected in (("2s", "1s", "b"), ("1s", "2s", "a"), ("1s", "1s", "a")):
        ways = [{"after": first, "to": "a"}, {"after": second, "to": "b"}]
        scenario = made({"status": "workflow_queued", "next": ways}, *ends)
        state = progress(scenario, begin(START), Tick(), START + 5_000, b"seed")
        assert statuses(scenario, state)[-1] == expected


@given(SEEDS)
@settings(max_examples=examples(30))
def test_a_range_is_drawn_within_its_ends_and_stays_drawn(seed: bytes) -> None:
    scenario = made({"status": "workflow_queued", "next": {"after": "1s..2s"}}, {"status": "workflow_failed"})
    due = next_due(scenario, begin(START), seed)
    assert due is not None
    assert 1_000 <= due - START <= 2_000
    assert due == next_due(scenario, begin(START), seed)


def test_a_chance_opens_a_way_as_often_as_it_says() -> None:
    ways = [{"after": "1s", "chance": 0.25, "to": "a"}, {"after": "2s", "to": "b"}]
    scenario = made(
        {"status": "workflow_queued", "next": ways},
        {"name": "a", "status": "workflow_failed"},
        {"name": "b", "status": "workflow_cancelled"},
    )
    ends = [
        statuses(scenario, progress(scenario, begin(START), Tick(), START + 5_000, b"%d" % n))[-1]
        for n in range(1_000)
    ]
    assert 200 < ends.count("a") < 300
    closed = [n for n in range(1_000) if len(open_triggers(scenario, begin(START), b"%d" % n)) == 1]
    assert len(closed) == ends.count("b")


@pytest.mark.parametrize("ahead", [20_000, 10**12])
def test_a_loop_that_never_ends_stops_after_so_many_visits(ahead: int) -> None:
    scenario = made(
        {"name": "q", "status": "workflow_queued", "next": {"after": "1ms"}},
        {
            "name": "r",
            "status": "workflow_running",
            "next": [{"after": "1ms", "to": "w"}, {"signal": "end", "to": "e"}],
        },
        {"name": "w", "status": "workflow_waiting", "next": {"after": "1ms", "to": "r"}},
        {"name": "e", "status": "workflow_failed"},
    )
    state = progress(scenario, begin(START), Tick(), START + ahead, b"seed")
    assert len(state.visits) == MOST_VISITS
    assert next_due(scenario, state, b"seed") is None
