"""Creates that take what they must refuse, refuse what they must take, or keep something else."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import timedelta

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.creating import REQUIRED, Created
from ..plans import CONFIRMED, RUNNING, SUCCEEDED
from ..texts import canonical
from ..values import Answer, Execution, Key, Moment, RefusalError, Request, Step

PLACEHOLDERS = {"workflowId": "wf_default", "sourceEntityType": "none", "sourceSystem": "none"}


@fault(
    "workflow-id-optional",
    "workflowId may be missing.",
    "create.required.workflowId",
    also=("create.wrong-type",),
)
class WorkflowIdOptional(Behaviour):
    required = ("sourceEntityType", "sourceSystem")

    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        return {"workflowId": "wf_default", **super().kept(sent)}


@fault(
    "source-entity-type-optional",
    "sourceEntityType may be missing.",
    "create.required.sourceEntityType",
    also=("create.wrong-type",),
)
class SourceEntityTypeOptional(Behaviour):
    required = ("workflowId", "sourceSystem")


@fault(
    "source-system-optional",
    "sourceSystem may be missing.",
    "create.required.sourceSystem",
    also=("create.wrong-type",),
)
class SourceSystemOptional(Behaviour):
    required = ("workflowId", "sourceEntityType")


@fault("external-ref-demanded", "externalRef may not be missing.", "create.minimal")
class ExternalRefDemanded(Behaviour):
    required = (*REQUIRED, "externalRef")


@fault("payload-demanded", "requestPayload may not be missing.", "create.minimal")
class PayloadDemanded(Behaviour):
    required = (*REQUIRED, "requestPayload")


class Coercing(Behaviour):
    """Takes values of a wrong type for some properties."""

    lenient: tuple[str, ...] = ()

    def is_wrong(self, name: str, value: object, wanted: type) -> bool:
        return name not in self.lenient and super().is_wrong(name, value, wanted)

    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        kept = super().kept(sent)
        return {name: self.coerced(value) if name in self.lenient else value for name, value in kept.items()}

    def coerced(self, value: object) -> object:
        """Return the value as text."""
        return value if isinstance(value, str) else canonical(value)


@fault("external-ref-any-type", "externalRef may be a number.", "create.wrong-type")
class ExternalRefAnyType(Coercing):
    lenient = ("externalRef",)


@fault("source-system-any-type", "sourceSystem may be anything.", "create.wrong-type")
class SourceSystemAnyType(Coercing):
    lenient = ("sourceSystem",)


@fault("idempotency-key-any-type", "idempotencyKey may be a number.", "create.wrong-type")
class IdempotencyKeyAnyType(Coercing):
    lenient = ("idempotencyKey",)


@fault("payload-any-type", "requestPayload may be a list or a string.", "create.wrong-type")
class PayloadAnyType(Coercing):
    lenient = ("requestPayload",)

    def coerced(self, value: object) -> object:
        return value if isinstance(value, dict) else {"value": value}


@fault("body-any-value", "A body that is no object creates an execution of defaults.", "create.body-object")
class BodyAnyValue(Behaviour):
    def accepted(self, sent: object) -> dict[str, object]:
        return super().accepted(sent if isinstance(sent, dict) else PLACEHOLDERS)


@fault("body-may-be-absent", "A create without a body makes an execution of defaults.", "create.body-object")
class BodyMayBeAbsent(Behaviour):
    def read_json(self, request: Request) -> object:
        return PLACEHOLDERS if request.body == b"" else super().read_json(request)


class Rewriting(Behaviour):
    """Keeps a changed copy of every value sent."""

    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        return {name: rewritten(value, self.rewrite) for name, value in super().kept(sent).items()}

    def rewrite(self, value: object) -> object:
        """Return what is kept in place of a value, its inner values done already."""
        return value


def rewritten(value: object, rewrite: Callable[[object], object]) -> object:
    """Return the value rewritten from its leaves up."""
    if isinstance(value, dict):
        value = {name: rewritten(inner, rewrite) for name, inner in value.items()}
    elif isinstance(value, list):
        value = [rewritten(inner, rewrite) for inner in value]
    return rewrite(value)


@fault(
    "echo-trims",
    "Strings lose the blanks at their ends.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoTrims(Rewriting):
    def rewrite(self, value: object) -> object:
        return value.strip() if isinstance(value, str) else value


@fault(
    "echo-normalizes",
    "Strings are brought to Unicode's composed form.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoNormalizes(Rewriting):
    def rewrite(self, value: object) -> object:
        return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


@fault(
    "echo-latin-1", "Bodies in UTF-8 are read as Latin-1.", "create.echo", also=("create.read-your-write",)
)
class EchoLatin1(Behaviour):
    def decode(self, body: bytes) -> object:
        return super().decode(body.decode("latin-1").encode())


@fault("echo-broken-in-two", "Characters on a boundary of 16 KiB are read as two.", "create.echo")
class EchoBrokenInTwo(Behaviour):
    size = 16_384

    def decode(self, body: bytes) -> object:
        parts = (body[start : start + self.size] for start in range(0, len(body), self.size))
        return super().decode("".join(part.decode(errors="replace") for part in parts).encode())


@fault(
    "echo-drops-emoji",
    "Characters outside the basic plane become question marks.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoDropsEmoji(Rewriting):
    def rewrite(self, value: object) -> object:
        return "".join(c if ord(c) < 0x10000 else "?" for c in value) if isinstance(value, str) else value


@fault("echo-drops-nulls", "Nulls inside payloads vanish.", "create.echo", also=("create.read-your-write",))
class EchoDropsNulls(Rewriting):
    def rewrite(self, value: object) -> object:
        return {n: v for n, v in value.items() if v is not None} if isinstance(value, dict) else value


@fault(
    "echo-reads-digits", "Texts of digits become numbers.", "create.echo", also=("create.read-your-write",)
)
class EchoReadsDigits(Rewriting):
    def rewrite(self, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


@fault(
    "echo-cuts-depth",
    "Objects deeper than a few levels become {}.",
    "create.echo",
    also=("create.read-your-write",),
)
class EchoCutsDepth(Behaviour):
    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        return {name: self.cut(value, 5) for name, value in super().kept(sent).items()}

    def cut(self, value: object, left: int) -> object:
        """Return the value, empty below `left` levels."""
        if isinstance(value, dict):
            return {name: self.cut(inner, left - 1) for name, inner in value.items()} if left else {}
        return value


@fault("echo-rounds-integers", "Integers beyond 2^53 are rounded.", "create.echo-big-integers")
class EchoRoundsIntegers(Rewriting):
    def rewrite(self, value: object) -> object:
        return int(float(value)) if type(value) is int and 2**53 < abs(value) < 2**1000 else value


@fault("read-lags-create", "A new execution cannot be read for a while.", "create.read-your-write")
class ReadLagsCreate(Behaviour):
    def find(self, request: Request, key: Key, wanted: str) -> Execution:
        execution = super().find(request, key, wanted)
        young = self.now() - execution.created < self.span(3)
        return self.unknown(request) if young else execution


@fault(
    "equal-bodies-one-id",
    "Equal bodies without an idempotency key give one execution.",
    "create.unique-ids",
    also=(
        "create.status-initial",
        "timeline.not-before-status",
    ),
)
class EqualBodiesOneId(Behaviour):
    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        same = (e for e in self.shelf.of(key.organization) if e.body == body)
        return super().repeated(key, body) or next((Created(e, repeated=True) for e in same), None)


class Beginning(Behaviour):
    """Begins all executions in a status that none begins in."""

    begins = ""

    def plan_for(self, workflow_id: object) -> tuple[Step, ...]:
        return (
            Step(0, self.begins, "execution.created", "Execution created"),
            Step(4, RUNNING, "run.started", "Run started"),
            Step(8, SUCCEEDED, "run.succeeded", "Run succeeded"),
        )


@fault("begins-running", "A created execution is running at once.", "create.status-initial")
class BeginsRunning(Beginning):
    begins = RUNNING


@fault("begins-confirmed", "A created execution has been paid for at once.", "create.status-initial")
class BeginsConfirmed(Beginning):
    begins = CONFIRMED


@fault("begins-succeeded", "A created execution has succeeded at once.", "create.status-initial")
class BeginsSucceeded(Behaviour):
    def plan_for(self, workflow_id: object) -> tuple[Step, ...]:
        return (
            Step(0, RUNNING, "run.started", "Run started"),
            Step(0, SUCCEEDED, "run.succeeded", "Run succeeded"),
        )


@fault(
    "organization-per-create",
    "Each execution names an organization of its own.",
    "create.organization",
    also=(
        "tenancy.list",
        "timeline.execution-id",
    ),
)
class OrganizationPerCreate(Behaviour):
    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return {**super().fields(execution, moment), "organizationId": f"org_{execution.id[5:]}"}


@fault("unknown-property-500", "An unknown property breaks the server.", "robust.no-5xx")
class UnknownProperty500(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        known = {*REQUIRED, "sourceEntityId", "externalRef", "idempotencyKey"}
        if sent.keys() - known - {"requestPayload", "clientSafeMetadata"}:
            raise RefusalError(500, "column does not exist")
        return super().violations(sent)


@fault(
    "unknown-property-kept", "Unknown properties overwrite the execution's own.", "create.unknown-property"
)
class UnknownPropertyKept(Behaviour):
    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        return {**sent, **super().kept(sent)}


@fault("optional-null-500", "An optional property that is null breaks the server.", "robust.no-5xx")
class OptionalNull500(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        if any(value is None for name, value in sent.items() if name not in REQUIRED):
            raise RefusalError(500, "null pointer")
        return super().violations(sent)


class Unprocessable(Behaviour):
    """Refuses an optional property of some value with a status that the contract has not."""

    refused: object = None

    def violations(self, sent: dict[str, object]) -> list[str]:
        if any(value == self.refused for name, value in sent.items() if name not in REQUIRED):
            raise RefusalError(422, "Unprocessable")
        return super().violations(sent)


@fault("optional-null-422", "An optional property that is null is answered with 422.", "create.optional-null")
class OptionalNull422(Unprocessable):
    refused = None


@fault(
    "optional-empty-422", "An optional property that is empty is answered with 422.", "create.empty-string"
)
class OptionalEmpty422(Unprocessable):
    refused = ""


@fault("optional-empty-500", "An optional property that is empty breaks the server.", "robust.no-5xx")
class OptionalEmpty500(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        if any(value == "" for name, value in sent.items() if name not in REQUIRED):
            raise RefusalError(500, "zero-length string")
        return super().violations(sent)


@fault(
    "unknown-workflow-500",
    "A workflow that is not there breaks the server.",
    "create.unknown-workflow",
    also=(
        "robust.no-5xx",
        "create.empty-string",
    ),
)
class UnknownWorkflow500(Behaviour):
    def plan_for(self, workflow_id: object) -> tuple[Step, ...]:
        if not str(workflow_id).startswith("wf_"):
            raise RefusalError(500, "row not found")
        return super().plan_for(workflow_id)


@fault(
    "created-at-of-create-differs",
    "A create answers with another createdAt.",
    "lifecycle.created-at-constant",
)
class CreatedAtOfCreateDiffers(Behaviour):
    def created_answer(self, request: Request, created: Created) -> Answer:
        answer = super().created_answer(request, created)
        shown = answer.body["data"]["execution"]
        earlier = (created.execution.created - timedelta(days=1)).isoformat()
        data = {**answer.body["data"], "execution": {**shown, "createdAt": earlier}}
        return Answer(200, {**answer.body, "data": data})
