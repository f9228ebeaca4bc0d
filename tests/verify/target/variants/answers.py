"""Other forms of what is answered: absent values, times, ids, words, orders."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ..behaviour import Behaviour
from ..catalogue import variant
from ..ids import Ids
from ..parts.creating import OBJECTS, STRINGS, Created
from ..parts.embedding import Workflow
from ..texts import created_texts
from ..values import Answer, Execution, Moment, Request, Step, amended

LATER = (
    "checkoutSessionId",
    "orderId",
    "runId",
    "startedAt",
    "finishedAt",
    "statusReason",
    "responsePayload",
)
HOLDING_OBJECTS = {*OBJECTS, "responsePayload", "data"}


class AbsentShown(Behaviour):
    """Shows properties that have no value yet."""

    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return {**dict.fromkeys((*STRINGS, *OBJECTS, *LATER)), **super().fields(execution, moment)}


@variant("absent-empty", "A property without a value is an empty string or an empty object.")
class AbsentEmpty(AbsentShown):
    def without_absent(self, fields: dict[str, object]) -> dict[str, object]:
        empty = {name: {} if name in HOLDING_OBJECTS else "" for name in fields}
        return {name: empty[name] if value is None else value for name, value in fields.items()}


@variant("absent-null", "A property without a value is null.", "advisory.null-for-absent")
class AbsentNull(AbsentShown):
    def without_absent(self, fields: dict[str, object]) -> dict[str, object]:
        return fields


class Timed(Behaviour):
    """Writes the times of executions and events in another RFC 3339 form."""

    def rewrite(self, text: str) -> str:
        """Return the time in the other form."""
        return text

    def without_absent(self, fields: dict[str, object]) -> dict[str, object]:
        kept = super().without_absent(fields)
        timed = {n: v for n, v in kept.items() if n.endswith("At") and isinstance(v, str) and v}
        return {**kept, **{n: self.rewrite(v) for n, v in timed.items()}}


@variant("times-plus-zero", "Times end with +00:00.")
class TimesPlusZero(Timed):
    def rewrite(self, text: str) -> str:
        return text.replace("Z", "+00:00")


@variant("times-whole-seconds", "Times have no fraction.")
class TimesWholeSeconds(Timed):
    def rewrite(self, text: str) -> str:
        return f"{text[:19]}Z"


@variant("times-nanoseconds", "Times have nine digits of fraction.")
class TimesNanoseconds(Timed):
    def rewrite(self, text: str) -> str:
        return text.replace("Z", "000000Z")


@variant("times-trimmed-fraction", "A time's fraction has no zeros at its end.")
class TimesTrimmedFraction(Timed):
    def rewrite(self, text: str) -> str:
        return text.removesuffix("Z").rstrip("0").rstrip(".") + "Z"


class DecimalIds(Ids):
    """Gives ids that are numbers in a row."""

    def xid(self, prefix: str, at: datetime) -> str:
        self._drawn[prefix] += 1
        return str(10_000_000 + self._drawn[prefix])


@variant("ids-decimal", "Ids are decimal numbers in a row.")
class IdsDecimal(Behaviour):
    def prepare(self) -> None:
        self.ids = DecimalIds(self.seed)
        super().prepare()

    def event_id(self, execution: Execution, index: int) -> str:
        return f"{execution.id}-{index}"


class UuidIds(Ids):
    """Gives UUIDs as ids."""

    def xid(self, prefix: str, at: datetime) -> str:
        return self.uuid7(at)


@variant("ids-uuid", "Ids are UUIDs.")
class IdsUuid(Behaviour):
    def prepare(self) -> None:
        self.ids = UuidIds(self.seed)
        super().prepare()


@variant("other-event-words", "Event types, levels and titles are other words.")
class OtherEventWords(Behaviour):
    def event(
        self, execution: Execution, index: int, step: Step, at: datetime, in_run: bool
    ) -> dict[str, object]:
        event = super().event(execution, index, step, at, in_run)
        return {**event, "eventType": step.event_type.upper().replace(".", "_"), "level": "NOTICE"}


@variant("other-words", "paymentStatus and initiatedByType are other words.")
class OtherWords(Behaviour):
    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        fields = super().fields(execution, moment)
        payment = str(fields["paymentStatus"]).upper() if fields["paymentStatus"] else None
        return {**fields, "paymentStatus": payment, "initiatedByType": "machine"}


@variant("private-extra-events", "The private timeline has events that the public one leaves out.")
class PrivateExtraEvents(Behaviour):
    def public_events(self, events: list[dict[str, object]]) -> list[dict[str, object]]:
        return [event for event in super().public_events(events) if "nodeId" not in event]


@variant("no-events", "Timelines are empty.", "timeline.not-empty")
class NoEvents(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        return []


@variant("oldest-first", "The list begins with the oldest.", "list.newest-first")
class OldestFirst(Behaviour):
    def listed(self, organization: str) -> list[Execution]:
        return self.shelf.of(organization)


@variant("repeat-first-answer", "A repeated create shows the first answer again.")
class RepeatFirstAnswer(Behaviour):
    def prepare(self) -> None:
        self.first: dict[str, dict[str, object]] = {}
        super().prepare()

    def created_data(self, created: Created) -> dict[str, object]:
        return self.first.setdefault(created.execution.id, super().created_data(created))


@variant("other-success-message", "The message of a success is ok.", "advisory.success-message")
class OtherSuccessMessage(Behaviour):
    success_message = "ok"


@variant("extra-properties", "Answers have properties that are not documented.")
class ExtraProperties(Behaviour):
    def success(self, request: Request, data: object) -> Answer:
        return amended(super().success(request, data), apiVersion="2026-01", links=[])

    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return {**super().fields(execution, moment), "version": len(moment.passed), "labels": []}

    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        return {**super().public(execution, moment), "progress": len(moment.passed) / len(execution.plan)}

    def embed_execution(
        self, workflow: Workflow, body: dict[str, object], now: datetime
    ) -> dict[str, object]:
        return {**super().embed_execution(workflow, body, now), "tags": []}


@variant(
    "integers-rounded", "Big integers in payloads are rounded as by a browser.", "create.echo-big-integers"
)
class IntegersRounded(Behaviour):
    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        return {name: _rounded(value) for name, value in super().kept(sent).items()}


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return int(float(value)) if type(value) is int and 2**53 < abs(value) < 2**1000 else value


@variant("embed-hashid-of-workflow", "An embed execution's hashid is its workflow's.")
class EmbedHashidOfWorkflow(Behaviour):
    def embed_hashid(self, workflow: Workflow) -> str:
        return workflow.hashid


@variant("embed-other-zone", "Embed times are Berlin's.")
class EmbedOtherZone(Behaviour):
    def embed_times(self, now: datetime) -> dict[str, object]:
        return dict(created_texts(now, ZoneInfo("Europe/Berlin")))


@variant("embed-zone-utc", "Embed times are UTC's.")
class EmbedZoneUtc(Behaviour):
    def embed_times(self, now: datetime) -> dict[str, object]:
        return dict(created_texts(now, UTC))
