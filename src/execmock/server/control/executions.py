"""Control operations on executions: where they stand, signals, jumps, waiting."""

from __future__ import annotations

from collections.abc import Mapping

from execmock.core.apis import APIS
from execmock.core.json_text import encode
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations
from execmock.service.executions.commands import ExecutionState
from execmock.service.sandboxes import Sandbox

__all__ = ["ExecutionOperations"]


class ExecutionOperations(Operations):
    """List, read, signal, jump, wait."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {
            "listTracked": self._list,
            "getTracked": self._read,
            "signalExecution": self._signal,
            "jumpExecution": self._jump,
            "waitForExecution": self._wait,
        }

    async def _list(self, checked: ValidatedRequest) -> bytes:
        sandbox, given = await self.sandbox(checked), checked.parameters
        api = APIS[given["api"]]
        page = await self.engine.repository.page(sandbox, api, given["offset"], given["limit"])
        total = await self.engine.repository.count(sandbox, api)
        standings = [self.engine.commands.state_of(execution, sandbox).as_json() for execution in page]
        return encode({"executions": standings, "total": total})

    async def _read(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.sandbox(checked)
        return self._shown(await self.engine.commands.standing(sandbox, checked.parameters["id"]), sandbox)

    async def _signal(self, checked: ValidatedRequest) -> bytes:
        sandbox, body, name = await self.sandbox(checked), checked.body, checked.parameters["id"]
        moved = await self.engine.commands.signal(sandbox, name, body["signal"], body.get("payload"))
        return self._shown(moved, sandbox)

    async def _jump(self, checked: ValidatedRequest) -> bytes:
        sandbox, name = await self.sandbox(checked), checked.parameters["id"]
        return self._shown(await self.engine.commands.jump(sandbox, name, checked.body["to"]), sandbox)

    async def _wait(self, checked: ValidatedRequest) -> bytes:
        sandbox, given = await self.sandbox(checked), checked.parameters
        wait = self.engine.commands.wait
        standing = await wait(sandbox.id, given["id"], given["status"], given["timeout"])
        return self._shown(standing, await self.sandbox(checked))

    def _shown(self, standing: ExecutionState, sandbox: Sandbox) -> bytes:
        return encode({**standing.as_json(), "view": self.engine.commands.view(standing, sandbox)})
