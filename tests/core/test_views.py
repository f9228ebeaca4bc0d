"""What is shown of an execution: the public view is a part of the private one, and fields come when due."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.effort import examples

from execmock.core.contract.names import EXECUTION, GET, PUBLIC_EVENT, PUBLIC_EXECUTION, SchemaPlace
from execmock.core.execution import Execution
from execmock.core.progress import Signal, Tick, begin, progress
from execmock.core.scenario import Scenario
from execmock.core.schema.validator import SchemaValidator
from execmock.core.views import Views, next_event
from execmock.loading.contract import data_path
from execmock.loading.scenarios import read_data, read_folder

from .made_scenarios import CONTRACT, HAPPENINGS, SEEDS, WORDS, scenarios
from .test_progress import START, Happenings, lived

VIEWS = Views(CONTRACT)
REQUEST = {
    "workflowId": "wf_x",
    "sourceSystem": "shop",
    "sourceEntityType": "order",
    "sourceEntityId": "7",
    "externalRef": "ref",
    "idempotencyKey": "key",
    "requestPayload": {"a": 1},
    "clientSafeMetadata": {"b": 2},
}
EXECUTION_SCHEMA = CONTRACT.schema(EXECUTION)
LIFECYCLE = EXECUTION_SCHEMA["x-lifecycle"]["properties"]
PUBLIC = SchemaValidator(CONTRACT.standalone(CONTRACT.schema(PUBLIC_EXECUTION)))
PRIVATE = SchemaValidator(CONTRACT.standalone(CONTRACT.schema(SchemaPlace(GET, "data"))))
SHIPPED = {
    file.scenario.name: file.scenario
    for file in read_folder([data_path("fixtures") / "scenarios"], WORDS)
    if file.scenario and file.scenario.api == "executions"
}


def drawn(
    scenario: Scenario, state: Any, now: int, request: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    execution = Execution("exec_x", "default", START, scenario.reference, b"", "key_x", state)
    view_data = VIEWS.view_data(
        execution, state, scenario, REQUEST if request is None else request, "org_x", now
    )
    return VIEWS.private(view_data), VIEWS.public(view_data)


def walked(scenario: Scenario, after: int) -> tuple[dict[str, Any], dict[str, Any]]:
    now = START + after
    return drawn(scenario, progress(scenario, begin(START), Tick(), now, b"seed"), now)


@given(scenarios(), HAPPENINGS, SEEDS)
def test_both_views_fit_the_contract_at_any_time(
    scenario: Scenario, happenings: Happenings, seed: bytes
) -> None:
    for now, state in lived(scenario, happenings, seed):
        private, public = drawn(scenario, state, now)
        assert PRIVATE.violations(private) == []
        assert PUBLIC.violations(public) == []


@given(scenarios(), HAPPENINGS, SEEDS)
def test_the_public_view_is_a_part_of_the_private_one(
    scenario: Scenario, happenings: Happenings, seed: bytes
) -> None:
    for now, state in lived(scenario, happenings, seed):
        private, public = drawn(scenario, state, now)
        events = public.pop("events")
        assert public.pop("message", None) == private.get("message")
        assert public.items() <= private["execution"].items()
        assert len(events) == len(private["events"])
        assert all(
            shown.items() <= whole.items() for shown, whole in zip(events, private["events"], strict=True)
        )
        assert not set(public) & set(CONTRACT.schema(PUBLIC_EXECUTION)["x-hidden"])
        hidden = set(CONTRACT.schema(PUBLIC_EVENT)["x-hidden"])
        assert not any(set(event) & hidden for event in events)


@given(scenarios(), HAPPENINGS, SEEDS)
def test_a_field_is_there_once_it_is_due_and_never_early(
    scenario: Scenario, happenings: Happenings, seed: bytes
) -> None:
    for now, state in lived(scenario, happenings, seed):
        shown = drawn(scenario, state, now)[0]["execution"]
        paid = scenario.steps[0].status == "awaiting_payment"
        for name in ("runId", "startedAt", "finishedAt", "checkoutSessionId", "orderId"):
            rule = LIFECYCLE[name]
            if shown["status"] in rule["due"] and (paid or name not in ("checkoutSessionId", "orderId")):
                assert name in shown
            assert not (shown["status"] in rule.get("early", {}).get("in", ()) and name in shown)


@pytest.mark.parametrize("name", sorted(SHIPPED))
@settings(max_examples=examples(20))
@given(after=st.integers(0, 3_600_000))
def test_a_shipped_scenario_is_in_the_contract_at_every_instant(name: str, after: int) -> None:
    private, public = walked(SHIPPED[name], after)
    found = [*PRIVATE.violations(private), *PUBLIC.violations(public)]
    # What a scenario opts into beyond the contract is a status, and nothing but that.
    beyond = {"body/execution/status", "body/status"} if SHIPPED[name].drift else set()
    assert {violation.where for violation in found} <= beyond


def test_the_paid_happy_path_is_a_complete_dated_timeline() -> None:
    private, public = walked(SHIPPED["paid-happy-path"], 60_000)
    assert [(event["eventType"], event["createdAt"][17:19]) for event in private["events"]] == [
        ("execution.created", "00"),
        ("payment.requested", "00"),
        ("payment.confirmed", "03"),
        ("run.queued", "04"),
        ("run.started", "06"),
        ("node.completed", "08"),
        ("node.completed", "11"),
        ("run.completed", "12"),
    ]
    execution = private["execution"]
    assert execution["status"] == "workflow_succeeded"
    assert execution["finishedAt"] == execution["updatedAt"] == "2026-01-01T09:00:12.000Z"
    assert execution["responsePayload"] == {"invoice": "inv_exec_x", "workflow": "wf_x"}
    assert private["message"] == public["message"] == "Run completed"


def test_an_event_is_there_from_its_instant_on_and_a_run_id_from_the_queue_on() -> None:
    scenario = SHIPPED["paid-happy-path"]
    assert [len(walked(scenario, after)[0]["events"]) for after in (7_999, 8_000)] == [5, 6]
    events = walked(scenario, 60_000)[0]["events"]
    assert ["runId" in event for event in events] == [False] * 3 + [True] * 5


def test_a_property_without_a_value_is_left_out() -> None:
    request = {**REQUEST, "externalRef": "", "requestPayload": {}, "sourceEntityId": "0"}
    scenario = SHIPPED["paid-happy-path"]
    shown = drawn(scenario, begin(START), START, request)[0]["execution"]
    assert "externalRef" not in shown
    assert "requestPayload" not in shown
    assert shown["sourceEntityId"] == "0"
    assert "checkoutSessionId" in shown


def test_an_execution_without_events_has_no_message() -> None:
    steps = [
        {"status": "workflow_queued", "events": [], "next": {"after": "1s"}},
        {"status": "workflow_failed"},
    ]
    scenario, _ = read_data({"scenario": "silent", "steps": steps}, "", WORDS)
    assert scenario is not None
    private, public = walked(scenario, 0)
    assert (private["events"], public["events"]) == ([], [])
    assert "message" not in private.keys() | public.keys()


@pytest.mark.parametrize(
    ("first", "own", "told"),
    [
        ("awaiting_payment", None, ["execution.failed"]),
        ("awaiting_payment", "payment.failed", ["execution.failed", "payment.failed"]),
        ("awaiting_payment", "execution.failed", ["run.failed", "execution.failed"]),
        ("awaiting_payment", "run.failed", ["run.failed"]),
        ("workflow_queued", None, ["run.failed"]),
    ],
)
def test_a_failure_before_any_run_is_not_told_as_one_of_a_run(
    first: str, own: str | None, told: list[str]
) -> None:
    """A scenario that tells it by itself has its own event, once."""
    events = {} if own is None else {"events": [{"eventType": own, "title": "Own"}]}
    steps = [{"status": first, "next": {"after": "1s"}}, {"status": "workflow_failed", **events}]
    scenario, findings = read_data({"scenario": "failing", "steps": steps}, "", WORDS)
    assert scenario is not None, findings
    shown = [event["eventType"] for event in walked(scenario, 1_000)[0]["events"]]
    assert shown[2:] == told


def test_a_status_newer_than_the_contract_is_final_where_a_scenario_opts_in() -> None:
    steps = [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {"status": "workflow_running", "next": {"after": "1s"}},
        {"status": "workflow_partial"},
    ]
    scenario, findings = read_data({"scenario": "drifted", "drift": True, "steps": steps}, "", WORDS)
    assert scenario is not None, findings
    shown = walked(scenario, 5_000)[0]["execution"]
    assert (shown["status"], shown["finishedAt"]) == ("workflow_partial", "2026-01-01T09:00:02.000Z")


def test_the_next_event_is_the_first_after_now() -> None:
    scenario = SHIPPED["paid-happy-path"]
    state = progress(scenario, begin(START), Tick(), START + 7_000, b"seed")
    assert [next_event(state, scenario, START + after) for after in (7_000, 8_000, 11_000)] == [
        START + 8_000,
        START + 11_000,
        None,
    ]


def test_a_signals_payload_is_seen_by_the_step_that_it_leads_to() -> None:
    steps = [
        {"status": "workflow_queued", "next": {"signal": "go"}},
        {
            "status": "workflow_failed",
            "set": {"statusReason": "{{ signal.name }} by {{ signal.payload.by }}"},
        },
    ]
    scenario, findings = read_data({"scenario": "told", "steps": steps}, "", WORDS)
    assert scenario is not None, findings

    state = progress(scenario, begin(START), Signal("go", {"by": "Ada"}), START, b"seed")
    assert drawn(scenario, state, START)[0]["execution"]["statusReason"] == "go by Ada"
