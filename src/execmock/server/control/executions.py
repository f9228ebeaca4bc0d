"""Control operations on executions: where they stand, signals, jumps, waiting."""

from __future__ import annotations

from collections.abc import Mapping

from execmock.core.apis import APIS, ApiDescription
from execmock.core.ids import client_token
from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations
from execmock.service.engine import Engine
from execmock.service.executions.commands import ExecutionState
from execmock.service.executions.listed import ListedExecutions
from execmock.service.executions.search import ExecutionFilter, find_executions
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox

__all__ = ["ExecutionOperations"]


class ExecutionOperations(Operations):
    """List, read, signal, jump, wait, tell the client token."""

    def __init__(self, engine: Engine, request_ids: RequestIds) -> None:
        super().__init__(engine, request_ids)
        self._listed = ListedExecutions(engine.commands)

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {
            "listTracked": self._list,
            "getTracked": self._read,
            "signalExecution": self._signal,
            "jumpExecution": self._jump,
            "waitForExecution": self._wait,
            "getClientToken": self._token,
        }

    async def _list(self, checked: ValidatedRequest) -> bytes:
        sandbox, given = await self.sandbox(checked), checked.parameters
        api = APIS[given["api"]]
        wanted = ExecutionFilter(
            status=self._known_status(given.get("status"), api),
            scenario=self._followed(given.get("scenario"), sandbox),
            workflow=given.get("workflow"),
            step=given.get("step"),
            waits_for=given.get("waitsFor"),
        )
        repository, commands = self.engine.repository, self.engine.commands
        if not given["history"] and not any(wanted):
            page = await repository.page(sandbox, api, given["offset"], given["limit"])
            items = self._listed.items(page, sandbox, self.engine.sandboxes.now(sandbox))
            return b'{"executions":[%b],"total":%d}' % (items, await repository.count(sandbox, api))
        found = await find_executions(
            repository, commands, sandbox, api, wanted, given["offset"], given["limit"]
        )
        shown = [state.as_json(history=given["history"]) for state in found.page]
        return encode({"executions": shown, "total": found.total})

    def _known_status(self, name: str | None, api: ApiDescription) -> str | None:
        """Return a status as it was asked for; Refusal 404 where no execution can have it."""
        known = self.engine.words[api.name].with_drift.statuses
        if name is None or name in known:
            return name
        violation = Violation("query/status", f"a status of {api.name}", name, hint=nearest(name, known))
        raise Refusal(404, "Unknown status", [violation])

    def _followed(self, name: str | None, sandbox: Sandbox) -> str | None:
        """Return a scenario's name as it was asked for; Refusal 404 where there is and was none of it."""
        registry = self.engine.registry
        if name is None or name in registry.seen_by(sandbox.id) or registry.has_version_of(name):
            return name
        hint = nearest(name, registry.seen_by(sandbox.id))
        violation = Violation("query/scenario", "the name of a scenario", name, hint=hint)
        raise Refusal(404, "Unknown scenario", [violation])

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

    async def _token(self, checked: ValidatedRequest) -> bytes:
        sandbox, name = await self.sandbox(checked), checked.parameters["id"]
        execution = (await self.engine.commands.standing(sandbox, name)).execution
        if not execution.api.reads:
            raise Refusal(409, f"Executions of the API {execution.api.name} have no client token")
        token = client_token(sandbox.root, execution.id)
        self.engine.secrets.add_token(token)
        return encode({"clientToken": token})

    def _shown(self, standing: ExecutionState, sandbox: Sandbox) -> bytes:
        return encode({**standing.as_json(), "view": self.engine.commands.view(standing, sandbox)})
