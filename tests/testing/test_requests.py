"""The journal in a test: looked at, filtered, asserted on, and shown when it is not as it should be."""

from __future__ import annotations

from typing import Any

import pytest

from execmock.errors import MockError
from execmock.testing import ExecMock, MockSandbox

from .conftest import BODY, call, create


def test_requests_are_there_in_order_and_typed(mock: ExecMock) -> None:
    made = create(mock, externalRef="A-1")
    call(mock, f"/v1/executions/{made['id']}")
    first, second = mock.requests
    assert (first.operation, first.method, first.path, first.status) == (
        "createExecution",
        "POST",
        "/v1/executions",
        200,
    )
    assert first.body == {**BODY, "externalRef": "A-1"}
    assert first.headers["authorization"] == "***"
    assert first.at == mock.clock.now
    assert (second.operation, second.execution, second.body) == ("getExecution", made["id"], None)
    assert (len(mock.requests), mock.requests[-1], mock.requests[:1]) == (2, second, [first])
    mock.requests.clear()
    assert len(mock.requests) == 0


@pytest.mark.parametrize(
    ("meant", "count"),
    [
        ({}, 4),
        ({"operation": "createExecution"}, 3),
        ({"operation": "createExecution", "status": 200}, 2),
        ({"method": "GET"}, 1),
        ({"path": "/v1/executions"}, 4),
        ({"body": {"externalRef": "B"}}, 1),
        ({"body": {"clientSafeMetadata": {"items": [{"sku": 1}]}}}, 1),
        ({"body": {"clientSafeMetadata": {"items": [{"sku": True}]}}}, 0),
        ({"body": {"clientSafeMetadata": {"items": []}}}, 0),
        ({"body": {"externalRef": None}}, 0),
    ],
)
def test_a_filter_compares_what_is_named(mock: ExecMock, meant: dict[str, Any], count: int) -> None:
    create(mock, externalRef="A")
    create(mock, externalRef="B", clientSafeMetadata={"items": [{"sku": 1, "name": "tent"}], "note": "x"})
    call(mock, "/v1/executions", {"workflowId": 3})
    call(mock, "/v1/executions")
    assert len(mock.requests.filter(**meant)) == count


def test_an_assertion_that_holds_returns_the_requests(mock: ExecMock) -> None:
    create(mock)
    create(mock, externalRef="B")
    assert len(mock.requests.assert_called("createExecution")) == 2
    (found,) = mock.requests.assert_called("createExecution", times=1, body={"externalRef": "B"}, status=200)
    assert found.body["externalRef"] == "B"
    mock.requests.assert_not_called("executeWorkflow")
    assert mock.requests.assert_called("executeWorkflow", times=0) == []


def test_a_failed_assertion_shows_the_nearest_requests_and_their_differences(mock: ExecMock) -> None:
    made = create(mock, workflowId="wf_other", externalRef="A-1")
    call(mock, f"/v1/executions/{made['id']}")
    call(mock, "/v1/executions", {**BODY, "workflowId": 3})
    wanted = {"workflowId": "wf_mine", "externalRef": "A-1"}
    with pytest.raises(AssertionError) as caught:
        mock.requests.assert_called("createExecution", body=wanted)
    assert str(caught.value).splitlines() == [
        f"createExecution with body {wanted}: expected at least once, came never.",
        "The nearest requests:",
        f"  09:00:00.000  POST /v1/executions -> 200  createExecution {made['id']}",
        "      body.workflowId: expected 'wf_mine', came 'wf_other'",
        "  09:00:00.000  POST /v1/executions -> 400  createExecution",
        "      body.workflowId: expected 'wf_mine', came 3",
        "      body.externalRef: expected 'A-1', but it is not there",
        "      refused: body/workflowId: expected a string, received 3",
        f"  09:00:00.000  GET /v1/executions/{made['id']} -> 200  getExecution {made['id']}",
        "      operation: expected createExecution, came getExecution",
        f"      body: expected {wanted}, came None",
    ]


def test_a_wrong_number_shows_the_requests_that_came(mock: ExecMock) -> None:
    made = [create(mock)["id"], create(mock)["id"]]
    with pytest.raises(AssertionError) as caught:
        mock.requests.assert_called("createExecution", times=1)
    assert str(caught.value).splitlines() == [
        "createExecution: expected once, came twice.",
        "They were:",
        *(f"  09:00:00.000  POST /v1/executions -> 200  createExecution {name}" for name in made),
    ]
    with pytest.raises(AssertionError, match="expected never, came twice"):
        mock.requests.assert_not_called("createExecution", status=200)


def test_without_any_request_the_failure_says_so(mock: ExecMock) -> None:
    with pytest.raises(AssertionError, match="No request came for this sandbox at all"):
        mock.requests.assert_called("createExecution")


def test_an_operation_that_the_contract_lacks_is_a_mistake_of_the_test(mock: ExecMock) -> None:
    with pytest.raises(
        MockError, match=r"unknown operation 'createExecutoin'.*Did you mean 'createExecution'"
    ):
        mock.requests.assert_called("createExecutoin")


def test_requests_that_break_the_contract_are_told_from_those_that_are_only_refused(mock: ExecMock) -> None:
    call(mock, "/v1/executions/exec_unknown")
    assert mock.requests.violations == []
    call(mock, "/v1/executionz")
    call(mock, "/v1/executions?limit=0")
    with pytest.raises(AssertionError) as caught:
        mock.requests.assert_no_violations()
    assert str(caught.value).splitlines() == [
        "2 requests break the contract:",
        "  09:00:00.000  GET /v1/executionz -> 404",
        (
            "      path: expected a path of the contract; `execmock serve --contract FILE` serves a copy"
            ' with more of them, received "/v1/executionz"'
        ),
        "  09:00:00.000  GET /v1/executions?limit=0 -> 400  listExecutions",
        "      query/limit: expected at least 1, received 0",
    ]


def test_a_request_that_reaches_nothing_belongs_to_the_sandbox_of_its_key(mock: ExecMock) -> None:
    with mock.sandbox() as sandbox:
        call(sandbox, "/v1/executionz")
        assert [request.path for request in sandbox.requests] == ["/v1/executionz"]
        assert len(mock.requests) == 0


def break_the_contract(mock: MockSandbox) -> None:
    with mock:
        call(mock, "/v1/executionz")


def test_a_strict_block_fails_in_the_end_when_its_client_broke_the_contract(mock: ExecMock) -> None:
    strict = ExecMock(strict_client=True)
    for sandbox in (strict, mock.sandbox(strict_client=True)):
        with pytest.raises(AssertionError, match="A request breaks the contract"):
            break_the_contract(sandbox)
        assert not sandbox.running
    break_the_contract(mock.sandbox())


def test_a_strict_block_that_fails_by_itself_says_why_it_failed() -> None:
    def broken_twice() -> None:
        with ExecMock(strict_client=True) as mock:
            call(mock, "/v1/executionz")
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        broken_twice()


def test_embedded_workflows_are_looked_at_apart(mock: ExecMock) -> None:
    status, _ = call(mock, "/api/v1/workflows/workflow_15/execute", {"id_type": "key"})
    assert status == 201
    (execution,) = mock.executions.embed
    assert (execution.api, execution.fields["status"]) == ("embed", "running")
    assert len(mock.executions) == 0
    mock.requests.assert_called("executeWorkflow", times=1)
