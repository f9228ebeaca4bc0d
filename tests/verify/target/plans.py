"""What executions go through: plans of steps, in seconds of the plan (`speed` divides them)."""

from __future__ import annotations

from collections.abc import Mapping

from .values import Step

AWAITING, CONFIRMED, QUEUED = "awaiting_payment", "payment_confirmed", "workflow_queued"
RUNNING, WAITING = "workflow_running", "workflow_waiting"
SUCCEEDED, FAILED, CANCELLED = "workflow_succeeded", "workflow_failed", "workflow_cancelled"
TERMINAL = (SUCCEEDED, FAILED, CANCELLED, "workflow_partial")
QUEUED_OR_LATER = (QUEUED, RUNNING, WAITING)

_PAYMENT = (
    Step(0, AWAITING, "execution.created", "Execution created", payment="pending"),
    Step(2, CONFIRMED, "payment.confirmed", "Payment confirmed", payment="confirmed"),
)
_RUN = (
    Step(4, RUNNING, "run.started", "Run started"),
    Step(5, None, "node.completed", "Order fetched", node_id="fetch-order"),
)
_APPROVAL = (
    Step(6, WAITING, "node.waiting", "Waiting for an approval", node_id="approval"),
    Step(8, RUNNING, "node.completed", "Approved", node_id="approval"),
)


def _queued(at: float, event_type: str = "run.queued", title: str = "Run queued") -> tuple[Step, ...]:
    return (Step(at, QUEUED, event_type, title),)


def _end(at: float, status: str) -> tuple[Step, ...]:
    outcome = status.removeprefix("workflow_")
    return (Step(at, status, f"run.{outcome}", f"Run {outcome}"),)


PAID = (*_PAYMENT, *_queued(3), *_RUN, *_APPROVAL, *_end(10, SUCCEEDED))
NO_WAITING = (*_PAYMENT, *_queued(3), *_RUN, *_end(7, SUCCEEDED))
FREE = (*_queued(0, "execution.created", "Execution created"), *_RUN, *_APPROVAL, *_end(10, SUCCEEDED))
FAILING = (*_PAYMENT, *_queued(3), *_RUN, *_end(6, FAILED))
CANCELLED_WHILE_RUNNING = (*_PAYMENT, *_queued(3), *_RUN, *_end(6, CANCELLED))
NEVER_PAID = (
    _PAYMENT[0],
    Step(3, CANCELLED, "payment.expired", "Payment expired", payment="failed"),
)
ENDLESS = (*_PAYMENT, *_queued(3), *_RUN, *_APPROVAL[:1])
PARTIAL = (*_PAYMENT, *_queued(3), *_RUN, *_end(7, "workflow_partial"))

PAID_WORKFLOW, FREE_WORKFLOW = "wf_paid00000000000000a", "wf_free00000000000000a"
FAILING_WORKFLOW, CANCELLED_WORKFLOW = "wf_fail00000000000000a", "wf_canc00000000000000a"
PLANS: Mapping[str, tuple[Step, ...]] = {
    PAID_WORKFLOW: PAID,
    FREE_WORKFLOW: FREE,
    FAILING_WORKFLOW: FAILING,
    CANCELLED_WORKFLOW: CANCELLED_WHILE_RUNNING,
}
