"""The control operation that creates an execution, without a key and without a place in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from execmock.core.apis import APIS, ApiDescription, ApiName
from execmock.core.ids import client_token
from execmock.core.json_text import encode
from execmock.core.sandbox import Sandbox
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.api.strictness import breaks
from execmock.server.control.operations import ControlHandler, Operations
from execmock.service.coverage_recorder import not_by_a_client
from execmock.service.executions.embed_executions import ExecuteRequest
from execmock.service.refusals import Refusal
from execmock.service.scenarios.selection import Selection

__all__ = ["CreationOperations"]

_CALLER = "control"


class CreationOperations(Operations):
    """Create an execution in a sandbox."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {"createTracked": self._create}

    async def _create(self, checked: ValidatedRequest) -> bytes:
        sandbox, body = await self.sandbox(checked), checked.body
        scenario = body.get("scenario")
        if scenario is not None:
            await self.known_scenario(scenario, "body/scenario", sandbox.id)
        api = APIS["embed" if "workflow" in body else "executions"]
        request = body.get("request", {})
        self._check(request, api)
        with not_by_a_client():
            name = await self._made(sandbox, api, body, Selection(header=scenario))
        state = await self.engine.commands.standing(sandbox, name)
        token = client_token(sandbox.root, name) if api.reads else None
        self.engine.changes.publish(sandbox.id, "execution", state.as_json())
        return encode({**state.as_json(), "clientToken": token})

    async def _made(
        self, sandbox: Sandbox, api: ApiDescription, body: Mapping[str, Any], selection: Selection
    ) -> str:
        request = body.get("request", {})
        if not api.reads:
            asked = ExecuteRequest(body["workflow"], request)
            return (await self.engine.embed.execute(sandbox, asked, selection)).id
        caller = self.engine.sandboxes.key_id(_CALLER)
        return (await self.engine.executions.create(sandbox, request, caller, selection)).id

    def _check(self, request: Any, api: ApiDescription) -> None:
        validator = self._validators[api.name]
        if not validator.is_valid(request):
            violations: list[Violation] = list(validator.violations(request))
            raise Refusal(400, breaks(len(violations)), violations)

    @cached_property
    def _validators(self) -> Mapping[ApiName, SchemaValidator]:
        contract = self.engine.contract
        return {
            api.name: SchemaValidator(contract.standalone(contract.schema(api.body)), "body/request")
            for api in APIS.values()
        }
