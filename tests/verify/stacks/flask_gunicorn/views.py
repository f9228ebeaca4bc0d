"""How an execution and its events are shown, to its organization and to the public."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

TOLD = {
    "awaiting_payment": ("payment.requested", "Payment requested"),
    "payment_confirmed": ("payment.confirmed", "Payment confirmed"),
    "workflow_queued": ("run.queued", "Run queued"),
    "workflow_running": ("run.started", "Run started"),
    "workflow_waiting": ("run.waiting", "Run waiting"),
    "workflow_succeeded": ("run.completed", "Run completed"),
    "workflow_failed": ("run.failed", "Run failed"),
    "workflow_cancelled": ("execution.cancelled", "Execution cancelled"),
}
FINAL = ("workflow_succeeded", "workflow_failed", "workflow_cancelled")
GIVEN = (
    "workflowId",
    "sourceSystem",
    "sourceEntityType",
    "sourceEntityId",
    "externalRef",
    "idempotencyKey",
    "requestPayload",
    "clientSafeMetadata",
)
PUBLIC = (
    "id",
    "workflowId",
    "status",
    "paymentStatus",
    "checkoutSessionId",
    "orderId",
    "runId",
    "clientSafeMetadata",
    "createdAt",
    "startedAt",
    "finishedAt",
)


def text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def execution_view(row: sqlite3.Row, happened: list[sqlite3.Row]) -> dict[str, Any]:
    """Return an execution as its organization sees it."""
    status = happened[-1]["status"]
    first = {each["status"]: each["at"] for each in reversed(happened)}
    serial = row["id"].removeprefix("exec_")
    request = json.loads(row["request"])
    view = {name: request.get(name) for name in GIVEN}
    view |= {
        "id": row["id"],
        "organizationId": row["organization"],
        "initiatedByType": "api_key",
        "initiatedById": row["initiated_by"],
        "status": status,
        "createdAt": text(row["created_at"]),
        "updatedAt": text(happened[-1]["at"]),
    }
    if "awaiting_payment" in first:
        view["checkoutSessionId"] = f"cs_{serial}"
        view["paymentStatus"] = "confirmed" if "payment_confirmed" in first else "pending"
    if "payment_confirmed" in first:
        view["orderId"] = f"ord_{serial}"
    if "workflow_queued" in first:
        view["runId"] = f"run_{serial}"
    if "workflow_running" in first:
        view["startedAt"] = text(first["workflow_running"])
    if status in FINAL:
        view["finishedAt"] = text(first[status])
        if status == "workflow_succeeded":
            view["responsePayload"] = {"ok": True}
        else:
            view["statusReason"] = TOLD[status][1]
    return {name: value for name, value in view.items() if value is not None}


def public_event(event: sqlite3.Row, execution: dict[str, Any]) -> dict[str, Any]:
    event_type, title = TOLD[event["status"]]
    view = {
        "id": event["id"],
        "eventType": event_type,
        "title": title,
        "level": "info",
        "createdAt": text(event["at"]),
    }
    if event["status"].startswith("workflow_") and "runId" in execution:
        view["runId"] = execution["runId"]
    return view


def event_view(event: sqlite3.Row, execution: dict[str, Any]) -> dict[str, Any]:
    whole = {
        "executionId": execution["id"],
        "organizationId": execution["organizationId"],
        "workflowId": execution["workflowId"],
    }
    return public_event(event, execution) | whole


def public_view(execution: dict[str, Any], happened: list[sqlite3.Row]) -> dict[str, Any]:
    """Return an execution as the holder of its token sees it."""
    view = {name: execution[name] for name in PUBLIC if name in execution}
    view["events"] = [public_event(each, execution) for each in happened]
    view["message"] = view["events"][-1]["title"]
    return view
