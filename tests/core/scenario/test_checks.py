"""Every mistake in a scenario is one finding: where it stands, and a sentence that says what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from execmock.core.scenario import Scenario
from execmock.core.scenario.triggers import KINDS
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import read_data, vocabularies

WAYS = ", ".join(KINDS)

WORDS = vocabularies(shipped_contract())
QUEUED = {"status": "workflow_queued", "next": {"after": "1s"}}
RUNNING = {"status": "workflow_running", "next": {"after": "1s"}}
FAILED = {"status": "workflow_failed"}


def read(*steps: Any, **more: Any) -> tuple[Scenario | None, list[tuple[tuple[str | int, ...], str]]]:
    scenario, findings = read_data({"scenario": "tried", "steps": list(steps), **more}, "", WORDS)
    return scenario, [(finding.path, finding.message) for finding in findings]


def queued(**more: Any) -> dict[str, Any]:
    return {**QUEUED, **more}


SHAPE = [
    (
        ({**QUEUED, "nxt": 1}, FAILED),
        (("steps", 0, "nxt"), "unknown key 'nxt'; expected one of status, name"),
    ),
    (
        (queued(next={"afer": "3s"}), FAILED),
        (("steps", 0, "next", "afer"), "unknown key 'afer'; expected one of after, polls, signal"),
    ),
    (
        (queued(next=[{"after": 3}]), FAILED),
        (("steps", 0, "next", 0, "after"), "3 is not a duration: a unit is missing; expected 3s"),
    ),
    ((queued(next=[]), FAILED), (("steps", 0, "next"), "expected at least 1 item, received []")),
    (
        (queued(next={"visits": 1}), FAILED),
        (("steps", 0, "next", "visits"), "expected at least 2, received 1"),
    ),
    ((queued(next={"polls": 0}), FAILED), (("steps", 0, "next", "polls"), "expected at least 1, received 0")),
    (
        (queued(next={"after": "3s", "chance": 2}), FAILED),
        (("steps", 0, "next", "chance"), "expected at most 1"),
    ),
    (
        (queued(events=[{"title": "x"}]), FAILED),
        (("steps", 0, "events", 0, "eventType"), "the key 'eventType' is missing; expected a string"),
    ),
    ((queued(name="a b"), FAILED), (("steps", 0, "name"), "expected text such as")),
    (
        ({"next": {"after": "3s"}}, FAILED),
        (("steps", 0, "status"), "the key 'status' is missing; expected a string"),
    ),
    ((), (("steps",), "expected at least 1 item, received []")),
]
WORDING = [
    (
        (queued(status="workflow_queud"), FAILED),
        (("steps", 0, "status"), "unknown status 'workflow_queud'; expected"),
    ),
    (
        (QUEUED, RUNNING, {"status": "workflow_partial"}),
        (("steps", 2, "status"), "'workflow_partial' is newer than"),
    ),
    ((queued(next={"after": "3s..1s"}), FAILED), (("steps", 0, "next", "after"), "'3s..1s' runs backwards")),
    (
        (queued(next={"after": "36501d"}), FAILED),
        (("steps", 0, "next", "after"), "'36501d' is longer than 100"),
    ),
    ((queued(next={"after": "9" * 400 + "s"}), FAILED), (("steps", 0, "next", "after"), "'999")),
    (
        (queued(next={}), FAILED),
        (("steps", 0, "next"), f"a trigger is exactly one of {WAYS}; received none"),
    ),
    (
        (queued(next={"after": "1s", "signal": "go"}), FAILED),
        (
            ("steps", 0, "next"),
            f"a trigger is exactly one of {WAYS}; received after and signal",
        ),
    ),
    (
        (queued(next={"after": "1s", "to": "workflow_faild"}), FAILED),
        (
            ("steps", 0, "next", "to"),
            "unknown step 'workflow_faild'; expected one of workflow_queued, workflow_failed.",
        ),
    ),
    (
        (QUEUED, {**FAILED, "next": {"after": "1s"}}),
        (("steps", 1, "next"), "workflow_failed is a terminal status, which nothing follows; expected no"),
    ),
    (
        (
            QUEUED,
            {**FAILED, "next": {"after": "1s", "to": "other"}},
            {"name": "other", "status": "workflow_succeeded"},
        ),
        (("steps", 1, "next"), "workflow_failed is a terminal status, which nothing follows; expected no"),
    ),
    ((QUEUED, RUNNING), (("steps", 1, "next"), "this is the last step, so there is no next one")),
    (
        (queued(name="a"), {**FAILED, "name": "a"}),
        (("steps", 1, "name"), "two steps are named 'a'; expected a name of its own"),
    ),
    (
        (QUEUED, {**FAILED, "set": {"statusreason": "x"}}),
        (("steps", 1, "set", "statusreason"), "'statusreason' cannot be set; expected one of paymentStatus"),
    ),
    (
        (QUEUED, {**FAILED, "set": {"statusReason": 7}}),
        (("steps", 1, "set", "statusReason"), "expected a string, received 7"),
    ),
    (
        (QUEUED, {**FAILED, "set": {"statusReason": "{{ reques.a }}"}}),
        (("steps", 1, "set", "statusReason"), "unknown name 'reques'; expected one of execution, request"),
    ),
    (
        (QUEUED, {**FAILED, "set": {"responsePayload": {"a": ["{{ steps.x.at }}"]}}}),
        (("steps", 1, "set", "responsePayload", "a", 0), "unknown name 'steps.x.at'"),
    ),
    (
        (queued(events=[{"eventType": "a", "title": "{{ execution.x }}"}]), FAILED),
        (("steps", 0, "events", 0, "title"), "unknown name 'execution.x'"),
    ),
    (
        (queued(events=[{"eventType": "a", "at": "36501d"}]), FAILED),
        (("steps", 0, "events", 0, "at"), "'36501d' is longer than 100 years"),
    ),
]
GRAPH = [
    (
        (RUNNING, FAILED),
        (("steps", 0, "status"), "an execution cannot start as workflow_running; expected awaiting"),
    ),
    (
        (queued(next={"after": "1s", "to": "end"}), {"name": "end", "status": "workflow_succeeded"}),
        (("steps", 0, "next"), "workflow_succeeded cannot follow workflow_queued; expected workflow_running"),
    ),
    (
        (
            queued(next=[{"signal": "x", "to": "end"}, {"after": "1s"}]),
            RUNNING,
            {"name": "end", "status": "workflow_succeeded"},
        ),
        (("steps", 0, "next", 0), "workflow_succeeded cannot follow workflow_queued"),
    ),
    (
        (queued(next={"after": "1s", "to": "workflow_failed"}), RUNNING, FAILED),
        (("steps", 1), "unreachable: no step leads"),
    ),
    (
        (QUEUED, {"status": "workflow_running"}),
        (("steps", 1), "dead end: workflow_running is not terminal and has no"),
    ),
    (
        (queued(next={"after": "1s", "chance": 0.5}), FAILED),
        (("steps", 0, "next"), "may dead-end: every trigger has `chance`; expected one without"),
    ),
    (
        (queued(next=[{"visits": 2}, {"after": "1s", "chance": 0.5}]), FAILED),
        (("steps", 0, "next"), "may dead-end: no trigger is open in every visit; expected one without"),
    ),
    (
        (queued(events=[{"eventType": "a", "at": "2s"}]), FAILED),
        (("steps", 0, "events", 0, "at"), "never happens: the step is left before that"),
    ),
    (
        (
            QUEUED,
            {
                "status": "workflow_running",
                "next": [{"after": "0s", "to": "workflow_running"}, {"signal": "x"}],
            },
            FAILED,
        ),
        (("steps", 1, "next"), "a loop that may take no time: expected a duration above 0s in it"),
    ),
]


@pytest.mark.parametrize(("steps", "expected"), [*SHAPE, *WORDING, *GRAPH])
def test_a_mistake_is_found_once_where_it_stands(
    steps: tuple[Any, ...], expected: tuple[tuple[str | int, ...], str]
) -> None:
    scenario, [(path, message)] = read(*steps)
    assert scenario is None
    assert path == expected[0]
    assert message.startswith(expected[1])


def test_steps_that_only_lead_to_each_other_never_end() -> None:
    back = {"status": "workflow_waiting", "next": {"after": "1s", "to": "workflow_running"}}
    _, found = read(QUEUED, RUNNING, back)
    said = (
        "dead end: no terminal status can be reached from workflow_queued, workflow_running, workflow_waiting"
    )
    assert found == [(("steps", 0), said)]


def test_what_only_unreachable_steps_lead_to_is_not_told_again() -> None:
    ended = queued(next={"after": "1s", "to": "workflow_failed"})
    back = {"status": "workflow_waiting", "next": {"after": "1s", "to": "workflow_running"}}
    _, found = read(
        ended,
        {**RUNNING, "name": "lost"},
        {**RUNNING, "next": {"after": "1s", "to": "workflow_failed"}},
        FAILED,
    )
    assert found == [(("steps", 1), "unreachable: no step leads to 'lost'")]
    _, found = read(ended, RUNNING, {**back, "next": [back["next"], {"signal": "x"}]}, FAILED)
    assert found == [(("steps", 1), "unreachable: no step leads to 'workflow_running'")]


@pytest.mark.parametrize(
    ("more", "path", "message"),
    [
        (
            {"bind": {"workflow": "x"}},
            ("bind", "workflow"),
            "'workflow' is not in a request; expected one of client",
        ),
        (
            {"bind": {"workflowId": "{{ x }}"}},
            ("bind", "workflowId"),
            "a value to bind is compared as it stands",
        ),
        ({"bind": {"workflowId": 3}}, ("bind", "workflowId"), "workflowId is text, so it is never 3; write"),
        ({"api": "embd"}, ("api",), "expected one of embed, executions"),
        ({"scenari": "x"}, ("scenari",), "unknown key 'scenari'; expected one of scenario"),
        ({"scenario": ""}, ("scenario",), "expected text such as"),
    ],
)
def test_a_mistake_outside_the_steps_is_found_once(
    more: dict[str, Any], path: tuple[str, ...], message: str
) -> None:
    _, [(where, sentence)] = read(QUEUED, FAILED, **more)
    assert where == path
    assert sentence.startswith(message)


def test_every_mistake_is_found_at_once() -> None:
    _, found = read(queued(status="queued", next={"after": "1s", "to": "nowhere"}), FAILED, bind={"x": "y"})
    assert [path for path, _ in found] == [("bind", "x"), ("steps", 0, "status"), ("steps", 0, "next", "to")]


def test_an_embed_scenario_has_its_own_words() -> None:
    done = {"status": "completed", "set": {"actions_count": 1, "completed_actions_count": 1}}
    scenario, found = read({"status": "running", "next": {"after": "1s"}}, done, api="embed")
    assert (scenario is not None, found) == (True, [])
    _, found = read({"status": "running", "next": {"polls": 1}}, done, api="embed")
    assert found == [
        (("steps", 0, "next", "polls"), "an embed execution is never read by id; use after or signal")
    ]
    _, found = read(QUEUED, FAILED, api="embed")
    assert [path for path, _ in found] == [("steps", 0, "status"), ("steps", 1, "status")]


def test_what_is_no_scenario_at_all_is_one_finding() -> None:
    for data in (None, 3, "x", [], {}):
        scenario, findings = read_data(data, "", WORDS)
        assert scenario is None
        assert findings


def compiled(*steps: Any, **more: Any) -> Scenario:
    scenario, found = read(*steps, **more)
    assert scenario is not None, found
    return scenario


def test_a_scenario_compiles_to_positions_and_milliseconds() -> None:
    scenario = compiled(
        queued(next=[{"after": "1s..2s"}, {"signal": "stop", "to": "workflow_failed", "chance": 0.5}]),
        {"status": "workflow_running", "next": [{"polls": 2, "to": "workflow_failed"}, {"signal": "stop"}]},
        FAILED,
        summary="Tried.",
        bind={"workflowId": "wf_tried"},
    )
    first, second = scenario.steps[0].triggers, scenario.steps[1].triggers
    assert [(type(t).__name__, t.to, t.chance) for t in (*first, *second)] == [
        ("After", 1, 1.0),
        ("Signalled", 2, 0.5),
        ("Polls", 2, 1.0),
        ("Signalled", 2, 1.0),
    ]
    assert (first[0].low, first[0].high) == (1_000, 2_000)  # type: ignore[union-attr]
    assert (scenario.signals, scenario.own, scenario.bind) == (("stop",), 3, {"workflowId": "wf_tried"})
    assert scenario.reference == f"tried@{scenario.version}"


def test_a_step_is_found_by_name_before_status() -> None:
    scenario = compiled(QUEUED, {**RUNNING, "name": "a"}, {**FAILED, "name": "workflow_running"})
    found = [scenario.step_index(name) for name in ("a", "workflow_running", "workflow_failed", "nowhere")]
    assert found == [1, 2, 2, None]


def test_steps_without_names_of_their_own_are_numbered() -> None:
    scenario = compiled(QUEUED, RUNNING, {**QUEUED, "status": "workflow_waiting"}, RUNNING, FAILED)
    assert [step.name for step in scenario.steps[:5]] == [
        "workflow_queued",
        "workflow_running",
        "workflow_waiting",
        "workflow_running-4",
        "workflow_failed",
    ]


def test_there_is_a_step_for_every_status_that_a_jump_may_lead_to() -> None:
    scenario = compiled(QUEUED, FAILED)
    assert {step.status for step in scenario.steps} == set(WORDS["executions"].transitions.statuses)
    assert all(not step.triggers for step in scenario.steps[scenario.own :])


def test_a_status_emits_its_own_event_unless_told_otherwise() -> None:
    def types(**more: Any) -> list[list[str]]:
        steps = compiled(queued(**more), FAILED).steps
        return [[event.fields["eventType"] for event in step.events] for step in steps[:2]]

    assert types() == [["execution.created", "run.queued"], ["run.failed"]]
    assert types(events=[]) == [[], ["run.failed"]]
    assert types(events=[{"eventType": "run.queued", "title": "Mine"}])[0] == [
        "execution.created",
        "run.queued",
    ]
    assert types(events=[{"eventType": "a", "at": "1s"}, {"eventType": "b"}])[0] == [
        "execution.created",
        "run.queued",
        "b",
        "a",
    ]


def test_the_same_text_is_the_same_version() -> None:
    texts = ("a", "a", "b")
    data = {"scenario": "tried", "steps": [QUEUED, FAILED]}
    versions = [scenario.version for text in texts if (scenario := read_data(data, text, WORDS)[0])]
    assert versions[0] == versions[1] != versions[2]
