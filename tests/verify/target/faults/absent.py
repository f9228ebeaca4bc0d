"""Operations that never succeed, and answers that lack what every one of them must have."""

from __future__ import annotations

from datetime import datetime

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.creating import Created
from ..parts.embedding import Workflow
from ..values import Answer, Execution, Moment, RefusalError, Request, without


class Refusing(Behaviour):
    """Refuses all that one operation would have answered with success."""

    refused, status = "", 400

    async def perform(self, operation: str, request: Request) -> Answer:
        answer = await super().perform(operation, request)
        if operation == self.refused:
            raise RefusalError(self.status, "Not today")
        return answer


@fault(
    "create-always-refused",
    "No create succeeds.",
    "operation.answers",
    also=(
        "list.no-duplicates",
        "robust.concurrent-creates",
    ),
)
class CreateAlwaysRefused(Refusing):
    refused = "create_execution"


@fault(
    "read-always-refused",
    "No private read succeeds.",
    "operation.answers",
    also=(
        "auth.read-scope",
        "create.read-your-write",
    ),
)
class ReadAlwaysRefused(Refusing):
    refused = "get_execution"


@fault("list-always-refused", "No list succeeds.", "operation.answers", also=("auth.read-scope",))
class ListAlwaysRefused(Refusing):
    refused = "list_executions"


@fault(
    "list-always-forbidden",
    "The list is forbidden to every key.",
    "operation.answers",
    also=("auth.read-scope",),
)
class ListAlwaysForbidden(Refusing):
    refused, status = "list_executions", 403


@fault("public-always-refused", "No public read succeeds.", "operation.answers")
class PublicAlwaysRefused(Refusing):
    refused, status = "get_public_execution", 401


@fault("embed-always-refused", "No embed execution succeeds.", "operation.answers", also=("embed.defaults",))
class EmbedAlwaysRefused(Refusing):
    refused, status = "execute_workflow", 404


@fault("create-without-token", "A create's answer has no client token.", "create.complete")
class CreateWithoutToken(Behaviour):
    def created_data(self, created: Created) -> dict[str, object]:
        return without(super().created_data(created), "clientToken")


@fault("read-without-events", "A read has no events.", "get.complete", also=("timeline.public-subset",))
class ReadWithoutEvents(Behaviour):
    def read_data(self, execution: Execution) -> dict[str, object]:
        return without(super().read_data(execution), "events")


@fault("read-without-id", "A read's execution has no id.", "get.complete")
class ReadWithoutId(Behaviour):
    def read_data(self, execution: Execution) -> dict[str, object]:
        data = super().read_data(execution)
        return {**data, "execution": without(data["execution"], "id")}


@fault("list-without-echo", "The list says neither limit nor offset.", "list.complete")
class ListWithoutEcho(Behaviour):
    def page(self, everything: list[Execution], limit: int, offset: int) -> dict[str, object]:
        return without(super().page(everything, limit, offset), "limit", "offset")


@fault("list-without-has-more", "The list has no hasMore.", "list.complete")
class ListWithoutHasMore(Behaviour):
    def page(self, everything: list[Execution], limit: int, offset: int) -> dict[str, object]:
        return without(super().page(everything, limit, offset), "hasMore")


@fault(
    "public-without-status",
    "The public view has no status.",
    "public.complete",
    also=("public.matches-private",),
)
class PublicWithoutStatus(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return without(super().public(execution, moment), "status")


@fault("public-without-events", "The public view has no events.", "public.complete")
class PublicWithoutEvents(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return without(super().public(execution, moment), "events")


@fault("embed-without-hashid", "An embed execution has no hashid.", "embed.complete")
class EmbedWithoutHashid(Behaviour):
    def embed_execution(
        self, workflow: Workflow, body: dict[str, object], now: datetime
    ) -> dict[str, object]:
        return without(super().embed_execution(workflow, body, now), "hashid")
