"""The embed API: one operation, answered without an envelope."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import string
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from views import Free

EMBED = json.loads(Path(os.environ["STAGING"]).read_text())["embed"]
ZONE = ZoneInfo(EMBED["zone"])
HASHID = string.ascii_lowercase + string.digits

router = APIRouter()
bearer = HTTPBearer(auto_error=False)
answered: dict[tuple[str, str], dict[str, Any]] = {}
answering = threading.Lock()


class Execute(BaseModel):
    id_type: Literal["id", "hashid", "key"] = "id"
    user_key: str = "main"
    execution_data: Free = {}


def authorized(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
    given = credentials.credentials if credentials else ""
    if not hmac.compare_digest(given.encode(), EMBED["key"].encode()):
        raise HTTPException(401, "A valid bearer key is required")


def uuid7(at: datetime) -> str:
    """Return a UUID of version 7: 48 bits of milliseconds, then what is random."""
    milliseconds = int(at.timestamp() * 1000)
    bits = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=bits))


def executed(workflow: dict[str, str], data: dict[str, Any]) -> dict[str, Any]:
    at = datetime.now(UTC)
    local = at.astimezone(ZONE)
    counts = (
        "actions",
        "completed_actions",
        "failed_actions",
        "idle_actions",
        "running_actions",
        "stopped_actions",
    )
    return {
        "object": "execution",
        "id": uuid7(at),
        "hashid": "".join(secrets.choice(HASHID) for _ in range(5)),
        "key": workflow["key"],
        "name": workflow["name"],
        "status": "running",
        **{f"{name}_count": 0 for name in counts},
        "created_at": local.isoformat(timespec="seconds"),
        "created_at_utc": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_at_string": f"{local:%b %d, %Y %I:%M} {local:%p}".lower().capitalize() + f" {local:%Z}",
        "execution_data": data,
        "log": {},
    }


@router.post("/api/v1/workflows/{workflow_id}/execute", status_code=201, dependencies=[Depends(authorized)])
def execute(
    workflow_id: str,
    body: Annotated[Execute | None, Body()] = None,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> dict[str, Any]:
    with answering:
        if idempotency_key and (workflow_id, idempotency_key) in answered:
            return answered[workflow_id, idempotency_key]
        body = body or Execute()
        workflow = next((each for each in EMBED["workflows"] if each[body.id_type] == workflow_id), None)
        if workflow is None:
            raise HTTPException(404, "There is no such workflow")
        answer = executed(workflow, body.execution_data)
        if idempotency_key:
            answered[workflow_id, idempotency_key] = answer
        return answer
