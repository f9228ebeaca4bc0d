"""`--contract` and `--choose statuses=nine`: another contract, served like the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from execmock.errors import ContractError, ScenarioError
from execmock.loading.contract import data_path, own_contract

from .conftest import Server, Start

TEXT = data_path("openapi.yaml").read_text(encoding="utf-8")
EXPIRED = (
    ("        - workflow_cancelled\n", "        - workflow_cancelled\n        - workflow_expired\n"),
    (
        "workflow_queued: [workflow_running, workflow_failed, workflow_cancelled]\n",
        """workflow_queued: [workflow_running, workflow_expired, workflow_failed, workflow_cancelled]
          workflow_expired: []
""",
    ),
)
EXPIRES = """
scenario: expires
bind: {workflowId: wf_expires}
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_expired
"""
PARTLY = """
scenario: partly
bind: {workflowId: wf_partly}
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_running
    next: {after: 1s}
  - status: workflow_partial
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The path that a contract is to be written to."""
    return tmp_path / "mine.yaml"


def write(path: Path, *edits: tuple[str, str]) -> Path:
    """Write a copy of the contract in which the first of each pair is replaced by the second everywhere."""
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


def scenario(folder: Path, text: str) -> tuple[Path, ...]:
    file = folder / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    return (file,)


async def served_contract(server: Server) -> dict:
    return yaml.safe_load((await server.get("/openapi.yaml")).body)


async def test_the_shipped_contract_is_served_byte_for_byte(server: Server) -> None:
    assert (await server.get("/openapi.yaml")).body == TEXT.encode()


async def test_with_nine_the_ninth_is_served_and_written_like_every_other(
    mock_server: Start, tmp_path: Path
) -> None:
    nine: Server = await mock_server(choose=(("statuses", "nine"),), scenarios=scenario(tmp_path, PARTLY))
    document = await served_contract(nine)
    assert "workflow_partial" in document["components"]["schemas"]["ExecutionStatus"]["enum"]
    assert (await nine.get("/openapi.json")).json == document
    made = (await nine.create({"workflowId": "wf_partly"})).data["execution"]["id"]
    nine.clock.advance(2_000)
    shown = (await nine.get(f"/v1/executions/{made}")).data
    assert shown["execution"]["status"] == "workflow_partial"
    assert {"runId", "startedAt", "finishedAt"} <= shown["execution"].keys()
    assert shown["events"][-1]["eventType"] == "run.partial"


async def test_without_it_a_scenario_has_to_say_that_it_drifts(mock_server: Start, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"scenario\.yaml:9:5: .*workflow_partial"):
        await mock_server(scenarios=scenario(tmp_path, PARTLY))
    files = scenario(tmp_path, PARTLY.replace("steps:", "drift: true\nsteps:"))
    assert "partly" in (await mock_server(scenarios=files)).engine.registry.current


async def test_a_status_of_ones_own_is_served_and_may_be_used(mock_server: Start, mine: Path) -> None:
    server: Server = await mock_server(
        contract=write(mine, *EXPIRED), scenarios=scenario(mine.parent, EXPIRES)
    )
    made = (await server.create({"workflowId": "wf_expires"})).data["execution"]["id"]
    server.clock.advance(1_000)
    assert (await server.get(f"/v1/executions/{made}")).data["execution"]["status"] == "workflow_expired"
    assert (await server.get("/openapi.yaml")).body == mine.read_bytes()


async def test_shipped_scenarios_that_do_not_fit_are_not_served(mock_server: Start, mine: Path) -> None:
    contract = write(mine, ("workflow_waiting", "workflow_paused"))
    server: Server = await mock_server(contract=contract)
    known = server.engine.registry.current
    assert "waits-for-approval" not in known
    assert "paid-happy-path" in known


async def test_other_paths_are_served_at_once(mock_server: Start, mine: Path) -> None:
    contract = write(mine, ("/v1/executions", "/v2/runs"), ("/v1/public/executions", "/v2/seen"))
    server: Server = await mock_server(contract=contract)
    made = await server.send(
        "POST", "/v2/runs", {"workflowId": "w", "sourceSystem": "s", "sourceEntityType": "t"}
    )
    created = made.data["execution"]["id"]
    assert (await server.get(f"/v2/runs/{created}")).data["execution"]["id"] == created
    token = made.data["clientToken"]
    assert (await server.get(f"/v2/seen/{created}?token={token}", key=None)).data["id"] == created
    assert (await server.get("/v2/runs?limit=1")).data["limit"] == 1
    assert (await server.get("/v1/executions")).status == 404


async def test_a_contract_that_cannot_be_used_is_told_before_anything_is_served(
    mock_server: Start, mine: Path
) -> None:
    with pytest.raises(
        ContractError, match=r"mine\.yaml:\d+:7: no operation has the operationId 'getExecution'"
    ):
        await mock_server(
            contract=write(mine, ("operationId: getExecution\n", "operationId: getExecutions\n"))
        )


def test_a_choice_keeps_the_default_that_a_copy_gives_it(mine: Path) -> None:
    contract = own_contract(
        write(mine, ("  unknownExecution:\n    default: 400", "  unknownExecution:\n    default: 404"))
    )
    assert contract.choices["unknownExecution"].default == 404


@pytest.mark.parametrize(
    ("path", "vendors"),
    [
        ("/v1/executions/stream", True),
        ("/v1/executions/stats?window=day", True),
        ("/v1/executions/exec_1/events", True),
        ("/v1/executions/exec_1/nodes", False),
        ("/v3/anything", False),
        ("/status", False),
    ],
)
async def test_a_path_without_an_operation_says_how_it_can_get_one(
    server: Server, path: str, vendors: bool
) -> None:
    reply = await server.get(path)
    assert (reply.status, reply.json["code"]) == (404, 404)
    said = "belongs to no operation of this contract"
    assert reply.json["message"].endswith(said)
    assert reply.json["message"].startswith("The vendor publishes this path") is vendors
    [detail] = reply.json["details"]
    assert (detail["location"], detail["received"]) == ("path", path.partition("?")[0])
    assert "`execmock serve --contract FILE`" in detail["message"]


async def test_an_operations_strictness_is_the_contracts(mock_server: Start, mine: Path) -> None:
    contract = write(
        mine,
        ("  missingPublicToken:\n    default: 400", "  missingPublicToken:\n    default: 422"),
        ("x-strictness:\n        malformedBody: embedMalformedJson\n", "x-strictness:\n"),
    )
    server: Server = await mock_server(contract=contract, choose=(("embedMalformedJson", "422"),))
    assert (await server.get("/v1/public/executions/exec_1")).status == 422
    assert (await server.execute("workflow_15", data=b"{")).status == 400
