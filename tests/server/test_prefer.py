"""What a request can ask for itself: a scenario, or one of the contract's own answers."""

from __future__ import annotations

from typing import Any

import pytest

from execmock.core.contract import Operation
from execmock.core.schema.validator import SchemaValidator
from execmock.loading.contract import shipped_contract

from .conftest import Server, Start

CONTRACT = shipped_contract()
PATHS = {
    "createExecution": "/v1/executions",
    "listExecutions": "/v1/executions",
    "getExecution": "/v1/executions/x",
    "getPublicExecution": "/v1/public/executions/x",
    "executeWorkflow": "/api/v1/workflows/x/execute",
}
EXAMPLES = [
    (operation, status, name)
    for operation in CONTRACT.operations.values()
    for status, response in operation.responses.items()
    for name in response.examples
]


@pytest.mark.parametrize(
    ("operation", "status", "name"),
    EXAMPLES,
    ids=lambda part: part.id if isinstance(part, Operation) else part,
)
async def test_every_example_of_the_contract_can_be_asked_for(
    server: Server, operation: Operation, status: str, name: str
) -> None:
    """With its status, the headers that the contract asks for, and a body that fits the schema."""
    reply = await server.send(
        operation.method, PATHS[operation.id], headers={"Prefer": f"code={status}, example={name}"}
    )
    response = operation.responses[status]
    expected = dict(response.examples[name])
    if "requestId" in expected:
        expected |= {"requestId": reply.headers["X-Request-Id"], "code": int(status)}
    assert (reply.status, reply.json) == (int(status), expected)
    assert response.schema is not None
    assert SchemaValidator(CONTRACT.standalone(response.schema)).violations(reply.json) == []
    asked = {
        header for header in response.headers if CONTRACT.resolve(response.headers[header]).get("required")
    }
    assert not {header.lower() for header in asked} - {header.lower() for header in reply.headers}
    assert reply.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        ("code=200", 200),
        ("code=429", 429),
        ("code=500", 500),
        ("code=502", 502),
        ("code=503", 503),
        ("code=504", 400),
        ("example=emptyPage", 200),
        ("example=invalidLimit", 400),
        ("example=internalError", 500),
        ('example="pageOfThree"', 200),
        ("respond-async; code=401", 401),
        ("code=299", 400),
        ("code=2", 400),
        ("code=abc", 400),
        ("code=5XX", 400),
        ("code=-200", 400),
        ("code=%D9%A4", 400),
        ("example=nothing", 400),
        ("code=200, example=invalidLimit", 400),
        ("code=", 200),
        ("", 200),
        (",;=,", 200),
        ("respond-async", 200),
        ("scenario=flaky", 200),
    ],
)
async def test_a_preference_forces_an_answer_or_says_what_is_wrong(
    server: Server, prefer: str, status: int
) -> None:
    reply = await server.get("/v1/executions", headers={"Prefer": prefer})
    assert reply.status == status
    assert (reply.json["code"], reply.json["requestId"]) == (status, reply.headers["X-Request-Id"])


async def test_a_forced_405_names_the_methods_of_its_path_and_a_429_when_to_come_again(
    server: Server,
) -> None:
    wrong = await server.get("/v1/executions", headers={"Prefer": "code=405"})
    late = await server.get("/v1/executions", headers={"Prefer": "code=429"})
    assert (wrong.headers["Allow"], late.headers["Retry-After"]) == ("GET, HEAD, POST", "1")


@pytest.mark.parametrize(
    ("method", "path", "code", "headers"),
    [
        ("GET", "/v1/executions", 503, {"Retry-After": "1"}),
        ("GET", "/v1/executions", 500, {}),
        ("GET", "/v1/executions", 502, {}),
        ("POST", "/api/v1/workflows/x/execute", 503, {"Retry-After": "1"}),
        ("GET", "/v1/executions", 429, {"Retry-After": "1"}),
        ("GET", "/v1/executions", 401, {"WWW-Authenticate": "Bearer"}),
        ("POST", "/v1/executions", 401, {"WWW-Authenticate": "Bearer"}),
        ("GET", "/v1/public/executions/x", 401, {}),
        ("POST", "/api/v1/workflows/x/execute", 401, {"WWW-Authenticate": "Bearer"}),
        ("GET", "/v1/executions", 403, {}),
    ],
)
async def test_a_forced_answer_has_the_headers_of_a_real_one(
    server: Server, method: str, path: str, code: int, headers: dict[str, str]
) -> None:
    reply = await server.send(method, path, headers={"Prefer": f"code={code}"})
    told = ("Retry-After", "WWW-Authenticate", "Allow")
    assert (reply.status, {name: reply.headers[name] for name in told if name in reply.headers}) == (
        code,
        headers,
    )


async def test_the_success_of_a_create_is_of_what_was_sent(server: Server) -> None:
    """It is created, and can be read; another body is refused as always, and another example is shown."""
    prefer = {"Prefer": "code=200"}
    created = await server.create({"workflowId": "wf_mine"}, headers=prefer)
    execution = created.data["execution"]
    assert execution["workflowId"] == "wf_mine"
    assert (await server.get(f"/v1/executions/{execution['id']}", headers=prefer)).data["execution"][
        "id"
    ] == execution["id"]
    assert (await server.send("POST", "/v1/executions", {}, headers=prefer)).status == 400
    unknown = await server.get("/v1/executions/exec_unknown", headers=prefer)
    assert (unknown.status, unknown.json["code"]) == (200, 200)


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("cod=503", "Prefer: unknown 'cod'; expected code, delay, example, scenario. Did you mean 'code'?"),
        ("dynamic=true", "Prefer: unknown 'dynamic'; expected code, delay, example, scenario."),
        (
            "code=429, exampl=x",
            "Prefer: unknown 'exampl'; expected code, delay, example, scenario. Did you mean 'example'?",
        ),
        (
            "a, b, c, d, e",
            "Prefer: unknown 'a', 'b', 'c' and 2 more; expected code, delay, example, scenario.",
        ),
        ("\u00e9=1", "Prefer: unknown '\\xe9'; expected code, delay, example, scenario."),
        ("respond-async, wait=10; handling=lenient, return=minimal", None),
        ("code=200", None),
        ("scenario=flaky", None),
        ("", None),
        (",;=,", None),
    ],
)
async def test_unknown_words_are_named_in_the_header_that_warns(
    server: Server, prefer: str, said: str | None
) -> None:
    for path in ("/v1/executions", "/v1/nothing"):
        reply = await server.get(path, headers={"Prefer": prefer})
        assert reply.headers.get("X-Execmock-Warning") == said
    entries = (await server.get("/_execmock/journal")).json["entries"]
    assert [entry["warning"] is None for entry in entries] == [said is None] * 2


async def test_the_log_marks_forced_answers(mock_server: Start, capsys: pytest.CaptureFixture[str]) -> None:
    server = await mock_server(quiet=False)
    await server.get("/v1/executions", headers={"Prefer": "code=429"})
    await server.get("/v1/executions", headers={"Prefer": "cod=429"})
    await server.get("/v1/executions", headers={"Prefer": "code=200"})
    server.mock.log.flush()
    forced, unknown, real = capsys.readouterr().out.splitlines()
    assert forced.endswith("listExecutions  forced by Prefer")
    assert "Prefer: unknown 'cod'" in unknown
    assert real.endswith("listExecutions")


async def test_an_unknown_example_names_the_nearest(server: Server) -> None:
    reply = await server.get("/v1/executions", headers={"Prefer": "example=pageOfTree"})
    assert "Did you mean 'pageOfThree'?" in reply.json["details"][0]["message"]


async def test_a_forced_answer_still_asks_for_a_key(server: Server) -> None:
    reply = await server.send("GET", "/v1/executions", key=None, headers={"Prefer": "code=200"})
    assert reply.status == 401


async def first_status(server: Server, workflow: str, **headers: str) -> Any:
    """The status a created execution starts in tells which scenario was picked."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await server.create({"workflowId": workflow}, headers=sent)).data["execution"]["id"]


async def picked(server: Server, workflow: str = "wf_none", **headers: str) -> str:
    name = await first_status(server, workflow, **headers)
    sandbox = await server.engine.sandboxes.get("default")
    assert sandbox is not None
    found = await server.engine.repository.find(sandbox, name)
    assert found is not None
    return found.scenario.split("@")[0]


async def test_a_scenario_is_picked_by_header_preference_binding_default_and_built_in_default(
    mock_server: Start,
) -> None:
    server = await mock_server(scenario="long-running")
    asked = {"X_Execmock_Scenario": "node-fails", "Prefer": "scenario=flaky"}
    assert await picked(server, "wf_payment_failed", **asked) == "node-fails"
    assert await picked(server, "wf_payment_failed", Prefer="scenario=flaky") == "flaky"
    assert await picked(server, "wf_payment_failed") == "payment-failed"
    assert await picked(server) == "long-running"
    assert await picked(await mock_server()) == "paid-happy-path"


@pytest.mark.parametrize("headers", [{"X-Execmock-Scenario": "flak"}, {"Prefer": "scenario=flak"}])
async def test_an_unknown_scenario_names_the_nearest(server: Server, headers: dict[str, str]) -> None:
    reply = await server.create(headers=headers)
    assert (reply.status, reply.places) == (400, [f"header/{next(iter(headers))}"])
    assert "Did you mean 'flaky'?" in reply.json["details"][0]["message"]


async def test_a_scenario_of_the_other_api_is_unknown(server: Server) -> None:
    assert (await server.create(headers={"X-Execmock-Scenario": "embed-running"})).status == 400
    assert (
        await server.execute("workflow_15", {"id_type": "key"}, headers={"Prefer": "scenario=flaky"})
    ).status == 400


async def test_an_execution_follows_its_scenario_for_life(server: Server) -> None:
    created = (await server.create()).data["execution"]["id"]
    registry = server.engine.registry
    registry.remove("paid-happy-path")
    server.clock.advance(60_000)
    assert (await server.get(f"/v1/executions/{created}")).data["execution"]["status"] == "workflow_succeeded"
