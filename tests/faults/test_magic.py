"""Workflow ids that let a create, or the reads of what it makes, meet a fault by its name."""

from __future__ import annotations

from typing import Any

import pytest


async def reads(control: Any, order: str, times: int, **more: Any) -> list[int]:
    return [(await control.server.get(f"/v1/executions/{order}", **more)).status for _ in range(times)]


async def test_a_create_meets_a_fault_and_is_not_made(control: Any) -> None:
    reply = await control.server.create({"workflowId": "wf_fault_gateway_down"})
    assert (reply.status, reply.headers["X-Execmock-Fault"]) == (503, "gateway-down")
    assert (await control.server.get("/v1/executions")).data["items"] == []


async def test_reads_meet_a_fault_and_the_create_does_not(control: Any) -> None:
    made = await control.server.create({"workflowId": "wf_fault_reads_gateway_down"})
    assert (made.status, made.headers.get("X-Execmock-Fault")) == (200, None)
    order, other = made.data["execution"]["id"], await control.create("wf_free_happy_path")
    assert await reads(control, order, 2) == [503, 503]
    public = f"/v1/public/executions/{order}?token={made.data['clientToken']}"
    assert (await control.server.get(public, key=None)).status == 503
    assert await reads(control, other, 1) == [200]
    assert (await control.server.get("/v1/executions")).status == 200
    assert [one["faults"] for one in (await control.get("/journal?operation=getExecution"))["entries"]] == [
        [],
        ["gateway-down"],
        ["gateway-down"],
    ][::-1]


async def test_reads_are_counted_for_each_execution(control: Any) -> None:
    orders = [await control.create("wf_fault_reads_flapping") for _ in range(2)]
    for order in orders:
        assert await reads(control, order, 4) == [200, 503, 200, 503]


async def test_faults_of_the_sandbox_have_magic_ids_too(control: Any, add: Any) -> None:
    await add({"fault": "mine", "operation": "createExecution", "times": 1, "skip": 5, "refused": 409})
    order = await control.create("wf_fault_reads_mine")
    assert await reads(control, order, 7) == [200] * 5 + [409, 200]
    await control.delete("/faults")
    assert await reads(control, order, 1) == [200]


@pytest.mark.parametrize(
    ("workflow", "meant"),
    [
        ("wf_fault_gateway_dwon", "wf_fault_gateway_down"),
        ("wf_fault_reads_gatewaydown", "wf_fault_reads_gateway_down"),
        ("wf_fault_read_flapping", "wf_fault_reads_flapping"),
    ],
)
async def test_what_is_nearly_magic_is_told(controlled: Any, workflow: str, meant: str) -> None:
    said = f"workflowId {workflow!r} is not magic. Did you mean {meant!r}?"
    reply = await (await controlled()).server.create({"workflowId": workflow})
    assert (reply.status, reply.headers["X-Execmock-Warning"]) == (200, said)
    strict = await (await controlled(strict_magic=True)).server.create({"workflowId": workflow})
    assert strict.status == 400
    assert f"Did you mean {meant!r}?" in strict.json["details"][0]["message"]


async def test_a_workflow_of_another_name_is_what_it_is(control: Any) -> None:
    for workflow in ("wf_fault_detection_of_pumps", "wf_fault_", "wf_fault_reads_"):
        reply = await control.server.create({"workflowId": workflow})
        assert (reply.status, reply.headers.get("X-Execmock-Warning")) == (200, None)
        assert await reads(control, reply.data["execution"]["id"], 1) == [200]
