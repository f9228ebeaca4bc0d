"""Waiting for an execution: a long poll that something else wakes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from execmock.clocks import SystemClock

WAITING = "wf_waits_for_approval"


async def until_waiting(control: Any, path: str) -> asyncio.Task[Any]:
    """Start a long poll; return once the server holds it."""
    task = asyncio.create_task(control.send("GET", path))
    while not control.server.engine.changes.waiting:
        await asyncio.sleep(0)
    return task


async def test_what_has_been_reached_is_answered_at_once(control: Any) -> None:
    name = await control.create("wf_free_happy_path")
    await control.advance("1h")
    for status in ("workflow_running", "workflow_succeeded"):
        assert (await control.get(f"/executions/{name}/wait?status={status}"))[
            "status"
        ] == "workflow_succeeded"


async def test_a_signal_wakes_it(control: Any) -> None:
    name = await control.create(WAITING)
    await control.advance("3s")
    task = await until_waiting(control, f"/executions/{name}/wait?status=rejected")
    await control.post(f"/executions/{name}/signal", {"signal": "reject"})
    assert (await task).json["step"] == "rejected"


async def test_an_advance_wakes_it(control: Any) -> None:
    name = await control.create(WAITING)
    task = await until_waiting(control, f"/executions/{name}/wait?status=workflow_waiting")
    await control.advance("3s")
    assert (await task).json["status"] == "workflow_waiting"


async def test_a_jump_wakes_it(control: Any) -> None:
    name = await control.create(WAITING)
    task = await until_waiting(control, f"/executions/{name}/wait?status=workflow_cancelled")
    await control.post(f"/executions/{name}/jump", {"to": "workflow_cancelled"})
    assert (await task).json["status"] == "workflow_cancelled"


async def test_a_read_by_id_wakes_it(control: Any) -> None:
    steps = [
        {"status": "workflow_queued", "next": {"polls": 1}},
        {"status": "workflow_running", "next": {"after": "1h"}},
        {"status": "workflow_succeeded"},
    ]
    await control.put("/scenarios/polled", {"scenario": {"scenario": "polled", "steps": steps}})
    created = await control.server.create(headers={"X-Execmock-Scenario": "polled"})
    name = created.data["execution"]["id"]
    task = await until_waiting(control, f"/executions/{name}/wait?status=workflow_running")
    await control.server.get(f"/v1/executions/{name}")
    assert (await task).json["status"] == "workflow_running"


async def test_time_wakes_it(controlled: Any) -> None:
    """At a thousand times real time, three seconds are three milliseconds."""
    control = await controlled(clock=SystemClock(), clock_start=None, speed=1000.0)
    name = await control.create(WAITING)
    assert (await control.get(f"/executions/{name}/wait?status=approval"))["status"] == "workflow_waiting"


async def test_when_its_time_is_over_it_is_refused_with_how_things_stand(control: Any) -> None:
    name = await control.create(WAITING)
    await control.put("/clock", {"frozen": True})
    for timeout in ("0", "0.0"):
        path = f"/executions/{name}/wait?status=workflow_failed&timeout={timeout}"
        error = await control.refused(408, "GET", path)
        assert error["message"] == (
            "No workflow_failed within 0 s: it is workflow_queued; the clock is frozen"
        )
        assert error["details"][0]["location"] == "query/status"
        assert error["details"][0]["received"] == "workflow_queued"


async def test_a_refusal_in_time_names_the_step_and_what_it_waits_for(control: Any) -> None:
    name = await control.create(WAITING)
    await control.advance("3s")
    error = await control.refused(408, "GET", f"/executions/{name}/wait?status=finishing&timeout=0")
    assert error["message"].startswith(
        "No finishing within 0 s: it is workflow_waiting (step 'approval'), "
        "waiting for the signal approve or reject"
    )


async def test_of_an_execution_that_ended_otherwise_it_is_refused(control: Any) -> None:
    name = await control.create(WAITING)
    task = await until_waiting(control, f"/executions/{name}/wait?status=workflow_succeeded")
    await control.advance("2d")
    reply = await task
    assert (reply.status, reply.json["message"]) == (409, "workflow_succeeded cannot follow workflow_failed")
    assert reply.places == ["query/status"]


async def test_a_status_that_lies_behind_is_refused_though_the_execution_goes_on(control: Any) -> None:
    name = await control.create(WAITING)
    error = await control.refused(409, "GET", f"/executions/{name}/wait?status=awaiting_payment")
    assert error["message"] == "awaiting_payment cannot follow workflow_queued"


async def test_a_status_that_is_none_is_refused_with_the_nearest(control: Any) -> None:
    name = await control.create(WAITING)
    error = await control.refused(409, "GET", f"/executions/{name}/wait?status=workflow_faild")
    assert "Did you mean 'workflow_failed'?" in error["details"][0]["message"]


async def test_what_only_a_jump_can_bring_is_waited_for(control: Any) -> None:
    """A step that nothing leaves is no end: whoever waits may be about to see a jump."""
    steps = [
        {"status": "workflow_queued", "next": {"signal": "go", "to": "done"}},
        {"name": "done", "status": "workflow_failed"},
    ]
    await control.put("/scenarios/held", {"scenario": {"scenario": "held", "steps": steps}})
    created = await control.server.create(headers={"X-Execmock-Scenario": "held"})
    name = created.data["execution"]["id"]
    task = await until_waiting(control, f"/executions/{name}/wait?status=workflow_running")
    await control.post(f"/executions/{name}/jump", {"to": "workflow_running"})
    assert (await task).status == 200


async def test_when_its_sandbox_goes_it_ends(control: Any) -> None:
    key = await control.sandbox("short")
    name = await control.create(WAITING, key=key)
    task = await until_waiting(control, f"/executions/{name}/wait?sandbox=short&status=workflow_failed")
    await control.delete("/sandboxes/short")
    assert (await task).status == 404


@pytest.mark.parametrize(
    ("query", "place"),
    [("", "query/status"), ("status=", "query/status"), ("status=x&timeout=301", "query/timeout")],
)
async def test_a_wait_that_cannot_be_is_refused(control: Any, query: str, place: str) -> None:
    name = await control.create(WAITING)
    error = await control.refused(400, "GET", f"/executions/{name}/wait?{query}")
    assert error["details"][0]["location"] == place
