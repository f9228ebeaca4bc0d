"""Answers of another shape than documented: types, enums, envelope, statuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.creating import Created
from ..parts.embedding import Workflow
from ..plans import TERMINAL, WAITING
from ..values import Answer, Execution, Moment, RefusalError, Request, Step, amended, without


@fault(
    "create-number-for-text",
    "A create's initiatedById is a number.",
    "create.shape",
    also=("lifecycle.write-once",),
)
class CreateNumberForText(Behaviour):
    def created_data(self, created: Created) -> dict[str, object]:
        data = super().created_data(created)
        return {**data, "execution": {**data["execution"], "initiatedById": 7}}


@fault(
    "create-metadata-as-text",
    "A create's clientSafeMetadata is JSON inside a string.",
    "create.shape",
    also=("lifecycle.write-once",),
)
class CreateMetadataAsText(Behaviour):
    def created_data(self, created: Created) -> dict[str, object]:
        data = super().created_data(created)
        return {**data, "execution": {**data["execution"], "clientSafeMetadata": "{}"}}


@fault("read-message-list", "A read's message is a list of sentences.", "get.shape")
class ReadMessageList(Behaviour):
    def read_data(self, execution: Execution) -> dict[str, object]:
        data = super().read_data(execution)
        return {**data, "message": [data["message"]]}


@fault("read-event-data-text", "An event's data is a string.", "get.shape")
class ReadEventDataText(Behaviour):
    def event(
        self, execution: Execution, index: int, step: Step, at: datetime, in_run: bool
    ) -> dict[str, object]:
        return {**super().event(execution, index, step, at, in_run), "data": f"position={index}"}


@fault("list-offset-text", "The list echoes offset as a string.", "list.shape")
class ListOffsetText(Behaviour):
    def page(self, everything: list[Execution], limit: int, offset: int) -> dict[str, object]:
        return {**super().page(everything, limit, offset), "offset": str(offset)}


@fault(
    "list-bare-array",
    "The list's data is the array of items itself.",
    "list.shape",
    also=("envelope.fields",),
)
class ListBareArray(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        answer = await super().list_executions(request)
        return amended(answer, data=answer.body["data"]["items"])


@fault("public-level-number", "A public event's level is a number.", "public.shape")
class PublicLevelNumber(Behaviour):
    def public_events(self, events: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{**event, "level": 20} for event in super().public_events(events)]


@fault("public-nested", "The public view nests the execution as the private one does.", "public.shape")
class PublicNested(Behaviour):
    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        flat = super().public(execution, moment)
        nested = without(flat, "events", "message")
        return {"execution": nested, "events": flat["events"], "message": {"text": flat["message"]}}


@fault("embed-log-list", "An embed execution's log is a list.", "embed.shape")
class EmbedLogList(Behaviour):
    def embed_execution(
        self, workflow: Workflow, body: dict[str, object], now: datetime
    ) -> dict[str, object]:
        return {**super().embed_execution(workflow, body, now), "log": []}


@fault("embed-counts-text", "The counts of an embed execution are strings.", "embed.shape")
class EmbedCountsText(Behaviour):
    def counts(self) -> dict[str, object]:
        return {name: str(count) for name, count in super().counts().items()}


@fault("status-unknown", "A waiting execution shows the status workflow_paused.", "status.enum")
class StatusUnknown(Behaviour):
    def progress_fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        fields = super().progress_fields(execution, moment)
        return {**fields, "status": "workflow_paused"} if fields["status"] == WAITING else fields


@fault("status-upper-case", "Statuses are written in capitals.", "status.enum")
class StatusUpperCase(Behaviour):
    def progress_fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        fields = super().progress_fields(execution, moment)
        return {**fields, "status": str(fields["status"]).upper()}


@fault("code-zero", "The envelope's code is 0 on success.", "envelope.code")
class CodeZero(Behaviour):
    success_code = 0


@fault("code-text", 'The envelope\'s code is the string "200".', "envelope.code")
class CodeText(Behaviour):
    success_code = "200"


@fault("envelope-without-message", "The envelope of a read has no message.", "envelope.fields")
class EnvelopeWithoutMessage(Behaviour):
    async def get_execution(self, request: Request) -> Answer:
        answer = await super().get_execution(request)
        return replace(answer, body=without(answer.body, "message"))


@fault("list-without-envelope", "The list answers without an envelope.", "envelope.fields")
class ListWithoutEnvelope(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        answer = await super().list_executions(request)
        return replace(answer, body=answer.body["data"])


@fault("error-with-data", "Errors carry data.", "error.shape")
class ErrorWithData(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        answer = super().failure(request, refusal)
        return amended(answer, data={"reason": refusal.message}) if request.segments[0] == "v1" else answer


@fault("error-details-text", "An error's details are one string.", "error.shape")
class ErrorDetailsText(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        answer = super().failure(request, refusal)
        return amended(answer, details="; ".join(refusal.details)) if request.segments[0] == "v1" else answer


@fault("error-problem-form", "Errors have the form {error: {message}}.", "error.shape")
class ErrorProblemForm(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        return Answer(refusal.status, {"error": {"message": refusal.message}}, refusal.headers)


@fault("json-called-text", "JSON is sent as text/plain.", "content-type.json")
class JsonCalledText(Behaviour):
    content_type = "text/plain; charset=utf-8"


@fault("create-201", "A create answers 201.", "create.status-200")
class Create201(Behaviour):
    def created_answer(self, request: Request, created: Created) -> Answer:
        return replace(super().created_answer(request, created), status=201)


@fault("list-206", "A page with more behind it answers 206.", "status-codes")
class List206(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        answer = await super().list_executions(request)
        return replace(answer, status=206) if answer.body["data"]["hasMore"] else answer


@fault("read-202-while-running", "A read answers 202 until the execution has ended.", "status-codes")
class Read202WhileRunning(Behaviour):
    async def get_execution(self, request: Request) -> Answer:
        answer = await super().get_execution(request)
        ended = answer.body["data"]["execution"]["status"] in TERMINAL
        return answer if ended else replace(answer, status=202)
