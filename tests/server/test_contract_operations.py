"""An operation that the contract has and no Python knows is served from the contract, like any other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from execmock.core.contract import Contract
from execmock.core.schema.validator import SchemaValidator
from execmock.loading.contract import data_path, own_contract
from execmock.server.banner import banner

from .conftest import Server, Start, mock_servers
from .test_fast_path import both, request

ADDED = """
  /v1/workflows:
    get:
      operationId: listWorkflows
      tags: [workflows]
      security:
        - bearerAuth: [read]
      parameters:
        - {name: tag, in: query, schema: {type: array, items: {type: string, maxLength: 5}}}
        - {name: size, in: query, schema: {type: integer, minimum: 1}}
        - {name: X-Trace, in: header, schema: {type: string, minLength: 3}}
      responses:
        "200":
          description: The workflows.
          headers:
            X-Total: {required: true, schema: {type: integer, minimum: 7, maximum: 7}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/WorkflowsEnvelope"}
        "404": {description: There are none.}
        "409":
          description: Not now.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/ApiError"}
  /v1/runs/{id}/cancel:
    post:
      operationId: cancelRun
      security:
        - bearerAuth: [read-write]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, pattern: "^run_"}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [reason], properties: {reason: {type: string}}}
      responses:
        "202": {description: Accepted.}
        "200":
          description: Cancelled.
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: string}}}
              examples:
                cancelled: {value: {id: run_1, state: cancelled}}
                late: {value: {id: run_2, state: done}}
  /v1/runs/{id}/nothing:
    post:
      operationId: doNothing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "204": {description: Done.}
  /v1/runs/{id}/log:
    get:
      operationId: getLog
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
      responses:
        "200":
          description: The log as text.
          content:
            text/plain: {example: "begun\\nended"}
        5XX: {$ref: "#/components/responses/ServerError"}
  /v1/unmakeable:
    get:
      operationId: getUnmakeable
      responses:
        "200":
          description: What no value fits.
          content:
            application/json:
              schema: {type: object, required: [code], properties: {code: {pattern: "(?=a)b"}}}
    put:
      operationId: putFile
      requestBody:
        content:
          text/csv: {schema: {type: string}}
      responses:
        "201":
          description: A file.
          content:
            application/pdf: {schema: {type: string, format: binary}}
"""
SCHEMAS = """
    WorkflowsEnvelope:
      type: object
      required: [code, data, message, requestId]
      properties:
        code: {type: integer}
        data: {type: array, minItems: 1, items: {$ref: "#/components/schemas/Workflow"}}
        message: {type: string}
        requestId: {type: string}
    Workflow:
      type: object
      required: [id, createdAt, price]
      properties:
        id: {type: string, pattern: "^wf_[0-9a-v]{20}$"}
        createdAt: {type: string, format: date-time}
        price: {type: number, minimum: 0, maximum: 10, multipleOf: 0.05}
        secret: {type: string, writeOnly: true}
"""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped contract with more operations."""
    text = data_path("openapi.yaml").read_text(encoding="utf-8")
    for place, more in (("\npaths:", ADDED), ("\n  schemas:", SCHEMAS)):
        assert text.count(place) == 1
        text = text.replace(place, place + more.rstrip())
    path = tmp_path_factory.mktemp("contract") / "grown.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def start() -> AsyncIterator[Start]:
    """Start mocks that serve until the last test here has ended."""
    async with mock_servers() as starting:
        yield starting


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(start: Start, grown: Path) -> Server:
    """One for all tests here: these operations keep nothing."""
    started: Server = await start(contract=grown)
    return started


async def test_an_answer_is_made_from_the_schema_and_follows_from_the_seed(
    server: Server, start: Start, grown: Path
) -> None:
    reply = await server.get("/v1/workflows")
    assert reply.status == 200
    contract = own_contract(grown)
    schema = contract.operation("listWorkflows").success.schema
    assert schema is not None
    assert SchemaValidator(contract.standalone(schema)).violations(reply.json) == []
    assert reply.json["requestId"] == reply.headers["X-Request-Id"]
    assert (reply.json["code"], reply.json["message"]) == (200, "success")
    assert reply.headers["X-Total"] == "7"
    assert not any("secret" in workflow for workflow in reply.data)
    same, other = [await start(contract=grown, seed=seed) for seed in (7, 8)]
    assert (await server.get("/v1/workflows")).data == reply.data
    assert (await same.get("/v1/workflows")).data == reply.data
    assert (await other.get("/v1/workflows")).data != reply.data


async def test_an_answer_of_a_range_has_the_status_that_is_asked_for_and_its_message(server: Server) -> None:
    named = await server.get("/v1/runs/7/log", headers={"Prefer": "code=503, example=internalError"})
    assert (named.status, named.json["code"], named.json["message"]) == (503, 503, "Internal error")
    for code, message in ((500, "Internal error"), (503, "Service Unavailable"), (599, "Internal error")):
        forced = await server.get("/v1/runs/7/log", headers={"Prefer": f"code={code}"})
        assert (forced.status, forced.json["code"], forced.json["message"]) == (code, code, message)


async def test_with_a_seed_the_whole_answer_is_the_same_in_every_run(start: Start, grown: Path) -> None:
    replies = [
        [await server.get(path) for path in ("/v1/workflows", "/v1/unmakeable", "/v1/workflows?size=2")]
        for server in [await start(contract=grown, seed=11) for _ in range(2)]
    ]
    first, second = [[(r.status, r.body, r.headers["X-Request-Id"]) for r in each] for each in replies]
    assert first == second
    assert [status for status, _, _ in first] == [200, 501, 200]
    # The data follows from the path, not from how often it was asked for.
    assert replies[0][0].data == replies[0][2].data


async def test_the_first_success_example_is_answered_or_the_one_that_is_asked_for(server: Server) -> None:
    body = {"reason": "late"}
    usual = await server.send("POST", "/v1/runs/run_1/cancel", body)
    assert (usual.status, usual.json) == (200, {"id": "run_1", "state": "cancelled"})
    late = await server.send("POST", "/v1/runs/run_1/cancel", body, headers={"Prefer": "example=late"})
    assert late.json == {"id": "run_2", "state": "done"}
    text = await server.get("/v1/runs/7/log", key=None)
    assert (text.body, text.headers["Content-Type"]) == (b"begun\nended", "text/plain")


@pytest.mark.parametrize(
    ("prefer", "status", "body"),
    [
        ("code=404", 404, b""),
        ("code=409", 409, b'"message":"Conflict"'),
        ("code=409", 409, b'"code":409'),
        ("code=500", 400, b"code= one of 200, 404, 409"),
        ("example=none", 400, b"No such example"),
    ],
)
async def test_other_answers_can_be_forced(server: Server, prefer: str, status: int, body: bytes) -> None:
    reply = await server.get("/v1/workflows", headers={"Prefer": prefer})
    assert reply.status == status
    assert body in reply.body
    assert reply.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "places"),
    [
        ("GET", "/v1/workflows", {"key": None}, 401, ["header/Authorization"]),
        ("GET", "/v1/workflows?size=0", {}, 400, ["query/size"]),
        ("GET", "/v1/workflows?tag=short&tag=too-long", {}, 400, ["query/tag/1"]),
        ("GET", "/v1/workflows?tag=a&tag=b&size=3", {}, 200, None),
        ("GET", "/v1/workflows", {"headers": {"X-Trace": "ab"}}, 400, ["header/X-Trace"]),
        ("POST", "/v1/runs/run_1/cancel", {"body": {}}, 400, ["body/reason"]),
        ("POST", "/v1/runs/run_1/cancel", {"data": b"{"}, 400, ["body"]),
        (
            "POST",
            "/v1/runs/run_1/cancel",
            {"data": b"a", "headers": {"Content-Type": "text/plain"}},
            415,
            ["header/Content-Type"],
        ),
        ("POST", "/v1/runs/other/cancel", {"body": {"reason": "a"}}, 400, ["path/id"]),
        ("GET", "/v1/runs/x/log", {}, 400, ["path/id"]),
        ("GET", "/v1/runs/run_1/cancel", {}, 405, ["method"]),
        ("PUT", "/v1/unmakeable", {"data": b"a", "headers": {"Content-Type": "a/b"}}, 415, None),
    ],
)
async def test_its_requests_are_held_to_the_contract(
    server: Server, method: str, path: str, sent: dict, status: int, places: list[str] | None
) -> None:
    reply = await server.send(method, path, **sent)
    assert reply.status == status
    assert places is None or reply.places == places
    if status == 405:
        assert reply.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    ("method", "where", "why"),
    [
        ("GET", "get/responses/200", "none can be made from the schema (code: "),
        ("PUT", "put/responses/201", "there is no schema of JSON to make one from"),
    ],
)
async def test_what_is_missing_for_an_answer_is_named(
    server: Server, method: str, where: str, why: str
) -> None:
    reply = await server.send(
        method, "/v1/unmakeable", data=b"a,b", headers={"Content-Type": "text/csv"}, key=None
    )
    assert (reply.status, reply.json["code"]) == (501, 501)
    assert reply.json["message"] == "The contract has no example of this answer, and none can be made"
    assert reply.places == [f"contract#/paths/~1v1~1unmakeable/{where}"]
    assert f"expected an example, for {why}" in reply.json["details"][0]["message"]


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "TRACE"])
async def test_other_methods_are_answered_as_on_the_paths_of_other_operations(
    server: Server, method: str
) -> None:
    """`/v1/executions/{id}` has a get alone too."""
    added, known = [await server.send(method, path) for path in ("/v1/workflows", "/v1/executions/exec_1")]
    assert added.status == known.status
    assert added.body.replace(b"req_", b"")[:40] == known.body.replace(b"req_", b"")[:40]
    assert added.headers.get("Allow") == known.headers.get("Allow") == "GET, HEAD"


async def test_an_example_that_it_does_not_have_is_refused_as_for_other_operations(server: Server) -> None:
    body = {"reason": "late"}
    prefer = {"Prefer": "example=lat"}
    added = await server.send("POST", "/v1/runs/run_1/cancel", body, headers=prefer)
    known = await server.create(headers=prefer)
    assert (added.status, added.json["message"]) == (known.status, known.json["message"])
    said = "header/Prefer: expected example= one of cancelled, late, received \"lat\". Did you mean 'late'?"
    assert added.json["details"][0]["message"] == said


async def test_a_key_needs_the_scope_that_it_asks_for(start: Start, grown: Path) -> None:
    server = await start(
        contract=grown, auth="strict", keys=(("b3sk_read", "read"), ("b3sk_write", "read-write"))
    )
    body = {"reason": "late"}
    statuses = [
        (await server.send("POST", "/v1/runs/run_1/cancel", body, key=key)).status
        for key in ("b3sk_read", "b3sk_write", "b3sk_other")
    ]
    assert statuses == [403, 200, 401]
    assert (await server.get("/v1/workflows", key="b3sk_read")).status == 200


async def test_it_stands_in_the_journal_and_in_the_log(
    start: Start, grown: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await start(contract=grown, quiet=False)
    await server.get("/v1/workflows")
    await server.send("POST", "/v1/runs/run_1/cancel", {})
    entries = (await server.get("/_execmock/journal", headers={"Host": "localhost"})).json["entries"]
    shown = [(entry["operation"], entry["status"], entry["fits"]) for entry in entries]
    assert shown == [("listWorkflows", 200, True), ("cancelRun", 400, False)]
    assert [violation["location"] for violation in entries[1]["violations"]] == ["body/reason"]
    server.mock.log.flush()
    written = capsys.readouterr().out
    assert "200  GET    /v1/workflows" in written
    assert "listWorkflows" in written


async def test_browsers_may_send_and_read_what_the_contract_names(server: Server) -> None:
    reply = await server.send(
        "OPTIONS",
        "/v1/workflows",
        key=None,
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"},
    )
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "X-Trace" in reply.headers["Access-Control-Allow-Headers"].split(", ")
    exposed = (await server.get("/v1/workflows")).headers["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Total", "X-Request-Id"} <= set(exposed)


async def test_it_stands_in_the_banner_and_in_the_served_document(server: Server) -> None:
    contract: Contract = server.engine.contract
    urls = dict.fromkeys(contract.operations, "http://here")
    lines = banner(contract, [], urls, "b3sk_demo", "http://here", server.mock.options)
    assert "GET  http://here/v1/workflows" in lines
    assert "POST http://here/v1/runs/{id}/cancel" in lines
    assert "/v1/workflows" in (await server.get("/openapi.json")).json["paths"]


async def test_both_paths_give_the_same_bytes(grown: Path) -> None:
    sent = [
        request("GET /v1/workflows"),
        request("POST /v1/runs/run_1/nothing"),
        request("POST /v1/runs/run_1/cancel", body=json.dumps({"reason": "late"})),
        request("GET /v1/runs/7/log", key=""),
        request("GET /v1/workflows", "Prefer: code=404"),
        request("GET /v1/unmakeable"),
    ]
    fast, slow, at_once = await both(*sent, contract=grown)
    assert fast == slow
    assert at_once == len(sent)
