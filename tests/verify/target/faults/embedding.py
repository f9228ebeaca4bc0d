"""Embed executions that are not as documented."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.embedding import WORKFLOWS, Workflow
from ..texts import created_texts
from ..values import Answer, RefusalError, Request, without


@fault("embed-200", "An embed execution answers 200.", "embed.status-201")
class Embed200(Behaviour):
    def executed(self, request: Request, workflow: Workflow, body: dict[str, object]) -> Answer:
        return replace(super().executed(request, workflow, body), status=200)


@fault(
    "embed-key-conflicts",
    "An Idempotency-Key that comes with another body is refused with 409.",
    "embed.idempotency-key",
    also=("operation.answers",),
)
class EmbedKeyConflicts(Behaviour):
    def prepare(self) -> None:
        super().prepare()
        self.bodies: dict[tuple[str, ...], bytes | None] = {}

    def replay_place(self, request: Request) -> tuple[str, ...] | None:
        place = super().replay_place(request)
        if place and self.bodies.setdefault(place, request.body) != request.body:
            raise RefusalError(409, "the key was used for another request")
        return place


@fault(
    "embed-unknown-422",
    "An unknown workflow is answered with 422.",
    "embed.unknown-404",
    also=("embed.id-type",),
)
class EmbedUnknown422(Behaviour):
    def unknown_workflow(self, wanted: str) -> Workflow:
        raise RefusalError(422, "workflow is invalid")


@fault("embed-unknown-made", "An unknown workflow is executed.", "embed.unknown-404", also=("embed.id-type",))
class EmbedUnknownMade(Behaviour):
    def unknown_workflow(self, wanted: str) -> Workflow:
        return replace(WORKFLOWS[0], key=wanted)


@fault("embed-enveloped", "An embed execution comes in an envelope.", "embed.bare", also=("embed.complete",))
class EmbedEnveloped(Behaviour):
    def executed(self, request: Request, workflow: Workflow, body: dict[str, object]) -> Answer:
        answer = super().executed(request, workflow, body)
        return replace(self.success(request, answer.body), status=201)


class Altering(Behaviour):
    """Changes properties of an embed execution."""

    def embed_execution(
        self, workflow: Workflow, body: dict[str, object], now: datetime
    ) -> dict[str, object]:
        fields = super().embed_execution(workflow, body, now)
        return {**fields, **self.changes(fields, now)}

    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        """Return the properties that differ."""
        return {}


@fault("embed-data-forgotten", "execution_data comes back empty.", "embed.echo")
class EmbedDataForgotten(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        return {"execution_data": {}}


@fault(
    "embed-data-added-to",
    "execution_data comes back with members of the service.",
    "embed.echo",
    also=("embed.defaults",),
)
class EmbedDataAddedTo(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        return {"execution_data": {**fields["execution_data"], "user_key": "main"}}


@fault("embed-body-needed", "An embed execution without a body is refused.", "embed.defaults")
class EmbedBodyNeeded(Behaviour):
    def embed_json(self, request: Request) -> object:
        return self.read_json(request)


@fault("embed-id-type-needed", "id_type must be given.", "embed.defaults", also=("operation.answers",))
class EmbedIdTypeNeeded(Behaviour):
    def execute_body(self, request: Request) -> dict[str, object]:
        body = super().execute_body(request)
        return body if "id_type" in body else self.bad_execute("id_type is required")


@fault("embed-data-default-absent", "Without execution_data the answer has none.", "embed.complete")
class EmbedDataDefaultAbsent(Behaviour):
    def embed_execution(
        self, workflow: Workflow, body: dict[str, object], now: datetime
    ) -> dict[str, object]:
        fields = super().embed_execution(workflow, body, now)
        return fields if "execution_data" in body else without(fields, "execution_data")


@fault("embed-data-default-filled", "Without execution_data the answer has some.", "embed.defaults")
class EmbedDataDefaultFilled(Behaviour):
    def execute_body(self, request: Request) -> dict[str, object]:
        return {"execution_data": {"source": "api"}, **super().execute_body(request)}


@fault(
    "embed-utc-is-local", "created_at_utc is the local time with a Z.", "embed.times", also=("embed.uuid7",)
)
class EmbedUtcIsLocal(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        return {"created_at_utc": f"{str(fields['created_at'])[:19]}Z"}


@fault("embed-text-is-utc", "created_at_string is UTC's time with the local zone's name.", "embed.times")
class EmbedTextIsUtc(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        offset = datetime.fromisoformat(str(fields["created_at"])).utcoffset() or timedelta()
        return {"created_at_string": created_texts(now - offset)["created_at_string"]}


@fault("embed-string-iso", "created_at_string is an ISO text.", "embed.created-at-string")
class EmbedStringIso(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        return {"created_at_string": fields["created_at"]}


@fault("embed-string-capitals", "created_at_string says AM and PM.", "embed.created-at-string")
class EmbedStringCapitals(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        text = str(fields["created_at_string"])
        return {"created_at_string": text.replace(" am ", " AM ").replace(" pm ", " PM ")}


@fault("embed-uuid4", "The id is a UUID of version 4.", "embed.uuid7")
class EmbedUuid4(Behaviour):
    def embed_id(self, now: datetime) -> str:
        return str(UUID(bytes=self.ids.draw("uuid")[:16], version=4))


@fault("embed-uuid7-other-time", "The id's time is a day before created_at.", "embed.uuid7")
class EmbedUuid7OtherTime(Behaviour):
    def embed_id(self, now: datetime) -> str:
        return super().embed_id(now - timedelta(days=1))


@fault("embed-hashid-long", "The hashid has capitals and 10 characters.", "embed.hashid")
class EmbedHashidLong(Behaviour):
    def embed_hashid(self, workflow: Workflow) -> str:
        return f"{self.ids.hashid()}{self.ids.hashid()}".upper()


@fault("embed-counts-exceed", "More actions are running than there are.", "embed.counts")
class EmbedCountsExceed(Behaviour):
    def counts(self) -> dict[str, object]:
        return {**super().counts(), "running_actions_count": 3, "actions_count": 2}


@fault("embed-count-negative", "A count is below zero.", "embed.counts")
class EmbedCountNegative(Behaviour):
    def counts(self) -> dict[str, object]:
        return {**super().counts(), "idle_actions_count": -1}


@fault("embed-status-queued", "A new embed execution is queued.", "embed.status-running")
class EmbedStatusQueued(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        return {"status": "queued"}


@fault("embed-object-workflow", "The object is called workflow_execution.", "embed.object")
class EmbedObjectWorkflow(Altering):
    def changes(self, fields: dict[str, object], now: datetime) -> dict[str, object]:
        return {"object": "workflow_execution"}


@fault("embed-id-type-ignored", "An identifier of any type is found whatever id_type says.", "embed.id-type")
class EmbedIdTypeIgnored(Behaviour):
    def workflow(self, wanted: str, id_type: str) -> Workflow:
        found = (w for w in WORKFLOWS if wanted in (w.id, w.hashid, w.key))
        return next(found, None) or self.unknown_workflow(wanted)


@fault("embed-id-type-only-id", "hashid and key are not found.", "embed.id-type")
class EmbedIdTypeOnlyId(Behaviour):
    def workflow(self, wanted: str, id_type: str) -> Workflow:
        return super().workflow(wanted, "id")


@fault("embed-bad-data-taken", "execution_data may be a list.", "embed.bad-data")
class EmbedBadDataTaken(Behaviour):
    def embed_json(self, request: Request) -> object:
        sent = super().embed_json(request)
        bad = isinstance(sent, dict) and not isinstance(sent.get("execution_data", {}), dict)
        return {**sent, "execution_data": {}} if bad else sent


@fault("embed-bad-data-409", "execution_data that is no object is answered with 409.", "embed.bad-data")
class EmbedBadData409(Behaviour):
    def bad_execute(self, message: str) -> dict[str, object]:
        raise RefusalError(409, message)


@fault("embed-any-key", "Any key executes.", "embed.auth")
class EmbedAnyKey(Behaviour):
    def identify_embed(self, request: Request) -> None:
        if not self.bearer(request):
            self.no_key(request)


@fault("embed-no-request-id", "Embed answers carry no x-request-id.", "embed.request-id")
class EmbedNoRequestId(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        headers = super().headers(request, answer)
        return without(headers, "X-Request-Id") if request.segments[0] == "api" else headers


@fault("embed-replay-ignored", "The Idempotency-Key header is ignored.", "embed.idempotency-key")
class EmbedReplayIgnored(Behaviour):
    def replay_place(self, request: Request) -> tuple[str, ...] | None:
        return None


@fault("embed-one-id", "All executions of a workflow have one id.", "embed.unique-ids")
class EmbedOneId(Behaviour):
    first = ""

    def embed_id(self, now: datetime) -> str:
        self.first = self.first or super().embed_id(now)
        return self.first


@fault(
    "embed-any-body",
    "A body that is no object counts as an empty one.",
    "generated.refuses",
    "embed.bad-data",
)
class EmbedAnyBody(Behaviour):
    def embed_json(self, request: Request) -> object:
        sent = super().embed_json(request)
        return sent if isinstance(sent, dict) else {}
