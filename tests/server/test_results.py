"""A request is a frozen value, and handling it returns a frozen result that says all that came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from multidict import CIMultiDict
from tests.server.conftest import BODY

from execmock.clocks import ManualClock
from execmock.core.json_text import decode, encode
from execmock.server.api.authentication import ApiKeyAuthenticator, Caller
from execmock.server.api.calls import Handled, Request, Result
from execmock.server.api.handlers import api_handlers
from execmock.server.api.pipeline import Api, Handler
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import ValidatedRequest
from execmock.service.engine import Engine
from execmock.settings import ServeSettings

MakeApi = Callable[..., Api]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def make_api() -> AsyncIterator[MakeApi]:
    """An API over an engine of its own; named handlers take the place of the real ones."""
    engine = Engine(ServeSettings(seed=7), ManualClock())
    await engine.prepare()

    def make(**handlers: Handler) -> Api:
        own = api_handlers(engine.executions, engine.embed, engine.choices)
        authenticator = ApiKeyAuthenticator(engine.sandboxes, engine.contract.key_formats, strict=False)
        return Api(engine.contract, {**own, **handlers}, authenticator, RequestIds(b"root"), {})

    yield make
    await engine.close()


def request(method: str, path: str, query: str = "", body: Any = None, **headers: str) -> Request:
    sent = CIMultiDict({"Authorization": "Bearer b3sk_test", **(JSON if body is not None else {}), **headers})
    return Request(method, path, query, sent, b"" if body is None else encode(body))


def told(result: Result) -> tuple[int, str, str | None, str, list[str], bool]:
    sandbox = result.sandbox.id if result.sandbox else None
    places = [violation.where for violation in result.violations]
    return result.answer.status, result.operation, sandbox, result.subject, places, result.fits


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (request("GET", "/v1/executions"), (200, "listExecutions", "default", "", [], True)),
        (
            request("GET", "/v1/executions", "limit=a"),
            (400, "listExecutions", "default", "", ["query/limit"], False),
        ),
        (
            request("GET", "/v1/executions/exec_x"),
            (400, "getExecution", "default", "exec_x", ["path/id"], True),
        ),
        (
            request("GET", "/v1/public/executions/exec_x", "token=t"),
            (401, "getPublicExecution", None, "exec_x", [], True),
        ),
        (
            request("GET", "/v1/executions", Authorization=""),
            (401, "listExecutions", None, "", ["header/Authorization"], False),
        ),
        (request("GET", "/v1/nothing"), (404, "", None, "", ["path"], False)),
        (request("PUT", "/v1/executions"), (405, "", None, "", ["method"], False)),
        (
            request("GET", "/v1/executions", Prefer="code=401"),
            (401, "listExecutions", "default", "", [], False),
        ),
        (
            request("POST", "/api/v1/workflows/workflow_15/execute", body={"id_type": "key"}),
            (201, "executeWorkflow", "default", "workflow_15", [], True),
        ),
    ],
)
async def test_a_result_says_what_came_of_a_request(
    make_api: MakeApi, asked: Request, expected: tuple[Any, ...]
) -> None:
    assert told(await make_api().handle(asked)) == expected


async def test_what_a_handler_made_or_found_is_in_the_result(make_api: MakeApi) -> None:
    api = make_api()
    created = await api.handle(request("POST", "/v1/executions", body=BODY))
    data = decode(created.answer.body)["data"]
    made, token = data["execution"]["id"], data["clientToken"]
    assert told(created) == (200, "createExecution", "default", made, [], True)
    public = await api.handle(
        request("GET", f"/v1/public/executions/{made}", f"token={token}", Authorization="")
    )
    assert told(public) == (200, "getPublicExecution", "default", made, [], True)


async def test_a_request_can_be_handled_again(make_api: MakeApi) -> None:
    """Nothing of the first time is left in it."""
    api, asked = make_api(), request("POST", "/v1/executions", body=BODY)
    first, second = [await api.handle(asked) for _ in range(2)]
    assert first.subject != second.subject
    assert first.answer.headers != second.answer.headers


async def test_a_handler_that_fails_gives_a_result_too(
    make_api: MakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(asked: Request, validated: ValidatedRequest, caller: Caller | None) -> Handled:
        raise ZeroDivisionError("planted")

    api = make_api(getExecution=Handler(fail, subject="id"))
    result = await api.handle(request("GET", "/v1/executions/exec_x"))
    assert told(result) == (500, "getExecution", "default", "exec_x", [], True)
    assert decode(result.answer.body)["message"] == "Internal error"
    written = capsys.readouterr().err
    assert written.startswith("error: GET /v1/executions/exec_x (req_")
    assert "ZeroDivisionError: planted at" in written


@pytest.mark.parametrize("name", ["answer", "operation", "sandbox", "subject", "violations", "fits"])
async def test_a_result_cannot_be_changed(make_api: MakeApi, name: str) -> None:
    asked = request("GET", "/v1/executions")
    result = await make_api().handle(asked)
    for value, field in ((result, name), (result.answer, "status"), (asked, "body")):
        with pytest.raises(AttributeError):
            setattr(value, field, None)
