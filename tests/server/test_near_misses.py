"""What is nearly right is told: a workflow id that is nearly magic, a path that is nearly one of the API."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .conftest import Server, Start

MEANT = "workflowId {} is not magic. Did you mean {}?"


@pytest.mark.parametrize(
    ("workflow", "magic"),
    [
        ("wf_payment_faild", "wf_payment_failed"),
        ("wf_payment_failedd", "wf_payment_failed"),
        ("wf_payment_fail", "wf_payment_failed"),
        ("wf-payment-failed", "wf_payment_failed"),
        ("WF_Payment_Failed", "wf_payment_failed"),
        ("payment-failed", "wf_payment_failed"),
        ("wfpaymentfailed", "wf_payment_failed"),
        ("wf_qiuet", "wf_quiet"),
        ("flaky", "wf_flaky"),
    ],
)
async def test_an_id_that_is_nearly_magic_is_served_with_a_warning(
    server: Server, workflow: str, magic: str
) -> None:
    """In the header and in the journal."""
    created = await server.create({"workflowId": workflow})
    warning = MEANT.format(repr(workflow), repr(magic))
    assert (created.status, created.headers["X-Execmock-Warning"]) == (200, warning)
    assert created.data["execution"]["workflowId"] == workflow
    (entry,) = (await server.get("/_execmock/journal")).json["entries"]
    assert entry["warning"] == warning


@pytest.mark.parametrize(
    "workflow",
    [
        "wf_payment_failed",
        "wf_orders",
        "wf_happy_path",
        "wf_payment_failed_2",
        "wf_1",
        "x",
        "wf_d1a2b3c4d5e6f7g8h9i0",
        "wf_payment_faild" + "x" * 5000,
        "\u00e9",
    ],
)
async def test_other_ids_are_served_without_a_word(server: Server, workflow: str) -> None:
    created = await server.create({"workflowId": workflow})
    assert (created.status, created.headers.get("X-Execmock-Warning")) == (200, None)


async def test_nothing_is_said_where_something_else_picks_the_scenario(server: Server) -> None:
    near = {"workflowId": "wf_payment_faild"}
    asked: list[dict[str, str]] = [{"X-Execmock-Scenario": "flaky"}, {"Prefer": "scenario=flaky"}]
    for headers in asked:
        assert "X-Execmock-Warning" not in (await server.create(near, headers=headers)).headers
    text = (
        "scenario: mine\nsummary: Mine.\nbind: {sourceSystem: shop}\n"
        "steps:\n  - status: workflow_queued\n    next: {after: 1s}\n  - status: workflow_failed\n"
    )
    put = await server.send("PUT", "/_execmock/scenarios/mine", {"text": text})
    assert put.status in (200, 201), put.body
    assert "X-Execmock-Warning" not in (await server.create(near)).headers


async def test_a_workflow_of_the_sandbox_is_what_it_is(server: Server) -> None:
    sandboxes = server.engine.sandboxes
    default = await sandboxes.get("default")
    assert default is not None
    await sandboxes.replace(replace(default, workflows=("wf_payment_faild",)))
    assert "X-Execmock-Warning" not in (await server.create({"workflowId": "wf_payment_faild"})).headers


async def test_the_log_says_what_was_probably_meant(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await mock_server(quiet=False)
    await server.create({"workflowId": "wf_payment_faild"})
    server.mock.log.flush()
    assert MEANT.format("'wf_payment_faild'", "'wf_payment_failed'") in capsys.readouterr().out


async def test_strict_magic_refuses_what_is_nearly_magic_alone(mock_server: Start) -> None:
    server = await mock_server(strict_magic=True)
    refused = await server.create({"workflowId": "wf_payment_faild"})
    assert (refused.status, refused.places) == (400, ["body/workflowId"])
    assert "Did you mean 'wf_payment_failed'?" in refused.json["details"][0]["message"]
    for workflow in ("wf_orders", "wf_payment_failed"):
        assert (await server.create({"workflowId": workflow})).status == 200


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/v1/execution", "'/v1/executions'?"),
        ("/executions", "'/v1/executions'?"),
        ("/executions/exec_1", "'/v1/executions/exec_1'?"),
        ("/v1/publik/executions/e", "'/v1/public/executions/e'?"),
        ("/workflows/w/execute", "'/api/v1/workflows/w/execute'?"),
        ("/v1/executions/", "'/v1/executions', without the slash at its end?"),
        ("/v1/executions/e/", "'/v1/executions/e', without the slash at its end?"),
        ("/mock/v1/executions", "'/v1/executions'?"),
    ],
)
async def test_a_path_that_is_nearly_one_names_it(server: Server, path: str, hint: str) -> None:
    reply = await server.get(path)
    assert (reply.status, reply.places) == (404, ["path"])
    assert f"Did you mean {hint}" in reply.json["details"][0]["message"]
