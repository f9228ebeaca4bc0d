"""The five operations: from a checked request to the service, and back to bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.schema.violation import Violation
from execmock.server.api.authentication import Caller
from execmock.server.api.calls import Call
from execmock.server.api.pipeline import Handler
from execmock.server.api.prefer import preferences
from execmock.server.api.request_validation import ValidatedRequest
from execmock.service.executions.embed_executions import EmbedExecutions, ExecuteRequest
from execmock.service.executions.executions import Executions, Page
from execmock.service.refusals import Refusal
from execmock.service.scenarios.selection import Selection

__all__ = ["api_handlers"]


def api_handlers(
    executions: Executions, embed: EmbedExecutions, choices: Mapping[str, Any]
) -> Mapping[str, Handler]:
    """Return operation id to handler."""
    foreign = choices["foreignOrganizationHeader"]

    def admitted(call: Call, caller: Caller | None) -> Caller:
        if caller is None:
            raise Refusal(401, "A bearer key is required")
        named = call.headers.get("X-Org-ID")
        if foreign != "ignore" and named and named != caller.sandbox.organization:
            violation = Violation("header/X-Org-ID", "the key's own organization", named)
            raise Refusal(int(foreign), "The key belongs to another organization", [violation])
        return caller

    async def create(call: Call, checked: ValidatedRequest, caller: Caller | None) -> bytes:
        who = admitted(call, caller)
        created = await executions.create(who.sandbox, checked.body, who.name, _selection(call))
        call.subject = created.id
        return created.data

    async def read(call: Call, checked: ValidatedRequest, caller: Caller | None) -> bytes:
        call.subject = checked.parameters["id"]
        return await executions.read(admitted(call, caller).sandbox, call.subject)

    async def read_public(call: Call, checked: ValidatedRequest, caller: Caller | None) -> bytes:
        call.subject = checked.parameters["id"]
        call.sandbox, view = await executions.read_public(call.subject, checked.parameters["token"])
        return view

    async def list_page(call: Call, checked: ValidatedRequest, caller: Caller | None) -> bytes:
        page = Page(checked.parameters["limit"], checked.parameters["offset"])
        return await executions.list(admitted(call, caller).sandbox, page)

    async def execute(call: Call, checked: ValidatedRequest, caller: Caller | None) -> bytes:
        call.subject = checked.parameters["id"]
        request = ExecuteRequest(call.subject, checked.body, call.headers.get("Idempotency-Key"))
        return await embed.execute(admitted(call, caller).sandbox, request, _selection(call))

    return {
        "createExecution": create,
        "getExecution": read,
        "getPublicExecution": read_public,
        "listExecutions": list_page,
        "executeWorkflow": execute,
    }


def _selection(call: Call) -> Selection:
    header = call.headers.get("X-Execmock-Scenario")
    prefer = call.headers.get("Prefer")
    if header is None and prefer is None:
        return _UNSELECTED
    return Selection(header, preferences(prefer).get("scenario"))


_UNSELECTED = Selection()
