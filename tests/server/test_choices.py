"""`--choose`: each behaviour that the contract leaves open, as it is and as it can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from execmock.errors import ConfigError
from execmock.loading.contract import shipped_contract
from execmock.service.choices import choosable, choose

from .conftest import Reply, Server, Start

CONTRACT = shipped_contract()
Probe = Callable[[Server], Awaitable[Reply]]


async def foreign(server: Server) -> Reply:
    return await server.create(headers={"X-Org-ID": "org_other"})


async def conflict(server: Server) -> Reply:
    await server.create({"idempotencyKey": "k"})
    return await server.create({"idempotencyKey": "k", "externalRef": "x"})


async def unknown_workflow(server: Server) -> Reply:
    await server.engine.sandboxes.change("default", lambda old: replace(old, workflows=("wf_known",)))
    return await server.create({"workflowId": "wf_known_not"})


async def ninth(server: Server) -> Reply:
    return await server.get("/v1/executions/exec_any", headers={"Prefer": "example=workflow_partial"})


KEY = {"id_type": "key"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PROBES: dict[tuple[str, int | str], tuple[Probe, int]] = {
    ("unknownProperty", "ignore"): (lambda s: s.create({"more": 1}), 200),
    ("unknownProperty", 400): (lambda s: s.create({"more": 1}), 400),
    ("nullOptional", "accept"): (lambda s: s.create({"externalRef": None}), 200),
    ("nullOptional", 400): (lambda s: s.create({"externalRef": None}), 400),
    ("emptyString", "accept"): (lambda s: s.create({"externalRef": ""}), 200),
    ("emptyString", 400): (lambda s: s.create({"externalRef": ""}), 400),
    ("badKey", 401): (lambda s: s.get("/v1/executions", key="unknown"), 401),
    ("badKey", 403): (lambda s: s.get("/v1/executions", key="unknown"), 403),
    ("missingPublicToken", 400): (lambda s: s.get("/v1/public/executions/x"), 400),
    ("missingPublicToken", 401): (lambda s: s.get("/v1/public/executions/x"), 401),
    ("unknownExecution", 400): (lambda s: s.get("/v1/executions/x"), 400),
    ("unknownExecution", 404): (lambda s: s.get("/v1/executions/x"), 404),
    ("unknownWorkflow", 400): (unknown_workflow, 400),
    ("unknownWorkflow", 404): (unknown_workflow, 404),
    ("limitOverMaximum", "clamp"): (lambda s: s.get("/v1/executions?limit=101"), 200),
    ("limitOverMaximum", 400): (lambda s: s.get("/v1/executions?limit=101"), 400),
    ("hugeNumber", 400): (lambda s: s.get(f"/v1/executions?offset={2**64}"), 400),
    ("hugeNumber", "clamp"): (lambda s: s.get(f"/v1/executions?offset={2**64}&limit={2**64}"), 200),
    ("idempotencyConflict", 400): (conflict, 400),
    ("idempotencyConflict", 409): (conflict, 409),
    ("wrongMethod", 405): (lambda s: s.send("DELETE", "/v1/executions"), 405),
    ("wrongMethod", 404): (lambda s: s.send("DELETE", "/v1/executions"), 404),
    ("wrongContentType", 415): (lambda s: s.create(headers={"Content-Type": "text/plain"}), 415),
    ("wrongContentType", 400): (lambda s: s.create(headers={"Content-Type": "text/plain"}), 400),
    ("bodyTooLarge", 413): (lambda s: s.create({"externalRef": "x" * 5_000}), 413),
    ("bodyTooLarge", 400): (lambda s: s.create({"externalRef": "x" * 5_000}), 400),
    ("foreignOrganizationHeader", "ignore"): (foreign, 200),
    ("foreignOrganizationHeader", 403): (foreign, 403),
    ("embedUnknownIdType", 404): (lambda s: s.execute("workflow_15", {"id_type": "name"}), 404),
    ("embedUnknownIdType", 422): (lambda s: s.execute("workflow_15", {"id_type": "name"}), 422),
    ("embedUnknownUserKey", "accept"): (lambda s: s.execute("workflow_15", {**KEY, "user_key": "x"}), 201),
    ("embedUnknownUserKey", 404): (lambda s: s.execute("workflow_15", {**KEY, "user_key": "x"}), 404),
    ("embedUnknownWorkflow", 404): (lambda s: s.execute("newsletter", KEY), 404),
    ("embedUnknownWorkflow", "run"): (lambda s: s.execute("newsletter", KEY), 201),
    ("embedFormBody", 415): (lambda s: s.execute("workflow_15", data=b"id_type=key", headers=FORM), 415),
    ("embedFormBody", "accept"): (lambda s: s.execute("workflow_15", data=b"id_type=key", headers=FORM), 201),
    ("embedExecutionData", 422): (lambda s: s.execute("workflow_15", {**KEY, "execution_data": []}), 422),
    ("embedExecutionData", 400): (lambda s: s.execute("workflow_15", {**KEY, "execution_data": []}), 400),
    ("statuses", "eight"): (ninth, 400),
    ("statuses", "nine"): (ninth, 200),
    ("embedMalformedJson", 400): (lambda s: s.execute("workflow_15", data=b"{"), 400),
    ("embedMalformedJson", 422): (lambda s: s.execute("workflow_15", data=b"{"), 422),
}
SHOWN_OTHERWISE = {("repeatedCreate", "present"), ("repeatedCreate", "first")} | {
    ("embedHashid", "execution"),
    ("embedHashid", "workflow"),
}


def test_every_value_that_can_be_chosen_is_tried() -> None:
    every = {(name, value) for name, values in choosable(CONTRACT).items() for value in values}
    assert every == set(PROBES) | SHOWN_OTHERWISE


async def started(mock_server: Start, name: str, value: Any) -> Server:
    own = {"auth": "strict", "keys": (("b3sk_test", "read-write"),)} if name == "badKey" else {}
    server: Server = await mock_server(choose=((name, str(value)),), max_body=2_000, **own)
    return server


@pytest.mark.parametrize(("name", "value"), PROBES, ids=lambda part: str(part))
async def test_a_choice_shows(mock_server: Start, name: str, value: int | str) -> None:
    probe, status = PROBES[name, value]
    reply = await probe(await started(mock_server, name, value))
    assert reply.status == status
    if status >= 400:
        assert reply.json["code"] == status


@pytest.mark.parametrize(
    ("value", "status"), [("present", "payment_confirmed"), ("first", "awaiting_payment")]
)
async def test_a_repeated_create_shows_the_present_or_the_first_state(
    mock_server: Start, value: str, status: str
) -> None:
    server = await started(mock_server, "repeatedCreate", value)
    first = (await server.create({"idempotencyKey": "k"})).data
    server.clock.advance(3_000)
    again = (await server.create({"idempotencyKey": "k"})).data
    assert again["execution"]["status"] == status
    assert again["clientToken"] == first["clientToken"]


@pytest.mark.parametrize(("value", "different"), [("execution", 2), ("workflow", 1)])
async def test_a_hashid_is_the_executions_or_the_workflows(
    mock_server: Start, value: str, different: int
) -> None:
    server = await started(mock_server, "embedHashid", value)
    made = [(await server.execute("workflow_15", {"id_type": "key"})).json["hashid"] for _ in range(2)]
    assert len(set(made)) == different


async def test_a_clamped_number_is_the_greatest_that_fits(mock_server: Start) -> None:
    reply = await PROBES["hugeNumber", "clamp"][0](await started(mock_server, "hugeNumber", "clamp"))
    assert (reply.data["limit"], reply.data["offset"]) == (100, 2**63 - 1)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("unknownExecutio", "404", r"unknown choice 'unknownExecutio'; .* Did you mean 'unknownExecution'\?"),
        ("unknownExecution", "405", "unknownExecution cannot be '405'; expected one of 400, 404"),
        ("unknownExecution", "", "unknownExecution cannot be ''"),
        ("emptyField", "empty", "unknown choice 'emptyField'"),
        ("listOrder", "any", "unknown choice 'listOrder'"),
    ],
)
def test_what_cannot_be_chosen_names_what_can(name: str, value: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        choose(CONTRACT, [(name, value)])
