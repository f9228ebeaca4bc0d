"""Whatever scenario passes the check plays, and keeps the contract in every view at every instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.effort import examples

from execmock.core.durations import parse_instant
from execmock.core.embed_view import EmbedViews
from execmock.core.execution import EmbedExecution, Execution
from execmock.core.ids import derive
from execmock.core.json_text import decode, encode
from execmock.core.preview import Emitted, Script, Sent, as_json, as_mermaid, as_table
from execmock.core.progress import Poll, Progress, Signal, Tick, begin, progress
from execmock.core.scenario import Scenario
from execmock.core.schema.validator import SchemaValidator
from execmock.core.views import Views
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import read_data, vocabularies
from execmock.service.preview import PREVIEW_START, Preview, preview

CONTRACT = shipped_contract()
WORDS = vocabularies(CONTRACT)
GRAPH = WORDS["executions"].with_drift
VIEWS = Views(CONTRACT)
EMBED_VIEWS = EmbedViews(CONTRACT, "America/New_York")
ROOT = b"a root that is thirty-two bytes."

SIGNALS = ("approve", "reject")
NAMES = (
    *("execution.id", "execution.runId", "execution.status", "request.workflowId", "request.requestPayload"),
    *("signal.name", "signal.payload", "signal.payload.by", "step.name", "step.at"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
texts = st.lists(
    st.text(max_size=8).filter(lambda t: "{{" not in t) | st.sampled_from(NAMES).map("{{{{ {} }}}}".format),
    max_size=3,
).map("".join)
durations = st.integers(200, 90_000).map("{}ms".format) | st.sampled_from(["1s", "1m30s", "2h", "1.5s"])
spans = durations | st.integers(100, 900).map("{0}ms..1{0}ms".format)


@st.composite
def triggers(draw: st.DrawFn, targets: list[str], api: str) -> dict[str, Any]:
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [
        st.fixed_dictionaries({"after": spans}),
        st.fixed_dictionaries({"signal": st.sampled_from(SIGNALS)}),
    ]
    if api == "executions":
        kinds.append(st.fixed_dictionaries({"polls": st.integers(1, 3)}))
    trigger = {**draw(st.one_of(kinds)), "to": draw(st.sampled_from(targets))}
    if draw(st.booleans()):
        trigger["chance"] = draw(st.floats(0.01, 0.99))
    return trigger


events = st.fixed_dictionaries(
    {"eventType": st.text(min_size=1, max_size=8).filter(lambda t: "{{" not in t)},
    optional={
        "title": texts,
        "message": texts,
        "level": st.sampled_from(["info", "error"]),
        "data": st.dictionaries(st.text(max_size=5), json_values | texts, max_size=2),
        "at": st.sampled_from(["0s", "50ms"]),
    },
)


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """Build a way through the statuses, then let each step branch off to others that may follow it."""
    api = draw(st.sampled_from(["executions", "embed"]))
    graph = WORDS[api].with_drift
    way = [draw(st.sampled_from(graph.initial))]
    while graph.next[way[-1]]:
        stay = [way[-1]] if len(way) < 6 else []
        way.append(draw(st.sampled_from([*graph.next[way[-1]], *stay])))
        if len(way) > 9:
            way.append(
                next(status for status in graph.next[way[-1]] if status in graph.terminal)
                if graph.next[way[-1]]
                else way.pop()
            )
    steps = []
    for index, status in enumerate(way):
        step: dict[str, Any] = {"name": f"s{index}", "status": status, "set": draw(sets(api))}
        if api == "executions" and draw(st.booleans()):
            step["events"] = draw(st.lists(events, max_size=3))
        if status not in graph.terminal:
            allowed = [f"s{n}" for n, other in enumerate(way) if graph.allows(status, other) and n > 0]
            others = draw(st.lists(triggers(allowed, api), max_size=2))
            sure = {**draw(triggers([f"s{index + 1}"], api))}
            sure.pop("chance", None)
            step["next"] = draw(st.permutations([*others, sure]))
        steps.append(step)
    return {"scenario": "any", "api": api, "drift": True, "steps": steps}


@st.composite
def sets(draw: st.DrawFn, api: str) -> dict[str, Any]:
    if api == "embed":
        counts = st.fixed_dictionaries(
            {"actions_count": st.just(10)},
            optional={
                "running_actions_count": st.integers(0, 5),
                "completed_actions_count": st.integers(0, 5),
                "failed_actions_count": st.integers(0, 5),
                "idle_actions_count": st.integers(0, 5),
                "log": st.dictionaries(st.text(max_size=4), json_values | texts, max_size=2),
            },
        )
        return draw(counts)
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "paymentStatus": texts,
                "statusReason": texts,
                "responsePayload": st.dictionaries(st.text(max_size=5), json_values | texts, max_size=2),
            },
        )
    )


inputs = st.lists(
    st.tuples(
        st.integers(0, 30_000),
        st.just(Tick()) | st.just(Poll()) | st.builds(Signal, st.sampled_from(SIGNALS), json_values),
    ),
    max_size=5,
)


def accepted(data: dict[str, Any]) -> Scenario:
    scenario, findings = read_data(data, repr(data), WORDS)
    assume(scenario is not None)
    assert scenario is not None
    assert findings == []
    return scenario


def lived(scenario: Scenario, what: list[tuple[int, Any]]) -> Iterator[tuple[int, Progress]]:
    """Yield the states at every instant of a life: before, at and after each input, step and event."""
    start, seed = PREVIEW_START, derive(ROOT, "exec_any")
    state, now = begin(start), start
    for wait, input_ in what:
        since, now = now, now + wait
        before = progress(scenario, state, Tick(), now, seed)
        for at in instants(scenario, before, since, now):
            yield at, progress(scenario, state, Tick(), at, seed)
        state = progress(scenario, state, input_, now, seed)
        yield now, state


def instants(scenario: Scenario, state: Progress, since: int, now: int) -> list[int]:
    """Return when something happens between two instants, and the second one."""
    found = {now}
    for visit in state.visits[-10:]:
        found |= {visit.at, *(visit.at + event.at for event in scenario.steps[visit.step].events)}
    return sorted(at for at in found if since <= at <= now)


def schema_of(operation: str) -> SchemaValidator:
    response = CONTRACT.operation(operation).response(201 if operation == "executeWorkflow" else 200)
    assert response is not None
    assert response.schema is not None
    return SchemaValidator(CONTRACT.standalone(response.schema), "")


ANSWERS = {name: schema_of(name) for name in CONTRACT.operations}


def answered(operation: str, data: Any) -> None:
    if operation != "executeWorkflow":
        data = {"code": 200, "data": data, "message": "success", "requestId": "req_x"}
    whole = decode(encode(data))
    assert ANSWERS[operation].violations(whole) == []


def within_contract(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return an execution with a status that the contract knows in place of one that it does not know yet."""
    known = WORDS["executions"].transitions.statuses
    return {**fields, "status": fields["status"] if fields["status"] in known else "workflow_succeeded"}


@settings(max_examples=examples(40))
@given(data=scenarios(), what=inputs, request=st.dictionaries(st.text(max_size=3), json_values, max_size=2))
def test_an_execution_keeps_the_contract_in_every_view_at_every_instant(
    data: dict[str, Any], what: list[tuple[int, Any]], request: dict[str, Any]
) -> None:
    scenario = accepted(data)
    for now, state in lived(scenario, [*what, (60_000, Tick())]):
        statuses = [scenario.steps[visit.step].status for visit in state.visits]
        graph = WORDS[scenario.api].with_drift
        assert all(graph.allows(before, after) for before, after in pairwise(statuses))
        assert all(a.at <= b.at for a, b in pairwise(state.visits))
        if scenario.api == "embed":
            check_embed(scenario, state, request)
        else:
            check_execution(scenario, state, now, request)


def check_execution(scenario: Scenario, state: Progress, now: int, request: dict[str, Any]) -> None:
    body = {"workflowId": "wf_a", "sourceSystem": "s", "sourceEntityType": "t", "requestPayload": request}
    execution = Execution("exec_any", "default", PREVIEW_START, "x@1", encode(body), "key_x", state)
    view_data = VIEWS.view_data(execution, state, scenario, body, "org_x", now)
    fields = within_contract(view_data.fields)
    answered("getExecution", {**VIEWS.private(view_data), "execution": fields})
    answered("getPublicExecution", within_contract(VIEWS.public(view_data)))
    answered("listExecutions", {"hasMore": False, "items": [fields], "limit": 20, "offset": 0})
    answered("createExecution", {"clientToken": "x" * 20, "execution": fields})
    moments = [parse_instant(event["createdAt"]) for event in view_data.events]
    assert moments == sorted(moments)
    assert all(PREVIEW_START <= moment <= now for moment in moments)
    assert ("finishedAt" in view_data.fields) == (view_data.fields["status"] in GRAPH.terminal)
    hidden = {"requestPayload", "responsePayload", "statusReason", "organizationId", "updatedAt"}
    assert not hidden & VIEWS.public(view_data).keys()


def check_embed(scenario: Scenario, state: Progress, data: dict[str, Any]) -> None:
    identity = "0198c2e9-cc9f-7277-af8a-40c7ef192740"
    execution = EmbedExecution(
        identity, "default", PREVIEW_START, "x@1", "abcde", ("k", "n"), encode(data), state
    )
    shown = EMBED_VIEWS.show(execution, state, scenario, data)
    answered("executeWorkflow", shown)
    parts = [count for name, count in shown.items() if name.endswith("_actions_count")]
    assert sum(parts) <= shown["actions_count"]


@settings(max_examples=examples(40))
@given(data=scenarios(), what=inputs, polls=st.none() | st.integers(500, 5000), seed=st.integers(0, 99))
def test_a_preview_plays_to_the_end_and_can_be_shown(
    data: dict[str, Any], what: list[tuple[int, Any]], polls: int | None, seed: int
) -> None:
    scenario = accepted(data)
    signals = tuple(Sent(at, signal) for at, signal in what if isinstance(signal, Signal))
    shown = preview(scenario, CONTRACT, Preview(Script(None, signals, polls), seed))
    assert all(a.at <= b.at for a, b in pairwise(shown.entries))
    told = [entry for entry in shown.entries if isinstance(entry, Emitted)]
    assert all(entry.at == parse_instant(entry.event["createdAt"]) for entry in told)
    assert shown.ending.final or shown.ending.cut or shown.ending.waits_for
    # What it still waits for is a signal or a read that nobody sends: time has done all it can.
    assert not any("to pass" in wait for wait in shown.ending.waits_for) or shown.ending.cut
    assert shown.scenario.steps[scenario.own - 1].name in as_mermaid(scenario)
    assert as_table(shown).count("\n") >= len(shown.entries)
    encode(as_json(shown))


@settings(max_examples=examples(40))
@given(data=scenarios(), choice=st.data())
def test_a_scenario_with_another_status_somewhere_is_refused_unless_all_its_ways_are_legal(
    data: dict[str, Any], choice: st.DataObject
) -> None:
    graph = WORDS[data["api"]].with_drift
    choice.draw(st.sampled_from(data["steps"]))["status"] = choice.draw(st.sampled_from(graph.statuses))
    scenario, findings = read_data(data, repr(data), WORDS)
    steps = data["steps"]
    names = [step["name"] for step in steps]
    legal = steps[0]["status"] in graph.initial
    for index, step in enumerate(steps):
        for way in step.get("next", ()):
            target = names.index(way["to"]) if "to" in way else index + 1
            legal = legal and graph.allows(step["status"], steps[target]["status"])
    assert legal or scenario is None
    assert (scenario is None) == bool(findings)
