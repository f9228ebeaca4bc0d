"""Executions that live otherwise than they may: statuses, times, ids that change."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from ..behaviour import Behaviour
from ..catalogue import fault
from ..plans import (
    CONFIRMED,
    FAILED,
    PAID,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    TERMINAL,
    WAITING,
)
from ..texts import rfc3339
from ..values import Execution, Moment, Step


class Planned(Behaviour):
    """Takes the paid plan with more steps at its end, or with other ones."""

    until = 100.0
    more: tuple[Step, ...] = ()

    def plan_for(self, workflow_id: object) -> tuple[Step, ...]:
        return (*(step for step in PAID if step.at < self.until), *self.more)


@fault("queued-again", "A running execution is queued again.", "lifecycle.reachable")
class QueuedAgain(Planned):
    until = 6
    more = (
        Step(6, QUEUED, "run.queued", "Run queued again"),
        Step(8, RUNNING, "run.started", "Run started again"),
        Step(10, SUCCEEDED, "run.succeeded", "Run succeeded"),
    )


@fault("unpaid-again", "A confirmed payment is awaited again.", "lifecycle.reachable")
class UnpaidAgain(Planned):
    until = 4
    more = (
        Step(4, "awaiting_payment", "payment.reversed", "Payment reversed"),
        Step(6, CONFIRMED, "payment.confirmed", "Payment confirmed"),
        Step(7, QUEUED, "run.queued", "Run queued"),
        Step(8, RUNNING, "run.started", "Run started"),
        Step(10, SUCCEEDED, "run.succeeded", "Run succeeded"),
    )


@fault(
    "runs-after-success",
    "An execution that has succeeded runs again.",
    "lifecycle.terminal-final",
    also=("lifecycle.finished-at",),
)
class RunsAfterSuccess(Planned):
    until = 5
    more = (
        Step(5, SUCCEEDED, "run.succeeded", "Run succeeded"),
        Step(10, RUNNING, "run.started", "Run started again"),
    )


@fault("fails-after-success", "An execution that has succeeded fails.", "lifecycle.terminal-final")
class FailsAfterSuccess(Planned):
    until = 5
    more = (
        Step(5, SUCCEEDED, "run.succeeded", "Run succeeded"),
        Step(10, FAILED, "run.failed", "Late failure"),
    )


class Changing(Behaviour):
    """Changes properties of an execution on their way out."""

    def progress_fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        fields = super().progress_fields(execution, moment)
        return {**fields, **self.changes(execution, moment, fields)}

    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        """Return the properties that differ."""
        return {}


@fault("no-started-at", "startedAt never comes.", "lifecycle.started-at")
class NoStartedAt(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"startedAt": None}


@fault("started-at-late", "startedAt comes with the end.", "lifecycle.started-at")
class StartedAtLate(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {} if moment.status in TERMINAL else {"startedAt": None}


@fault("no-finished-at", "finishedAt never comes.", "lifecycle.finished-at")
class NoFinishedAt(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"finishedAt": None}


@fault(
    "finished-at-early",
    "finishedAt is there while the execution runs.",
    "lifecycle.finished-at",
    also=("lifecycle.write-once",),
)
class FinishedAtEarly(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"finishedAt": fields["startedAt"]} if moment.status in (RUNNING, WAITING) else {}


@fault("no-run-id", "runId never comes.", "lifecycle.run-id")
class NoRunId(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"runId": None}


@fault("updated-at-backwards", "updatedAt goes back with each change.", "lifecycle.updated-at")
class UpdatedAtBackwards(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"updatedAt": rfc3339(execution.created - (moment.updated - execution.created))}


@fault("updated-before-created", "updatedAt lies an hour before createdAt.", "lifecycle.updated-at")
class UpdatedBeforeCreated(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"updatedAt": rfc3339(moment.updated - timedelta(hours=1))}


@fault("updated-at-still", "updatedAt stays the time of creation.", "lifecycle.updated-at-moves")
class UpdatedAtStill(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"updatedAt": rfc3339(execution.created)}


@fault("updated-at-of-start", "updatedAt moves no more once the run has begun.", "lifecycle.updated-at-moves")
class UpdatedAtOfStart(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"updatedAt": fields["startedAt"] or rfc3339(moment.updated)}


@fault("updated-at-still-while-waiting", "Waiting does not move updatedAt.", "lifecycle.updated-at-moves")
class UpdatedAtStillWhileWaiting(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        waits = moment.status == WAITING
        passed = [at for step, at in moment.passed if not waits or step.status not in (None, WAITING)]
        return {"updatedAt": rfc3339(passed[-1] + timedelta(milliseconds=7))}


@fault(
    "created-at-moves",
    "createdAt is the time of the read.",
    "lifecycle.created-at-constant",
    also=(
        "create.read-your-write",
        "lifecycle.time-order",
        "lifecycle.updated-at",
    ),
)
class CreatedAtMoves(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"createdAt": rfc3339(self.now())}


@fault("run-id-changes", "runId is another one after each step.", "lifecycle.write-once")
class RunIdChanges(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"runId": fields["runId"] and f"{fields['runId']}{len(moment.passed)}"}


@fault("order-id-changes", "orderId is another one once the run has begun.", "lifecycle.write-once")
class OrderIdChanges(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"orderId": f"{execution.order_id}2"} if fields["startedAt"] and fields["orderId"] else {}


@fault("started-at-moves", "startedAt is the time of the last step.", "lifecycle.write-once")
class StartedAtMoves(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"startedAt": fields["startedAt"] and rfc3339(moment.updated)}


@fault(
    "finished-at-moves",
    "finishedAt is the time of the read.",
    "lifecycle.write-once",
    also=("lifecycle.updated-at-moves",),
)
class FinishedAtMoves(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"finishedAt": fields["finishedAt"] and rfc3339(self.now())}


@fault("external-ref-vanishes", "externalRef is gone once the execution has ended.", "lifecycle.write-once")
class ExternalRefVanishes(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"externalRef": None} if moment.status in TERMINAL else {}


@fault("started-before-created", "startedAt lies an hour before createdAt.", "lifecycle.time-order")
class StartedBeforeCreated(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        early = rfc3339(execution.created - timedelta(hours=1))
        return {"startedAt": fields["startedAt"] and early}


@fault("finished-before-started", "finishedAt lies an hour before startedAt.", "lifecycle.time-order")
class FinishedBeforeStarted(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        early = rfc3339(moment.updated - timedelta(hours=1))
        return {"finishedAt": fields["finishedAt"] and early}


@fault("no-order-id", "orderId never comes.", "lifecycle.due-fields")
class NoOrderId(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"orderId": None}


@fault("no-status-reason", "A failed execution has no statusReason.", "lifecycle.due-fields")
class NoStatusReason(Planned, Changing):
    until = 6
    more = (Step(6, FAILED, "run.failed", "Run failed"),)

    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"statusReason": None}


@fault("no-response-payload", "A succeeded execution has no responsePayload.", "lifecycle.due-fields")
class NoResponsePayload(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"responsePayload": None}


@fault(
    "flapping-replicas",
    "Every second read comes from a replica that is behind.",
    "lifecycle.reachable",
    also=(
        "lifecycle.terminal-final",
        "lifecycle.updated-at",
        "lifecycle.write-once",
        "list.item-equals-read",
        "public.matches-private",
        "timeline.public-subset",
    ),
)
class FlappingReplicas(Behaviour):
    def prepare(self) -> None:
        super().prepare()
        self.reads: Counter[str] = Counter()

    def read_data(self, execution: Execution) -> dict[str, object]:
        self.reads[execution.id] += 1
        now = self.now() - self.span(3 * (self.reads[execution.id] % 2))
        moment = self.moment(execution, now)
        data = super().read_data(execution)
        return {
            **data,
            "execution": self.private(execution, moment),
            "events": self.events(execution, moment),
        }


@fault(
    "id-changes",
    "An execution shows another id once it has ended.",
    "timeline.execution-id",
    also=(
        "list.no-gaps",
        "timeline.unique-ids",
        "public.matches-private",
    ),
)
class IdChanges(Behaviour):
    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        shown = replace(execution, id=f"{execution.id}x") if moment.status in TERMINAL else execution
        return super().fields(shown, moment)
