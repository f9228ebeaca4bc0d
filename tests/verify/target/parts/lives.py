"""What an execution is at an instant: its steps so far, its events, the private and the public view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ..ids import base32hex, digest
from ..plans import CANCELLED, FAILED, PAID, PLANS, QUEUED_OR_LATER, RUNNING, SUCCEEDED, TERMINAL
from ..texts import rfc3339
from ..values import Execution, Moment, Step
from .gate import Gate

PUBLIC_FIELDS = (
    "checkoutSessionId", "clientSafeMetadata", "createdAt", "finishedAt", "id", "orderId",
    "paymentStatus", "runId", "startedAt", "status", "workflowId",
)  # fmt: skip
PUBLIC_EVENT_FIELDS = ("createdAt", "eventType", "id", "level", "message", "nodeId", "runId", "title")


class Lives(Gate):
    """Computes views of executions; reading changes nothing."""

    default_plan = PAID

    def plan_for(self, workflow_id: object) -> tuple[Step, ...]:
        """Return what executions of this workflow go through."""
        return PLANS.get(str(workflow_id), self.default_plan)

    def due(self, execution: Execution, step: Step) -> datetime:
        """Return when a step happens."""
        return execution.created + self.span(step.at)

    def moment(self, execution: Execution, now: datetime) -> Moment:
        """Return the execution as it stands at `now`: at least its first step has passed."""
        dated = [(step, self.due(execution, step)) for step in execution.plan]
        return Moment(tuple(pair for pair in dated if pair[1] <= now) or tuple(dated[:1]))

    def present(self, execution: Execution) -> Moment:
        """Return the execution as it stands now."""
        return self.moment(execution, self.now())

    def private(self, execution: Execution, moment: Moment) -> dict[str, object]:
        """Return the `execution` object of create, read and list."""
        return self.without_absent(self.fields(execution, moment))

    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        """Return every property of an execution; None where it has no value."""
        return {
            "id": execution.id,
            "createdAt": rfc3339(execution.created),
            "updatedAt": rfc3339(moment.updated),
            "organizationId": execution.organization,
            "initiatedByType": "api_key",
            "initiatedById": f"key_{execution.organization[4:12]}",
            "checkoutSessionId": execution.checkout_id,
            **execution.body,
            **self.progress_fields(execution, moment),
        }

    def progress_fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        """Return the properties that come with progress."""
        status = moment.status
        queued, started = moment.first(*QUEUED_OR_LATER), moment.first(RUNNING)
        paid = any(step.payment == "confirmed" for step, _ in moment.passed)
        return {
            "status": status,
            "paymentStatus": moment.payment,
            "orderId": execution.order_id if paid else None,
            "runId": execution.run_id if queued else None,
            "startedAt": self.time_text(started),
            "finishedAt": self.time_text(moment.first(*TERMINAL)),
            "statusReason": self.reason(moment),
            "responsePayload": self.response_payload(execution) if status == SUCCEEDED else None,
        }

    def time_text(self, at: datetime | None) -> str | None:
        """Return the instant as text; None stays None."""
        return None if at is None else rfc3339(at)

    def reason(self, moment: Moment) -> str | None:
        """Return why an execution failed or was cancelled."""
        return moment.passed[-1][0].title if moment.status in (FAILED, CANCELLED) else None

    def response_payload(self, execution: Execution) -> object:
        """Return what a run gave back."""
        return {"invoice": f"inv_{execution.id[5:]}"}

    def without_absent(self, fields: dict[str, object]) -> dict[str, object]:
        """Leave out the properties that have no value."""
        return {name: value for name, value in fields.items() if value is not None}

    def message(self, moment: Moment) -> str:
        """Return the sentence both views show beside the state."""
        return moment.passed[-1][0].title

    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        """Return the private timeline, oldest first."""
        queued = moment.first(*QUEUED_OR_LATER)
        return [
            self.without_absent(self.event(execution, index, step, at, queued is not None and at >= queued))
            for index, (step, at) in enumerate(moment.passed)
        ]

    def event(
        self, execution: Execution, index: int, step: Step, at: datetime, in_run: bool
    ) -> dict[str, object]:
        """Return one event of the timeline."""
        return {
            "id": self.event_id(execution, index),
            "createdAt": rfc3339(at),
            "eventType": step.event_type,
            "level": "error" if step.status == FAILED else "info",
            "title": step.title,
            "message": f"{step.title}.",
            "nodeId": step.node_id,
            "runId": execution.run_id if in_run else None,
            "data": {"position": index},
            "executionId": execution.id,
            "organizationId": execution.organization,
            "requestId": execution.request_id,
            "workflowId": execution.body["workflowId"],
        }

    def event_id(self, execution: Execution, index: int) -> str:
        """Return the same id for the same event at every read."""
        return f"evt_{base32hex(digest(self.seed, execution.id, index))[:20]}"

    def public(self, execution: Execution, moment: Moment) -> dict[str, object]:
        """Return the flat view that a client token opens."""
        return {
            **self.only(self.private(execution, moment), PUBLIC_FIELDS),
            "message": self.message(moment),
            "events": self.public_events(self.events(execution, moment)),
        }

    def public_events(self, events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
        """Return the timeline without what is private in it."""
        return [self.only(event, PUBLIC_EVENT_FIELDS) for event in events]

    def only(self, fields: dict[str, object], names: Iterable[str]) -> dict[str, object]:
        """Return the named properties, in that order."""
        return {name: fields[name] for name in names if name in fields}
