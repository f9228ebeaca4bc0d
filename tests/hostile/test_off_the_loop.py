"""What one request brought may take long to read; others are answered meanwhile, and only so much waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from threading import Event
from typing import Any

import pytest
from tests.server.conftest import Reply, Server, mock_servers

from execmock.service.background_work import AT_ONCE, MOST_WAITING

SCENARIO = """
scenario: mine
summary: Waits a second.
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_running
    next: {after: 1s}
  - status: workflow_succeeded
"""
WORLD = "world: mine\nsummary: Nothing.\nsandboxes: {default: {}}\n"
FAULTS = [{"fault": "gone", "operation": "createExecution", "refused": {"status": 503}}]
CREATE = {"operation": "createExecution"}
SLOW: dict[str, tuple[str, str, Any, int]] = {
    "a scenario": ("PUT", "scenarios/mine", {"text": SCENARIO}, 200),
    "a scenario to check": ("POST", "scenario-check", {"text": SCENARIO}, 200),
    "faults": ("POST", "faults", {"faults": FAULTS}, 200),
    "faults to try": ("POST", "faults/preview", {"faults": FAULTS, "requests": [CREATE]}, 200),
    "a world": ("PUT", "worlds?sandbox=default", {"text": WORLD}, 200),
    "a snapshot": ("PUT", "snapshot", {"form": 1}, 422),
    "a snapshot to take": ("GET", "snapshot", None, 200),
    "a request to compare": ("POST", "journal/nearest", {"operation": "createExecution"}, 200),
    "a place of the contract": (
        *("GET", "contract/place?operation=createExecution&location=body/workflowId", None),
        200,
    ),
    "a long body": ("POST", "executions/exec_x/signal", {"signal": "a", "payload": "x" * 70_000}, 404),
}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with mock_servers() as start:
        yield await start()


async def control(server: Server, method: str, path: str, body: Any) -> Reply:
    return await server.send(method, f"/_execmock/{path}", body)


async def test_while_readings_are_held_open_others_are_answered_and_no_more_than_so_many_wait(
    server: Server,
) -> None:
    background, held = server.engine.background, Event()
    try:
        open_ones = [asyncio.create_task(background.run(held.wait)) for _ in range(AT_ONCE)]
        slow = {name: asyncio.create_task(control(server, *asked)) for name, (*asked, _) in SLOW.items()}
        async with asyncio.timeout(60):
            while background.under_way < AT_ONCE + len(SLOW):
                assert (await server.create()).status == 200
                assert (await server.get("/_execmock/health")).status == 200
        assert not any(task.done() for task in slow.values())
        open_ones += [asyncio.create_task(background.run(held.wait)) for _ in range(MOST_WAITING - len(SLOW))]
        await asyncio.sleep(0)
        refused = await control(server, "PUT", "scenarios/mine", {"text": SCENARIO})
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert refused.json["details"][0]["message"] == (
            "body: expected at most 18 requests at once whose bodies take long to read, received 19"
        )
        assert (await server.get("/v1/executions")).status == 200
    finally:
        held.set()
    came = {name: (await task).status for name, task in slow.items()}
    await asyncio.gather(*open_ones)
    assert came == {name: status for name, (*_, status) in SLOW.items()}
    assert background.under_way == 0


@pytest.mark.parametrize("path", ["scenarios/mine", "faults", "worlds", "snapshot"])
async def test_a_body_is_at_most_as_large_as_its_operation_needs(server: Server, path: str) -> None:
    method = "POST" if path == "faults" else "PUT"
    answer = await control(server, method, path, {"text": "x" * (2 << 20)})
    large = path in ("worlds", "snapshot")
    assert answer.status == (422 if large else 413)
    if not large:
        assert "at most 2097152 bytes" in answer.json["details"][0]["message"]


async def test_a_body_holds_at_most_so_many_values(server: Server) -> None:
    body = b'{"values":[' + b"[]," * 2_500_000 + b"[]]}"
    answer = await server.send("PUT", "/_execmock/snapshot", data=body)
    assert answer.status == 413
    assert answer.json["details"][0]["message"] == "body: expected at most 5000000 values, received 5000003"


async def test_a_violation_is_told_by_the_beginning_of_what_came(server: Server) -> None:
    """Secrets are looked for in what is shown of it, in names too, and a key is hidden there."""
    for long in (
        ["%62b3sk_test" + "%" * 100_000],
        ["b3sk_test", *[[]] * 100_000],
        {"b3sk_test": ["x"] * 9_000},
    ):
        answer = await server.create({"sourceSystem": long})
        [told] = answer.json["details"]
        assert len(told["received"]) <= 120
        assert "***" in told["received"]
        assert "b3sk_test" not in answer.body.decode()
