"""The operations that need state: from a validated request to the service, and back to bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.contract.names import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.core.schema.violation import Violation
from execmock.server.api.authentication import Caller
from execmock.server.api.calls import Handled, Request
from execmock.server.api.pipeline import Handler
from execmock.server.api.prefer import preferences
from execmock.server.api.request_validation import ValidatedRequest
from execmock.service.executions.embed_executions import EmbedExecutions, ExecuteRequest
from execmock.service.executions.executions import Executions, Page
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.selection import Selection

__all__ = ["api_handlers", "selection_of"]


def api_handlers(
    executions: Executions, embed: EmbedExecutions, choices: Mapping[str, Any]
) -> Mapping[str, Handler]:
    """Return operation id to handler."""
    foreign = choices["foreignOrganizationHeader"]

    def admitted(request: Request, caller: Caller | None) -> Caller:
        if caller is None:
            raise Refusal(401, "A bearer key is required")
        named = request.headers.get("X-Org-ID")
        if foreign != "ignore" and named and named != caller.sandbox.organization:
            violation = Violation("header/X-Org-ID", "the key's own organization", named)
            raise Refusal(int(foreign), "The key belongs to another organization", [violation])
        return caller

    async def create(request: Request, validated: ValidatedRequest, caller: Caller | None) -> Handled:
        who = admitted(request, caller)
        created = await executions.create(who.sandbox, validated.body, who.name, selection_of(request))
        clock = executions.clock(who.sandbox)
        return Handled(created.data, created.id, None, created.warning, created.scenario, clock)

    async def read(request: Request, validated: ValidatedRequest, caller: Caller | None) -> Handled:
        sandbox = admitted(request, caller).sandbox
        return Handled(await executions.read(sandbox, validated.parameters["id"], poll=_polls(request)))

    async def read_public(request: Request, validated: ValidatedRequest, caller: Caller | None) -> Handled:
        given = validated.parameters
        sandbox, view = await executions.read_public(given["id"], given["token"], poll=_polls(request))
        return Handled(view, sandbox=sandbox)

    async def list_page(request: Request, validated: ValidatedRequest, caller: Caller | None) -> Handled:
        page = Page(validated.parameters["limit"], validated.parameters["offset"])
        return Handled(await executions.list(admitted(request, caller).sandbox, page))

    async def execute(request: Request, validated: ValidatedRequest, caller: Caller | None) -> Handled:
        key = request.headers.get("Idempotency-Key")
        asked = ExecuteRequest(validated.parameters["id"], validated.body, key)
        made = await embed.execute(admitted(request, caller).sandbox, asked, selection_of(request))
        return Handled(made.body, made.id, None, "", made.scenario)

    async def replay(request: Request, path: Mapping[str, str], sandbox: Sandbox) -> Handled | None:
        found = await embed.replay(sandbox, path["id"], request.headers.get("Idempotency-Key"))
        return Handled(found.body, found.id) if found else None

    return {
        CREATE: Handler(create),
        GET: Handler(read, subject="id"),
        PUBLIC: Handler(read_public, subject="id"),
        LIST: Handler(list_page),
        EXECUTE: Handler(execute, subject="id", replay=replay),
    }


def _polls(request: Request) -> bool:
    # HEAD asks whether something answers; monitors send it by themselves.
    return request.method != "HEAD"


def selection_of(request: Request) -> Selection:
    """Return the scenario that a request asks for by its headers."""
    header = request.headers.get("X-Execmock-Scenario")
    prefer = request.headers.get("Prefer")
    if header is None and prefer is None:
        return _UNSELECTED
    return Selection(header, preferences(prefer).get("scenario"))


_UNSELECTED = Selection()
