"""Executions led by hand: by legal ways alone, at once, and always to an end."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from execmock.clocks import ManualClock
from execmock.service.engine import Engine
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings

BODY = {"workflowId": "wf_waits_for_approval", "sourceSystem": "s", "sourceEntityType": "o"}


@pytest.fixture
async def engine() -> Engine:
    made = Engine(ServeSettings(seed=1, frozen=True), ManualClock())
    await made.prepare()
    return made


@pytest.fixture
async def sandbox(engine: Engine) -> Sandbox:
    found = await engine.sandboxes.get("default")
    assert found is not None
    return found


async def create(engine: Engine, sandbox: Sandbox) -> str:
    return (await engine.executions.create(sandbox, BODY, "key_x", Selection())).id


@pytest.mark.parametrize("target", ["workflow_queued", "workflow_succeeded", "workflow_cancelled"])
async def test_a_jump_leads_by_legal_steps_at_once(engine: Engine, sandbox: Sandbox, target: str) -> None:
    name = await create(engine, sandbox)
    standing = await engine.commands.jump(sandbox, name, target)
    assert standing.status == target
    graph = engine.contract.transitions()
    statuses = [entry["status"] for entry in standing.as_json()["history"]]
    assert all(graph.allows(*pair) for pair in pairwise(statuses))
    assert len({entry["at"] for entry in standing.as_json()["history"]}) == 1


async def test_a_jump_to_the_present_step_of_a_frozen_clock_comes_to_an_end(
    engine: Engine, sandbox: Sandbox
) -> None:
    name = await create(engine, sandbox)
    before = await engine.commands.standing(sandbox, name)
    async with asyncio.timeout(30):
        standing = await engine.commands.jump(sandbox, name, before.status)
    assert (standing.status, len(standing.progress.visits)) == (
        before.status,
        len(before.progress.visits) + 1,
    )


async def test_there_is_no_jump_out_of_a_final_status_nor_to_nowhere(
    engine: Engine, sandbox: Sandbox
) -> None:
    name = await create(engine, sandbox)
    with pytest.raises(Refusal, match="Unknown step or status 'nowhere'"):
        await engine.commands.jump(sandbox, name, "nowhere")
    await engine.commands.jump(sandbox, name, "workflow_failed")
    for target in ("workflow_running", "workflow_failed"):
        with pytest.raises(Refusal, match="cannot follow workflow_failed") as refused:
            await engine.commands.jump(sandbox, name, target)
        assert refused.value.status == 409


async def test_a_signal_that_nothing_waits_for_is_refused(engine: Engine, sandbox: Sandbox) -> None:
    name = await create(engine, sandbox)
    with pytest.raises(Refusal, match="waits for no signal") as refused:
        await engine.commands.signal(sandbox, name, "approve", None)
    assert refused.value.status == 409
    await engine.commands.jump(sandbox, name, "workflow_waiting")
    standing = await engine.commands.signal(sandbox, name, "approve", {"by": "Ada"})
    assert standing.status != "workflow_waiting"
