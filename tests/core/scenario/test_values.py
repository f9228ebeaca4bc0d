"""What steps set: values out of templates keep their kind, null removes, and the contract always holds."""

from __future__ import annotations

from typing import Any

import pytest

from execmock.core.preview import Emitted, Entered, Script, Sent
from execmock.core.progress import Signal
from execmock.core.scenario import Scenario
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import read_data, vocabularies
from execmock.service.preview import Preview, preview

CONTRACT = shipped_contract()
WORDS = vocabularies(CONTRACT)


def read(*steps: Any, **more: Any) -> tuple[Scenario | None, list[str]]:
    data = {"scenario": "tried", "steps": list(steps), **more}
    scenario, findings = read_data(data, repr(data), WORDS)
    return scenario, [finding.message for finding in findings]


def lived(*steps: Any, payload: Any = None, **more: Any) -> Any:
    """Play a scenario, sending `go` with a payload after a second."""
    scenario, findings = read(*steps, **more)
    assert scenario is not None, findings
    signals = (Sent(1_000, Signal("go", payload)),)
    return preview(scenario, CONTRACT, Preview(Script(until=50_000, signals=signals)))


def after_signal(sets: dict[str, Any], payload: Any) -> Any:
    """Return the execution after a signal, in a step that sets something; both properties had a value."""
    first = {"statusReason": "before", "responsePayload": {"before": True}}
    return lived(
        {"status": "workflow_queued", "set": first, "next": {"signal": "go"}},
        {"status": "workflow_failed", "set": sets},
        payload=payload,
    ).execution


@pytest.mark.parametrize(
    ("value", "payload", "expected"),
    [
        ("{{ signal.payload }}", {"a": [1, None]}, {"a": [1, None]}),
        ("{{ signal.payload.deep }}", {"deep": {"b": 2**70}}, {"b": 2**70}),
        ({"got": "{{ signal.payload }}"}, ["x"], {"got": ["x"]}),
        ({"got": "{{ signal.payload.n * 2 }}"}, {"n": 1.5}, {"got": 3}),
        ("{{ signal.payload | default('x') }}", {"a": 1}, {"a": 1}),
    ],
)
def test_a_whole_value_keeps_its_kind(value: Any, payload: Any, expected: Any) -> None:
    assert after_signal({"responsePayload": value}, payload)["responsePayload"] == expected


@pytest.mark.parametrize(
    ("value", "payload"),
    [
        (None, {}),
        ("{{ signal.payload }}", None),
        ("{{ signal.payload }}", "a text where the contract wants an object"),
        ("{{ signal.payload }}", [1]),
        ("{{ signal.payload.missing }}", {}),
        ({"twice": ["{{ signal.payload }}"] * 2}, {"many": [0] * 60_000}),
    ],
)
def test_null_and_what_the_contract_does_not_allow_removes(value: Any, payload: Any) -> None:
    assert "responsePayload" not in after_signal({"responsePayload": value}, payload)


def test_null_removes_a_text_too() -> None:
    assert "statusReason" not in after_signal({"statusReason": None}, None)
    assert (
        after_signal({"statusReason": "{{ execution.statusReason | default('none') }}"}, None)["statusReason"]
        == "before"
    )


def test_a_property_that_was_removed_has_no_value() -> None:
    again = {"statusReason": "was {{ execution.statusReason | default('removed') }}"}
    found = lived(
        {"status": "workflow_queued", "set": {"statusReason": "x"}, "next": {"after": "1s"}},
        {"status": "workflow_running", "set": {"statusReason": None}, "next": {"after": "1s"}},
        {"status": "workflow_failed", "set": again},
    )
    assert found.execution["statusReason"] == "was removed"
    assert [entry.sets for entry in found.entries if isinstance(entry, Entered)] == [
        {"statusReason": "x"},
        {"statusReason": None},
        {"statusReason": "was removed"},
    ]


@pytest.mark.parametrize(
    ("payload", "expected"), [({"a": 1}, {"a": 1}), ("text", None), (None, None), ({}, None)]
)
def test_event_data_is_a_whole_object_or_left_out(payload: Any, expected: Any) -> None:
    found = lived(
        {"status": "workflow_queued", "next": {"signal": "go"}},
        {"status": "workflow_failed", "events": [{"eventType": "told", "data": "{{ signal.payload }}"}]},
        payload=payload,
    )
    [event] = [e.event for e in found.entries if isinstance(e, Emitted) and e.event["eventType"] == "told"]
    assert event.get("data") == expected


def test_an_embed_execution_goes_back_to_a_blank_value() -> None:
    found = lived(
        {
            "name": "a",
            "status": "running",
            "set": {"log": None, "actions_count": 2},
            "next": {"after": "1s"},
        },
        {"name": "b", "status": "running", "set": {"log": {"a": 1}}, "next": {"after": "1s"}},
        {"name": "c", "status": "completed", "set": {"log": None, "actions_count": None}},
        api="embed",
    )
    assert (found.execution["log"], found.execution["actions_count"]) == ({}, 0)
    first = next(entry for entry in found.entries if isinstance(entry, Entered))
    assert first.sets == {"log": {}, "actions_count": 2}


@pytest.mark.parametrize(
    ("api", "sets", "message"),
    [
        ("executions", {"responsePayload": "a {{ signal.payload }}"}, "expected an object, received"),
        ("executions", {"responsePayload": "{{ signal.paylod }}"}, "unknown name 'signal.paylod'"),
        (
            "embed",
            {"actions_count": "{{ signal.payload }}"},
            "is counted before anything is known; expected a",
        ),
    ],
)
def test_what_can_never_be_right_is_told(api: str, sets: dict[str, Any], message: str) -> None:
    status = "completed" if api == "embed" else "workflow_failed"
    start = "running" if api == "embed" else "workflow_queued"
    _, [said] = read({"status": start, "next": {"signal": "go"}}, {"status": status, "set": sets}, api=api)
    assert message in said


def test_event_data_that_is_text_is_told() -> None:
    event = {"eventType": "told", "data": "{{ signal.name }}, {{ signal.name }}"}
    _, [said] = read(
        {"status": "workflow_queued", "next": {"signal": "go"}},
        {"status": "workflow_failed", "events": [event]},
    )
    assert said == "an object is expected, or one {{ name }} alone that stands for one"


@pytest.mark.parametrize(
    "sets",
    [
        {"statusReason": "{{ execution.statusReason }}{{ execution.statusReason }}x"},
        {"responsePayload": {"a": "{{ execution.responsePayload }}", "b": "{{ execution.responsePayload }}"}},
        {"responsePayload": {"a": "{{ execution.responsePayload }}"}},
    ],
)
def test_a_loop_that_repeats_what_it_set_stays_small(sets: dict[str, Any]) -> None:
    """Doubling with each of 50 visits would fill any memory."""
    found = lived(
        {
            "status": "workflow_queued",
            "set": {"statusReason": "x", "responsePayload": {"x": 1}},
            "next": {"after": "1s"},
        },
        {
            "name": "a",
            "status": "workflow_running",
            "set": sets,
            "next": [{"after": "1s"}, {"signal": "stop", "to": "end"}],
        },
        {"name": "b", "status": "workflow_waiting", "set": sets, "next": {"after": "1s", "to": "a"}},
        {"name": "end", "status": "workflow_failed"},
    )
    assert len([entry for entry in found.entries if isinstance(entry, Entered)]) > 45
    assert len(repr(found.execution)) < 2_000_000


def test_events_that_repeat_what_was_sent_stay_small_together() -> None:
    event = {"eventType": "told", "title": "{{ signal.payload.text }}", "data": "{{ signal.payload }}"}
    step = {"status": "workflow_running", "events": [event] * 6}
    found = lived(
        {"status": "workflow_queued", "next": {"signal": "go"}},
        *({"name": f"s{n}", **step, "next": {"after": "1s"}} for n in range(3)),
        {"status": "workflow_failed"},
        payload={"text": "x" * 3_000_000},
    )
    events = [entry.event for entry in found.entries if isinstance(entry, Emitted)]
    told = [event for event in events if event["eventType"] == "told"]
    assert len(told) == 18
    assert 5 <= sum("data" in event for event in told) <= 7
    assert "title" not in told[-1]
