"""What the docs page begins with: every scenario, with a request that really follows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Server, Start

SEVERAL = """\
scenario: large-orders
summary: Orders of some shops.
bind: {sourceSystem: [shop-b, shop-c], requestPayload.cents: {greater: 5000}}
steps:
  - {status: workflow_queued, next: {after: 1s}}
  - status: workflow_cancelled
"""
WORLD = """\
world: narrow
sandboxes:
  default:
    scenario: node-fails
    workflows: [wf_orders, wf_flaky]
    keys: {b3sk_orders: read-write}
"""


async def facts(server: Server) -> dict[str, Any]:
    start = (await server.get("/docs/start.json", key=None)).json
    return {one["name"]: one for one in start["scenarios"]}


async def followed(server: Server, one: dict[str, Any]) -> str:
    """Make an execution as the page does and return the scenario that it follows."""
    headers = {} if one["magic"] else {"X-Execmock-Scenario": one["name"]}
    if one["api"] == "embed":
        made = await server.execute(one["request"]["key"], {"id_type": "key"}, headers=headers)
        assert made.status == 201, made.json
    else:
        made = await server.create({"workflowId": "wf_mine", **one["request"]}, headers=headers)
        assert made.status == 200, made.json
    listed = await server.get(f"/_execmock/executions?limit=1&api={one['api']}", key=None)
    return str(listed.json["executions"][0]["scenario"]).partition("@")[0]


async def test_each_scenario_is_followed_by_the_request_that_is_given_for_it(
    mock_server: Start, tmp_path: Path
) -> None:
    (tmp_path / "large.yaml").write_text(SEVERAL, encoding="utf-8")
    server = await mock_server(scenarios=(tmp_path,))
    told = await facts(server)
    assert set(told) == set(server.engine.registry.current)
    assert {name: await followed(server, one) for name, one in told.items()} == {name: name for name in told}
    assert [name for name, one in told.items() if not one["magic"]] == ["large-orders"]
    assert told["large-orders"]["request"] == {
        "sourceSystem": "shop-b",
        "requestPayload": {"cents": pytest.approx(5000, abs=2)},
    }


async def test_what_happens_by_default_comes_first_and_signals_are_told(server: Server) -> None:
    told = await facts(server)
    assert [name for name, one in told.items() if one["default"]] == list(told)[:2]
    assert set(list(told)[:2]) == {"paid-happy-path", "embed-running"}
    assert told["waits-for-approval"]["signals"] == ["approve", "reject"]


async def test_where_only_some_workflows_exist_one_of_them_is_used(
    mock_server: Start, tmp_path: Path
) -> None:
    world = tmp_path / "narrow.world.yaml"
    world.write_text(WORLD, encoding="utf-8")
    server = await mock_server(world=world, auth="strict", control_key=None)
    start = (await server.get("/docs/start.json", key=None)).json
    assert (start["key"], start["strict"], start["sandbox"]) == ("b3sk_orders", True, "default")
    told = {one["name"]: one for one in start["scenarios"]}
    assert [one["name"] for one in start["scenarios"] if one["default"]] == ["embed-running", "node-fails"]
    assert (told["flaky"]["magic"], told["flaky"]["request"]) == (True, {"workflowId": "wf_flaky"})
    assert (told["quiet"]["magic"], told["quiet"]["request"]) == (False, {"workflowId": "wf_orders"})


async def test_the_page_knows_where_the_control_api_is(mock_server: Start) -> None:
    locked = await mock_server(control_key="b3sk_control")
    locked.mock.control_port = 4099
    start = (await locked.get("/docs/start.json", key=None)).json
    assert start["control"] == {"port": 4099, "locked": True}
    assert "b3sk_control" not in str(start)
