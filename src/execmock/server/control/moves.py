"""Control operations on executions: where they stand, signals, jumps, waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.execution import Execution
from execmock.core.json_text import encode
from execmock.server.api import Handler
from execmock.server.calls import Call
from execmock.server.checks import Checked
from execmock.server.control.parts import Parts
from execmock.server.doorman import Caller
from execmock.service.sandboxes import Sandbox
from execmock.service.steering import Standing
from execmock.service.tracking import EMBED, EXECUTION

__all__ = ["execution_handlers"]


def execution_handlers(parts: Parts) -> Mapping[str, Handler]:
    """Return the operations on executions."""

    def shown(standing: Standing, sandbox: Sandbox) -> bytes:
        return encode({**standing.as_json(), "view": _view(parts, standing, sandbox)})

    async def list_page(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox, given = await parts.sandbox(checked), checked.parameters
        kind = EMBED if given["api"] == "embed" else EXECUTION
        page = await parts.store.page(sandbox.id, kind, given["offset"], given["limit"])
        total = await parts.store.count(sandbox.id, kind)
        standings = [parts.steering.standing_of(execution, sandbox).as_json() for execution in page]
        return encode({"executions": standings, "total": total})

    async def read(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await parts.sandbox(checked)
        return shown(await parts.steering.standing(sandbox, checked.parameters["id"]), sandbox)

    async def signal(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox, body = await parts.sandbox(checked), checked.body
        moved = await parts.steering.signal(
            sandbox, checked.parameters["id"], body["signal"], body.get("payload")
        )
        return shown(moved, sandbox)

    async def jump(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await parts.sandbox(checked)
        return shown(
            await parts.steering.jump(sandbox, checked.parameters["id"], checked.body["to"]), sandbox
        )

    async def wait(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        given = checked.parameters
        await parts.sandbox(checked)
        standing = await parts.steering.wait(given["sandbox"], given["id"], given["status"], given["timeout"])
        return shown(standing, await parts.sandbox(checked))

    return {
        "listTracked": list_page,
        "getTracked": read,
        "signalExecution": signal,
        "jumpExecution": jump,
        "waitForExecution": wait,
    }


def _view(parts: Parts, standing: Standing, sandbox: Sandbox) -> dict[str, Any]:
    execution = standing.execution
    if isinstance(execution, Execution):
        _, portrait = parts.portraits.portrait(execution, sandbox, standing.now)
        return {"execution": portrait.fields, "events": portrait.events}
    return parts.embed.show(execution, sandbox, standing.now)
