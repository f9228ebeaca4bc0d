"""The executions API and the embed API with FastAPI, SQLAlchemy and SQLite: `uvicorn service:app`."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from answers import refusal, success
from database import Base, Execution, Sessions, engine, now, session
from embed import router
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException as StarletteHTTPException
from views import CreateExecution, EventView, ExecutionView, PublicView, shown

STAGING = json.loads(Path(os.environ["STAGING"]).read_text())
KEYS: dict[str, dict[str, str]] = STAGING["keys"]
WORKFLOWS: dict[str, list[str]] = STAGING["workflows"]
STEP = timedelta(seconds=STAGING["stepSeconds"])
BIGGEST = 2**63 - 1  # what SQLite counts to


def advance(until: threading.Event) -> None:
    """Move executions on when they are due: what the workflow engine does."""
    while not until.wait(0.03):
        with Sessions.begin() as db:
            for execution in db.scalars(select(Execution).where(Execution.due_at <= now())):
                steps = WORKFLOWS[execution.workflow_id]
                execution.step += 1
                execution.enter(steps[execution.step], now())
                execution.due_at = now() + STEP if execution.step + 1 < len(steps) else None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    Base.metadata.create_all(engine)
    stopped = threading.Event()
    worker = threading.Thread(target=advance, args=(stopped,))
    worker.start()
    yield
    stopped.set()
    worker.join()


app = FastAPI(lifespan=lifespan)
app.include_router(router)
Db = Annotated[Session, Depends(session)]


@app.middleware("http")
async def request_id(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    request.state.request_id = f"req_{secrets.token_hex(10)}"
    response = await call_next(request)
    response.headers["X-Request-Id"] = request.state.request_id
    return response


@app.exception_handler(RequestValidationError)
def invalid(request: Request, error: RequestValidationError) -> Response:
    details = [
        {"location": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()
    ]
    status = 422 if request.url.path.startswith("/api/") else 400
    return refusal(request, status, "The request is not valid", details)


@app.exception_handler(StarletteHTTPException)
def refused(request: Request, error: StarletteHTTPException) -> Response:
    return refusal(request, error.status_code, error.detail, headers=error.headers)


@app.exception_handler(Exception)
def failed(request: Request, error: Exception) -> Response:
    return refusal(request, 500, "Internal error")


bearer = HTTPBearer(auto_error=False)


def reader(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> dict[str, str]:
    """Return the key of a request, which is known."""
    key = KEYS.get(credentials.credentials) if credentials else None
    if key is None:
        raise HTTPException(401, "A valid bearer key is required", {"WWW-Authenticate": "Bearer"})
    return key


def writer(key: Annotated[dict[str, str], Depends(reader)]) -> dict[str, str]:
    """Return the key of a request, which may create."""
    if key["scope"] != "read-write":
        raise HTTPException(403, "The key lacks the scope read-write")
    return key


def by_idempotency_key(db: Session, organization: str, key: str) -> Execution | None:
    return db.scalar(
        select(Execution).where(Execution.organization_id == organization, Execution.idempotency_key == key)
    )


@app.post("/v1/executions")
def create(
    request: Request, body: CreateExecution, key: Annotated[dict[str, str], Depends(writer)], db: Db
) -> dict[str, Any]:
    if body.workflow_id not in WORKFLOWS:
        raise HTTPException(400, "There is no such workflow")
    given = body.model_dump() | {"idempotency_key": body.idempotency_key or None}
    request_hash = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    at = now()
    execution = Execution(
        **given,
        organization_id=key["organization"],
        initiated_by_id=key["id"],
        request_hash=request_hash,
        created_at=at,
        due_at=at + STEP,
    )
    execution.enter(WORKFLOWS[body.workflow_id][0], at)
    db.add(execution)
    try:
        db.commit()
    except IntegrityError:  # another request came first with this idempotency key
        db.rollback()
        first = by_idempotency_key(db, key["organization"], given["idempotency_key"])
        if first is None or first.request_hash != request_hash:
            raise HTTPException(409, "The idempotency key was used for another request") from None
        execution = first
    return success(
        request, {"clientToken": execution.client_token, "execution": shown(ExecutionView, execution)}
    )


@app.get("/v1/executions")
def list_executions(
    request: Request,
    key: Annotated[dict[str, str], Depends(reader)],
    db: Db,
    limit: Annotated[int, Query(ge=1)] = 20,
    offset: Annotated[int, Query(ge=0, le=BIGGEST)] = 0,
) -> dict[str, Any]:
    limit = min(limit, 100)
    mine = select(Execution).where(Execution.organization_id == key["organization"])
    page = mine.order_by(Execution.created_at.desc(), Execution.number.desc()).limit(limit + 1).offset(offset)
    found = db.scalars(page).all()
    items = [shown(ExecutionView, execution) for execution in found[:limit]]
    return success(request, {"items": items, "limit": limit, "offset": offset, "hasMore": len(found) > limit})


@app.get("/v1/executions/{execution_id}")
def read(
    request: Request, execution_id: str, key: Annotated[dict[str, str], Depends(reader)], db: Db
) -> dict[str, Any]:
    execution = db.scalar(select(Execution).where(Execution.id == execution_id))
    if execution is None or execution.organization_id != key["organization"]:
        raise HTTPException(404, "There is no such execution")
    whole = {
        "executionId": execution.id,
        "organizationId": execution.organization_id,
        "workflowId": execution.workflow_id,
    }
    events = [shown(EventView, each) | whole for each in execution.events]
    return success(
        request,
        {
            "execution": shown(ExecutionView, execution),
            "events": events,
            "message": execution.events[-1].title,
        },
    )


@app.get("/v1/public/executions/{execution_id}")
def read_public(
    request: Request, execution_id: str, db: Db, token: Annotated[str, Query(min_length=1)]
) -> dict[str, Any]:
    execution = db.scalar(select(Execution).where(Execution.id == execution_id))
    expected = execution.client_token if execution else ""
    if not hmac.compare_digest(token.encode(), expected.encode()) or execution is None:
        raise HTTPException(401, "The token does not open this execution")
    return success(request, shown(PublicView, execution) | {"message": execution.events[-1].title})
