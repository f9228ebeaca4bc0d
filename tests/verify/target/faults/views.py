"""Views that show what is private, or something else than the other view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.lives import PUBLIC_EVENT_FIELDS
from ..values import Answer, Execution, Moment, Request, without


class Telling(Behaviour):
    """Shows more properties in the public view."""

    shown: tuple[str, ...] = ()

    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        private = self.private(execution, moment)
        return {**super().public(execution, moment), **self.only(private, self.shown)}


@fault("public-shows-organization", "The public view names the organization.", "public.private-fields")
class PublicShowsOrganization(Telling):
    shown = ("organizationId",)


@fault(
    "public-shows-payload",
    "The public view holds the request's payload.",
    "public.private-fields",
    "public.canary",
)
class PublicShowsPayload(Telling):
    shown = ("requestPayload",)


@fault("public-shows-update", "The public view has updatedAt.", "public.private-fields")
class PublicShowsUpdate(Telling):
    shown = ("updatedAt",)


@fault(
    "public-shows-result",
    "The public view holds the run's response once it succeeded.",
    "public.private-fields",
)
class PublicShowsResult(Telling):
    shown = ("responsePayload",)


@fault("public-shows-reason", "The public view says why an execution failed.", "public.private-fields")
class PublicShowsReason(Telling):
    shown = ("statusReason",)


@fault("public-shows-all", "The public view is the private one, flat.", "public.private-fields")
class PublicShowsAll(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return {**super().public(execution, moment), **self.private(execution, moment)}


class TellingEvents(Behaviour):
    """Shows more properties in public events."""

    shown: tuple[str, ...] = ()

    def public_events(self, events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
        return [self.only(event, (*PUBLIC_EVENT_FIELDS, *self.shown)) for event in events]


@fault("public-events-show-data", "Public events carry their data.", "public.private-event-fields")
class PublicEventsShowData(TellingEvents):
    shown = ("data",)


@fault(
    "public-events-show-ids",
    "Public events name execution, request and organization.",
    "public.private-event-fields",
)
class PublicEventsShowIds(TellingEvents):
    shown = ("executionId", "organizationId", "requestId", "workflowId")


@fault("message-tells-reference", "The public message quotes externalRef.", "public.canary")
class MessageTellsReference(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        view = super().public(execution, moment)
        return {**view, "message": f"{view['message']} for {execution.body.get('externalRef', 'you')}"}


@fault(
    "events-tell-source",
    "An event's title quotes sourceEntityId, in public too.",
    "public.canary",
    also=("timeline.public-subset",),
)
class EventsTellSource(Behaviour):
    def public_events(self, events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
        source = self.shelf.executions[str(events[0]["executionId"])].body.get("sourceEntityId", "")
        return [{**event, "title": f"{event['title']} {source}"} for event in super().public_events(events)]


@fault("header-tells-source", "A header of the public answer quotes sourceEntityId.", "public.canary")
class HeaderTellsSource(Behaviour):
    def public_answer(self, request: Request, execution: Execution) -> Answer:
        source = quote(str(execution.body.get("sourceEntityId")), safe=" -_.:")
        return replace(super().public_answer(request, execution), headers={"X-Source": source})


@fault("read-shows-token", "A read shows the client token.", "public.create-only-token")
class ReadShowsToken(Behaviour):
    def read_data(self, execution: Execution) -> dict[str, object]:
        return {**super().read_data(execution), "clientToken": execution.token}


@fault("public-shows-token", "The public view repeats the token.", "public.create-only-token")
class PublicShowsToken(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return {**super().public(execution, moment), "clientToken": execution.token}


@fault("public-payment-pending", "The public view says pending for ever.", "public.matches-private")
class PublicPaymentPending(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return {**super().public(execution, moment), "paymentStatus": "pending"}


@fault("public-without-metadata", "The public view lacks clientSafeMetadata.", "public.matches-private")
class PublicWithoutMetadata(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return without(super().public(execution, moment), "clientSafeMetadata")


@fault(
    "public-other-status",
    "The public view calls succeeded executions failed.",
    "public.matches-private",
    also=("public.not-stale",),
)
class PublicOtherStatus(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        view = super().public(execution, moment)
        return {**view, "status": str(view["status"]).replace("succeeded", "failed")}


@fault("public-stale", "The public view is 3 plan seconds behind the private one.", "public.not-stale")
class PublicStale(Behaviour):
    def public_answer(self, request: Request, execution: Execution) -> Answer:
        late = self.moment(execution, self.now() - self.span(3))
        return self.success(request, self.public(execution, late))


@fault("public-frozen", "The public view shows the execution as it was created.", "public.not-stale")
class PublicFrozen(Behaviour):
    def public_answer(self, request: Request, execution: Execution) -> Answer:
        return self.success(request, self.public(execution, self.moment(execution, execution.created)))


@fault(
    "public-other-id",
    "The public view has an id of its own.",
    "public.matches-private",
    also=("timeline.unique-ids",),
)
class PublicOtherId(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        view = super().public(execution, moment)
        return {**view, "id": f"pub_{execution.id[5:]}"}
