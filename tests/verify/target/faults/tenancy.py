"""Organizations that see each other."""

from __future__ import annotations

from dataclasses import replace

from ..behaviour import Behaviour
from ..catalogue import fault
from ..values import Answer, Execution, Key, RefusalError, Request


@fault(
    "reads-across",
    "An execution can be read by every organization.",
    "tenancy.read",
    also=(
        "create.organization",
        "tenancy.organization-header",
    ),
)
class ReadsAcross(Behaviour):
    def foreign(self, request: Request, execution: Execution) -> Execution:
        return execution


@fault(
    "lists-across",
    "The list holds all organizations' executions.",
    "list.organization-scope",
    "tenancy.list",
    also=("tenancy.organization-header",),
)
class ListsAcross(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        return list(self.shelf.executions.values())[::-1]


@fault("foreign-403", "Another organization's execution is forbidden, not unknown.", "tenancy.not-told-apart")
class Foreign403(Behaviour):
    def foreign(self, request: Request, execution: Execution) -> Execution:
        raise RefusalError(403, "No access to this execution")


@fault(
    "foreign-403-told",
    "The refusal with 403 of another's execution says whose it is.",
    "tenancy.same-answer",
    "tenancy.not-told-apart",
)
class Foreign403Told(Behaviour):
    def foreign(self, request: Request, execution: Execution) -> Execution:
        raise RefusalError(403, "No access to this execution", (f"it is {execution.organization}'s",))


@fault("foreign-told", "The refusal of another's execution says whose it is.", "tenancy.same-answer")
class ForeignTold(Behaviour):
    def foreign(self, request: Request, execution: Execution) -> Execution:
        raise RefusalError(400, "No such execution", (f"it is {execution.organization}'s",))


@fault(
    "organization-by-header",
    "X-Org-ID says whose data is shown.",
    "tenancy.organization-header",
    also=("create.organization",),
)
class OrganizationByHeader(Behaviour):
    def organization(self, request: Request, key: Key) -> str:
        return request.headers.get("X-Org-ID", key.organization)


@fault(
    "unknown-id-200",
    "An unknown id gives an empty success.",
    "get.unknown-id",
    also=(
        "get.complete",
        "tenancy.organization-header",
        "tenancy.read",
    ),
)
class UnknownId200(Behaviour):
    async def get_execution(self, request: Request) -> Answer:
        try:
            return await super().get_execution(request)
        except RefusalError as refusal:
            if refusal.status != 400:
                raise
            return self.success(request, {"execution": {}, "events": [], "message": ""})


@fault("unknown-id-500", "An unknown id breaks the server.", "get.unknown-id", also=("robust.no-5xx",))
class UnknownId500(Behaviour):
    def unknown(self, request: Request) -> Execution:
        raise RefusalError(500, "no rows in result set")


@fault(
    "ids-per-organization",
    "Ids count the executions of an organization.",
    "tenancy.own-ids",
    also=("tenancy.read", "tenancy.organization-header", "tenancy.same-answer"),
)
class IdsPerOrganization(Behaviour):
    def make(self, request: Request, key: Key, body: dict[str, object]) -> Execution:
        number = len(self.shelf.of(key.organization)) + 1
        return replace(super().make(request, key, body), id=f"exec_{number:020d}")

    def find(self, request: Request, key: Key, wanted: str) -> Execution:
        own = self.shelf.of(self.organization(request, key))
        return next((one for one in own if one.id == wanted), None) or self.unknown(request)
