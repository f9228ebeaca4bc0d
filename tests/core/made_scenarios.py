"""Hypothesis strategies for scenarios that the checks accept, and for what happens to their executions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from execmock.core.contract import Transitions
from execmock.core.progress import Input, Jump, Poll, Progress, Signal, Tick
from execmock.core.scenario import Scenario
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import read_data, vocabularies

CONTRACT = shipped_contract()
GRAPH: Transitions = CONTRACT.transitions()
WORDS = vocabularies(CONTRACT)
SIGNALS = ("approve", "reject", "go")

AFTER = st.one_of(
    st.integers(1, 5_000).map(lambda ms: f"{ms}ms"),
    st.tuples(st.integers(1, 900), st.integers(900, 3_000)).map(lambda ends: f"{ends[0]}ms..{ends[1]}ms"),
)
WAY_OUT = st.one_of(
    AFTER.map(lambda after: {"after": after}),
    AFTER.map(lambda after: {"after": after}),
    st.integers(1, 3).map(lambda polls: {"polls": polls}),
    st.sampled_from(SIGNALS).map(lambda name: {"signal": name}),
)
VISITS = st.integers(2, 3).map(lambda visits: {"visits": visits})
EVENT = st.fixed_dictionaries(
    {"eventType": st.sampled_from(["node.started", "node.completed"])},
    optional={"at": st.sampled_from(["0s", "1ms", "700ms"]), "title": st.just("At {{ step.at }}")},
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A chain of steps to a final status, with branches and loops that the contract's transitions allow."""
    statuses = [draw(st.sampled_from(GRAPH.initial))]
    while statuses[-1] not in GRAPH.terminal:
        nexts = GRAPH.next[statuses[-1]]
        statuses.append(draw(st.sampled_from(nexts if len(statuses) < 8 else nexts[-2:])))
    steps = [_step(draw, number, statuses) for number in range(len(statuses))]
    data: dict[str, Any] = {"scenario": "made", "steps": steps}
    scenario, findings = read_data(data, repr(data), WORDS)
    if scenario is None:
        # The one thing this does not avoid: an event after the step is left.
        assert all("never happens" in finding.message for finding in findings), findings
        for step in steps:
            step.pop("events", None)
        scenario, findings = read_data(data, repr(data), WORDS)
    assert scenario is not None, findings
    return scenario


def _step(draw: st.DrawFn, number: int, statuses: list[str]) -> dict[str, Any]:
    step: dict[str, Any] = {"name": f"s{number}", "status": statuses[number]}
    if events := draw(st.lists(EVENT, max_size=2)):
        step["events"] = events
    if statuses[number] in GRAPH.terminal:
        return step
    ways = [draw(WAY_OUT)]
    legal = [n for n, status in enumerate(statuses) if GRAPH.allows(statuses[number], status)]
    for target in draw(st.lists(st.sampled_from(legal), max_size=2)):
        # Going back at once, from some visit on, is a loop that takes no time.
        way = {**draw(WAY_OUT | VISITS if target > number else WAY_OUT), "to": f"s{target}"}
        ways.append({**way, "chance": 0.5} if draw(st.booleans()) else way)
    step["next"] = ways
    return step


INPUTS = st.one_of(
    st.just("tick"),
    st.just("poll"),
    st.sampled_from(SIGNALS),
    st.sampled_from(GRAPH.statuses).map(lambda status: f"to {status}"),
)
HAPPENINGS = st.lists(st.tuples(st.integers(0, 4_000), INPUTS), max_size=8)
SEEDS = st.binary(min_size=16, max_size=16)


def input_of(name: str, scenario: Scenario, state: Progress) -> Input:
    """A happening as an input; a jump goes by a legal way, and is nothing where there is none."""
    if name == "poll":
        return Poll()
    if name in SIGNALS:
        return Signal(name, {"by": "Ada"})
    status = scenario.steps[state.current.step].status
    way = GRAPH.path(status, name.removeprefix("to "))
    if name == "tick" or way is None or status in GRAPH.terminal:
        return Tick()
    steps = [scenario.step_index(part) for part in way[1:]]
    return Jump(tuple(step for step in steps if step is not None), len(state.visits))
