"""The journal in a test: looked at, filtered, asserted on, and shown when it is not as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from execmock.errors import MockError
from execmock.testing import ExecMock, MockRequests, MockSandbox

from .conftest import AT_NINE, BODY, call, create


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


@pytest.mark.parametrize(
    ("meant", "count"),
    [
        ({"query": {"limit": 5}}, 1),
        ({"query": {"limit": "5", "offset": None}}, 1),
        ({"query": {"limit": None}}, 1),
        ({"query": {"offset": 0}}, 0),
        ({"headers": {"x-trace": "abc"}}, 1),
        ({"headers": {"X-Trace": None}}, 1),
        ({"headers": {"Authorization": "***"}}, 2),
    ],
)
def test_headers_and_query_can_be_meant(mock: ExecMock, meant: dict[str, Any], count: int) -> None:
    call(mock, "/v1/executions?limit=5")
    call(mock, "/v1/executions", headers={"X-Trace": "abc"})
    assert mock.requests.count("listExecutions", **meant) == len(mock.requests.filter(**meant)) == count


def test_a_failed_question_about_headers_and_query_shows_what_came(mock: ExecMock) -> None:
    call(mock, "/v1/executions?limit=5", headers={"X-Trace": "abc"})
    with pytest.raises(AssertionError) as caught:
        mock.requests.assert_called(
            "listExecutions", query={"limit": 6, "offset": 1}, headers={"X-Trace": "abd", "X-Span": "1"}
        )
    assert str(caught.value).splitlines()[2:] == [
        "  09:00:00.000  GET /v1/executions?limit=5 -> 200  listExecutions",
        "      header X-Trace: expected 'abd', came 'abc'",
        "      header X-Span: expected '1', but it is not there",
        "      query limit: expected '6', came '5'",
        "      query offset: expected '1', but it is not there",
    ]


@pytest.mark.parametrize("meant", [{"headers": {"Authorization": "Bearer x"}}, {"query": {"token": "x"}}])
def test_what_is_never_shown_cannot_be_asked_for(mock: ExecMock, meant: dict[str, Any]) -> None:
    with pytest.raises(MockError, match="the journal never shows the"):
        mock.requests.assert_not_called(**meant)


@pytest.mark.parametrize(
    ("expected", "fails"),
    [
        ({"at_least": 2}, ""),
        ({"at_least": 3}, "expected at least 3 times, came twice"),
        ({"at_most": 2}, ""),
        ({"at_most": 1}, "expected at most once, came twice"),
        ({"at_least": 1, "at_most": 2}, ""),
        ({"at_least": 3, "at_most": 4}, "expected 3 to 4 times, came twice"),
    ],
)
def test_a_range_of_times_can_be_expected(mock: ExecMock, expected: dict[str, int], fails: str) -> None:
    create(mock)
    create(mock)
    if fails:
        with pytest.raises(AssertionError, match=fails):
            mock.requests.assert_called("createExecution", **expected)  # type: ignore[arg-type]
    else:
        assert len(mock.requests.assert_called("createExecution", **expected)) == 2  # type: ignore[arg-type]


def test_too_few_are_shown_with_the_nearest_others(mock: ExecMock) -> None:
    create(mock, externalRef="A")
    create(mock, externalRef="B")
    with pytest.raises(AssertionError) as caught:
        mock.requests.assert_called("createExecution", times=2, body={"externalRef": "A"})
    lines = str(caught.value).splitlines()
    assert lines[1] == "They were:"
    assert lines[3] == "The nearest others:"
    assert lines[5] == "      body.externalRef: expected 'A', came 'B'"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"times": 1, "at_most": 2}, "not both"),
        ({"at_least": 3, "at_most": 2}, "at_least=3 is more than at_most=2"),
        ({"pth": "/"}, r"assert_called has no argument 'pth'\. Did you mean 'path'"),
    ],
)
def test_arguments_that_cannot_be_meant_are_a_mistake_of_the_test(
    mock: ExecMock, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(MockError, match=message):
        mock.requests.assert_called("createExecution", **arguments)


def test_an_order_is_kept_with_others_in_between(mock: ExecMock) -> None:
    made = create(mock)["id"]
    call(mock, "/v1/executions")
    call(mock, f"/v1/executions/{made}")
    found = mock.requests.assert_sequence("createExecution", {"operation": "getExecution", "status": 200})
    assert [request.operation for request in found] == ["createExecution", "getExecution"]
    assert mock.requests.assert_sequence() == []


def test_a_broken_order_shows_what_came_and_what_came_too_early(mock: ExecMock) -> None:
    made = create(mock, externalRef="A")["id"]
    call(mock, f"/v1/executions/{made}")
    create(mock, externalRef="B")
    with pytest.raises(AssertionError) as caught:
        mock.requests.assert_sequence(
            "getExecution", {"operation": "createExecution", "body": {"externalRef": "A"}}
        )
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "Step 2 of 2, createExecution with body {'externalRef': 'A'}, did not come after step 1."
    )
    assert lines[1] == "These came:"
    assert lines[2].startswith("  1. 09:00:00.000  GET /v1/executions/exec_")
    assert lines[3] == "It came too early:"
    assert lines[5] == "The nearest after it:"
    assert lines[7] == "      body.externalRef: expected 'A', came 'B'"


def test_nothing_else_came_or_it_is_shown(mock: ExecMock) -> None:
    create(mock, externalRef="A")
    call(mock, "/v1/executions")
    mock.requests.assert_nothing_else("createExecution", "listExecutions")
    with pytest.raises(AssertionError) as caught:
        mock.requests.assert_nothing_else(
            {"operation": "createExecution", "body": {"externalRef": "B"}}, "getExecution"
        )
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("getExecution; something else came twice:")
    assert lines[2] == "      body.externalRef: expected 'B', came 'A'"
    assert lines[3] == "  09:00:00.000  GET /v1/executions -> 200  listExecutions"
    with pytest.raises(AssertionError, match="Expected nothing but no request at all"):
        mock.requests.assert_nothing_else()


@pytest.fixture
def crowded() -> Iterator[MockSandbox]:
    """A sandbox whose journal keeps the last two of its five requests."""
    with ExecMock(frozen=True, start=AT_NINE) as mock, mock.sandbox(journal_size=2, frozen=True) as sandbox:
        create(sandbox, externalRef="A")
        call(sandbox, "/v1/executions?limit=0")
        for _ in range(3):
            call(sandbox, "/v1/executions")
        yield sandbox


def test_what_was_dropped_still_counts(crowded: MockSandbox) -> None:
    requests = crowded.requests
    with pytest.raises(AssertionError) as caught:
        requests.assert_not_called("createExecution")
    assert str(caught.value).splitlines() == [
        "createExecution: expected never, came once.",
        "They were:",
        "  1 × POST /v1/executions -> 200  createExecution  (no longer in the journal)",
    ]
    assert requests.assert_called("createExecution", times=1) == []
    assert requests.count("listExecutions", status=200) == 3
    assert (len(requests), sum(one.count for one in requests.dropped)) == (2, 3)
    requests.assert_not_called("executeWorkflow", body={"id_type": "key"})
    with pytest.raises(AssertionError, match="A request breaks the contract"):
        requests.assert_no_violations()
    assert [violation.query for violation in requests.violations] == ["limit=0"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda requests: requests.assert_called("createExecution", body={"externalRef": "A"}),
        lambda requests: requests.assert_not_called("createExecution", body={"externalRef": "B"}),
        lambda requests: requests.assert_sequence("createExecution", "listExecutions"),
        lambda requests: requests.assert_nothing_else(
            {"operation": "createExecution", "body": {"externalRef": "A"}}, "listExecutions"
        ),
    ],
)
def test_an_assertion_that_what_was_dropped_decides_fails_and_says_so(
    crowded: MockSandbox, ask: Callable[[MockRequests], object]
) -> None:
    with pytest.raises(AssertionError) as caught:
        ask(crowded.requests)
    assert "not known" in str(caught.value)
    assert "journal_size=N keeps more" in str(caught.value)
    assert "  1 × POST /v1/executions -> 200  createExecution  (no longer in the journal)" in str(
        caught.value
    )


def test_a_question_that_what_was_dropped_decides_is_refused(crowded: MockSandbox) -> None:
    with pytest.raises(MockError, match="1 of the requests are no longer in the journal"):
        crowded.requests.filter("createExecution")
    with pytest.raises(MockError, match="1 request that may be meant is no longer in the journal"):
        crowded.requests.count("createExecution", body={"externalRef": "A"})
    assert len(crowded.requests.filter("getExecution")) == 0


def test_a_body_that_was_cut_is_no_evidence(mock: ExecMock) -> None:
    create(mock, externalRef="A", requestPayload={"text": "x" * 100_000})
    (request,) = mock.requests
    assert request.body_cut > 30_000
    assert f"(body cut by {request.body_cut} bytes)" in str(request)
    with pytest.raises(AssertionError, match="not known"):
        mock.requests.assert_not_called("createExecution", body={"externalRef": "B"})
    mock.requests.assert_called("createExecution", times=1)


def test_answers_are_kept_where_it_is_asked_for(mock: ExecMock) -> None:
    with mock.sandbox(journal_answers=True) as sandbox:
        made = create(sandbox)
        assert sandbox.requests[0].answer["data"]["execution"]["id"] == made["id"]
    create(mock)
    assert mock.requests[0].answer is None


def test_a_sandbox_keeps_as_many_requests_as_its_server_unless_it_is_told_otherwise() -> None:
    with ExecMock(journal_size=1) as mock, mock.sandbox() as one, mock.sandbox(journal_size=2) as two:
        for sandbox in (mock, one, two):
            for _ in range(3):
                call(sandbox, "/v1/executions")
        assert [len(sandbox.requests) for sandbox in (mock, one, two)] == [1, 1, 2]


def test_more_requests_than_a_page_are_all_looked_at() -> None:
    with ExecMock(journal_size=1500) as mock:
        create(mock)
        with closing(HTTPConnection(urlsplit(mock.url).netloc, timeout=60)) as connection:
            for _ in range(1100):
                connection.request("GET", "/v1/executions?limit=1", headers=mock.headers)
                connection.getresponse().read()
        assert [request.operation for request in mock.requests[:2]] == ["createExecution", "listExecutions"]
        assert mock.requests.count("listExecutions", query={"limit": 1}) == len(mock.requests) - 1 == 1100


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
            '      path: expected a path of the contract, received "/v1/executionz".'
            " Did you mean '/v1/executions'?"
            " `execmock serve --contract FILE` serves others, and `--upstream URL` passes them on"
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


def without_key(mock: MockSandbox, path: str = "/v1/executions") -> int:
    return call(mock, path, headers={"Authorization": "Bearer b3sk_of_no_sandbox"})[0]


def test_a_strict_mock_is_told_what_reaches_none_of_its_sandboxes() -> None:
    mock = ExecMock(strict_client=True, frozen=True, start=AT_NINE).start()
    without_key(mock)
    assert mock.client_report().splitlines() == [
        "A request reached the port without a key of any sandbox:",
        "  09:00:00.000  GET /v1/executions -> 401  listExecutions",
        "      with an unknown key",
    ]
    assert mock.report()["requests to no sandbox"].splitlines()[1] == "    with an unknown key"
    mock.close()
    with ExecMock(strict_client=True, allow_unknown_keys=True) as lenient:
        assert without_key(lenient) == 401


def test_a_mock_that_takes_any_key_takes_unknown_ones_for_its_own() -> None:
    with ExecMock(strict_client=True, auth="open") as mock, mock.sandbox() as sandbox:
        assert without_key(mock) == 200
        assert "with an unknown key" in sandbox.client_report()
        assert mock.client_report() == ""


def test_more_strays_than_are_kept_are_not_taken_for_none() -> None:
    with ExecMock() as mock, mock.sandbox() as sandbox:
        with closing(HTTPConnection(urlsplit(mock.url).netloc, timeout=60)) as connection:
            for _ in range(1001):
                connection.request("GET", "/v1/executions")
                connection.getresponse().read()
        assert sandbox.client_report().splitlines()[:2] == [
            "1000 requests reached the port without a key of any sandbox:",
            "  (950 more)",
        ]
        with mock.sandbox() as late:
            assert late.client_report() == ""


def test_a_report_says_what_it_leaves_out(mock: ExecMock) -> None:
    for _ in range(51):
        create(mock)
    report = mock.report()
    assert report["requests"].splitlines()[0] == "(the last 50 of 51)"
    assert report["timelines"].splitlines()[-1] == "(31 older ones)"
