"""What a server counts as met, as happened without being seen, and as never met."""

from __future__ import annotations

from tests.coverage.conftest import BODY, call, coverage, create, met, read

from execmock.coverage import Coverage, Tally, Unit
from execmock.testing import ExecMock, MockSandbox

SCENARIO = {
    "scenario": "counted",
    "steps": [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {
            "name": "work",
            "status": "workflow_running",
            "next": [{"after": "1h", "to": "more"}, {"after": "2s", "to": "more"}],
        },
        {
            "name": "more",
            "status": "workflow_running",
            "next": [{"signal": "go", "to": "wait"}, {"after": "1h", "to": "bad"}],
        },
        {
            "name": "wait",
            "status": "workflow_waiting",
            "next": [{"polls": 2, "to": "good"}, {"after": "1h", "to": "bad"}],
        },
        {"name": "good", "status": "workflow_succeeded"},
        {"name": "bad", "status": "workflow_failed"},
    ],
}
SEEN, UNSEEN, OPEN = Tally(declared=True, met=1), Tally(declared=True, unseen=1), Tally(declared=True)


def test_views_in_turn_show_transitions_and_what_lies_between_is_told_apart(mock: MockSandbox) -> None:
    mock.scenario(SCENARIO)
    execution = create(mock)
    mock.clock.advance("1s")
    assert read(mock, execution) == "workflow_running"
    mock.clock.advance("2s")
    # Another step of the same status is no transition; nor is a second look.
    assert [read(mock, execution) for _ in range(2)] == ["workflow_running"] * 2
    mock.signal(execution, "go")
    # The control API is no client.
    assert met(coverage(mock), "transition") == {
        "executions workflow_queued workflow_running": SEEN,
        "executions workflow_running workflow_waiting": UNSEEN,
    }
    assert [read(mock, execution) for _ in range(3)] == ["workflow_waiting"] * 2 + ["workflow_succeeded"]
    found = coverage(mock)
    assert met(found, "transition") == {
        "executions workflow_queued workflow_running": SEEN,
        "executions workflow_running workflow_waiting": SEEN,
        "executions workflow_waiting workflow_succeeded": SEEN,
    }
    statuses = ("queued", "running", "waiting", "succeeded")
    assert met(found, "status") == {f"executions workflow_{status}": SEEN for status in statuses}
    branches = {unit.names[1:]: tally for unit, tally in found.of("branch") if unit.names[0] == "counted"}
    assert branches == {
        ("workflow_queued", "after 1s", "work"): SEEN,
        ("work", "after 1h", "more"): OPEN,
        ("work", "after 2s", "more"): SEEN,
        ("more", "signal go", "wait"): SEEN,
        ("more", "after 1h", "bad"): OPEN,
        ("wait", "read 2 times", "good"): SEEN,
        ("wait", "after 1h", "bad"): OPEN,
    }
    assert found.ways[Unit("branch", ("counted", "more", "after 1h", "bad"))] == "time in step `more`"


def test_what_happens_between_two_views_was_not_seen(mock: MockSandbox) -> None:
    mock.scenario(SCENARIO)
    execution = create(mock)
    mock.clock.advance("1s")
    mock.jump(execution, "wait")
    mock.clock.advance("1h")
    items = call(mock, "/v1/executions")[1]["data"]["items"]
    assert [item["status"] for item in items] == ["workflow_failed"]
    assert met(coverage(mock), "transition") == {
        "executions workflow_queued workflow_running": UNSEEN,
        "executions workflow_running workflow_waiting": UNSEEN,
        "executions workflow_waiting workflow_failed": UNSEEN,
    }
    # A jump is no branch of the scenario.
    taken = {unit.names[1:] for unit, tally in coverage(mock).of("branch") if tally.met}
    assert taken == {("workflow_queued", "after 1s", "work"), ("wait", "after 1h", "bad")}


def test_a_first_view_shows_no_transition(mock: MockSandbox) -> None:
    mock.scenario(SCENARIO)
    execution = create(mock)
    mock.clock.advance("1s")
    mock.restore(mock.snapshot())
    assert read(mock, execution) == "workflow_running"
    found = coverage(mock)
    assert met(found, "transition") == {"executions workflow_queued workflow_running": UNSEEN}
    assert met(found, "status") == {"executions workflow_running": SEEN}


def test_the_control_api_and_the_console_are_no_clients(mock: MockSandbox) -> None:
    query = f"?sandbox={mock.name}"
    made = call(mock, f"/_execmock/executions{query}", {"scenario": "payment-failed", "request": BODY})[1]
    call(mock, f"/_execmock/executions/{made['id']}{query}")
    assert met(coverage(mock), "status") == {}
    assert read(mock, made["id"]) == "awaiting_payment"
    assert met(coverage(mock), "status") == {"executions awaiting_payment": SEEN}
    assert met(coverage(mock), "answer").keys() == {"getExecution 200"}


def test_a_public_view_and_an_embedded_workflow_count_too(mock: MockSandbox) -> None:
    made = call(mock, "/v1/executions", {**BODY, "workflowId": "wf_payment_failed"})[1]["data"]
    mock.clock.advance("4s")
    path = f"/v1/public/executions/{made['execution']['id']}?token={made['clientToken']}"
    assert call(mock, path)[1]["data"]["status"] == "workflow_failed"
    assert call(mock, "/api/v1/workflows/workflow_15/execute", {"id_type": "key"})[0] == 201
    found = coverage(mock)
    assert met(found, "transition") == {"executions awaiting_payment workflow_failed": SEEN}
    assert met(found, "status").keys() == {
        "embed running",
        "executions awaiting_payment",
        "executions workflow_failed",
    }


def test_answers_errors_and_faults(mock: MockSandbox) -> None:
    call(mock, "/v1/executions", {"workflowId": 7})
    call(mock, "/v1/executions", "{")
    call(mock, "/v1/executions", headers={"Prefer": "code=401, example=badKey"})
    call(mock, "/v1/nothing")
    with mock.fault("down", operation="listExecutions", refused=418, times=1):
        assert call(mock, "/v1/executions")[0] == 418
    mock.fault("never", operation="createExecution", refused=503)
    found = coverage(mock)
    assert met(found, "answer") == {
        " 404": Tally(met=1),
        "createExecution 400": Tally(declared=True, met=2),
        "listExecutions 401": SEEN,
        "listExecutions 418": Tally(met=1),
    }
    assert met(found, "example") == {
        "createExecution 400 invalidBody": SEEN,
        "createExecution 400 malformedJson": SEEN,
        "listExecutions 401 badKey": SEEN,
    }
    assert [(unit.names, tally) for unit, tally in found.of("fault")] == [
        (("down",), SEEN),
        (("never",), OPEN),
    ]


def test_what_was_met_outlives_its_sandbox(server: ExecMock) -> None:
    before = coverage(server, "&all=true")
    with server.sandbox(frozen=True) as first:
        first.fault("kept", refused=503, operation="getExecution")
        create(first)
        first.reset()
        assert met(coverage(first), "answer") == {}
        call(first, "/v1/executions")
    gained = {
        name: tally.met - met(before, "answer").get(name, Tally()).met
        for name, tally in met(coverage(server, "&all=true"), "answer").items()
    }
    assert {name: number for name, number in gained.items() if number} == {
        "createExecution 200": 1,
        "listExecutions 200": 1,
    }
    assert Unit("fault", ("kept",)) in coverage(server, "&all=true").missing("fault")
    assert call(server, "/_execmock/coverage?sandbox=gone")[0] == 404


def test_what_is_said_to_show_something_shows_it(server: ExecMock) -> None:
    """For each status and each transition that a scenario shows by time alone."""
    missing: Coverage = coverage(server)
    units = [unit for unit in missing.missing() if unit.kind in ("status", "transition")]
    shown = {unit: way.strip("`") for unit in units if (way := missing.ways[unit]).startswith("`wf_")}
    alone = {unit: workflow for unit, workflow in shown.items() if " by " not in workflow}
    assert len(alone) > 15
    for workflow in set(alone.values()):
        with server.sandbox(frozen=True, seed=1) as mock:
            execution = create(mock, workflowId=workflow)
            for _ in range(20):
                if call(mock, f"/_execmock/clock/advance?sandbox={mock.name}", {"next": "change"})[0] == 409:
                    break
                read(mock, execution)
            there = coverage(mock)
            wanted = {unit for unit, named in alone.items() if named == workflow}
            assert {unit for unit in wanted if not there.tallies[unit].met} == set(), workflow
