"""The executions API with Flask and SQLite: `gunicorn -c gunicorn.conf.py service:app`."""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import sqlite3
from functools import wraps
from pathlib import Path
from typing import Any

import database
from flask import Flask, Response, g, jsonify, request
from views import GIVEN, event_view, execution_view, public_view
from werkzeug.exceptions import BadRequest, HTTPException

STAGING = json.loads(Path(os.environ["STAGING"]).read_text())
KEYS: dict[str, dict[str, str]] = STAGING["keys"]
WORKFLOWS: dict[str, list[str]] = STAGING["workflows"]
OBJECTS = ("requestPayload", "clientSafeMetadata")
REQUIRED = ("workflowId", "sourceSystem", "sourceEntityType")

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024


class RefusedError(Exception):
    """The request is refused, in the form of the API."""

    def __init__(self, status: int, message: str, details: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.details = status, message, details or []


def success(data: dict[str, Any]) -> Response:
    return jsonify({"code": 200, "data": data, "message": "success", "requestId": g.request_id})


def refusal(status: int, message: str, details: list[dict[str, str]]) -> Response:
    body = {"code": status, "message": message, "requestId": g.request_id, "details": details}
    response = jsonify(body)
    response.status_code = status
    return response


@app.before_request
def begin() -> None:
    g.request_id = f"req_{secrets.token_hex(10)}"
    g.db = database.connect()


@app.teardown_request
def end(error: BaseException | None) -> None:
    g.db.close()


@app.errorhandler(RefusedError)
def refused(error: RefusedError) -> Response:
    return refusal(error.status, error.message, error.details)


@app.errorhandler(HTTPException)
def refused_by_flask(error: HTTPException) -> Response:
    response = refusal(error.code or 500, error.description or error.name, [])
    if error.code == 405:
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def with_key(scope: str = "read") -> Any:
    """Let a view in only with a key, and with one that may create if it creates."""

    def wrap(view: Any) -> Any:
        @wraps(view)
        def guarded(**arguments: str) -> Response:
            scheme, _, given = request.headers.get("Authorization", "").partition(" ")
            key = KEYS.get(given) if scheme.lower() == "bearer" else None
            if key is None:
                raise RefusedError(401, "A valid bearer key is required")
            if scope == "read-write" and key["scope"] != "read-write":
                raise RefusedError(403, "The key lacks the scope read-write")
            return view(key, **arguments)

        return guarded

    return wrap


def checked_body() -> dict[str, Any]:
    """Return what is known of the body of a create."""
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest("The body nests too deep") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "The body is not an object")
    details = []
    for name in GIVEN:
        value, kind = body.get(name), dict if name in OBJECTS else str
        if value is None and name in REQUIRED:
            details.append({"location": f"body/{name}", "message": f"{name} is required"})
        elif value is not None and not isinstance(value, kind):
            details.append({"location": f"body/{name}", "message": f"{name} has the wrong type"})
    if details:
        raise RefusedError(400, "The request is not valid", details)
    known = {name: body[name] for name in GIVEN if body.get(name) is not None}
    try:
        json.dumps(known, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise BadRequest("The body holds a text or a number that JSON cannot carry") from error
    return known


def number(name: str, default: int, least: int) -> int:
    """Return a parameter that is an integer."""
    given = request.args.get(name)
    if given is None:
        return default
    if not re.fullmatch("[0-9]{1,18}", given) or int(given) < least:
        raise RefusedError(400, f"{name} is not an integer from {least} on")
    return int(given)


@app.post("/v1/executions")
@with_key("read-write")
def create(key: dict[str, str]) -> Response:
    body = checked_body()
    steps = WORKFLOWS.get(body["workflowId"])
    if steps is None:
        raise RefusedError(400, "There is no such workflow")
    try:
        row = database.find(g.db, database.add(g.db, key, body, steps, STAGING["stepSeconds"]))
    except sqlite3.IntegrityError:
        row = database.find_by_key(g.db, key["organization"], body["idempotencyKey"])
        if json.loads(row["request"]) != body:
            raise RefusedError(400, "The idempotency key was used for another request") from None
    view = execution_view(row, database.events(g.db, row["id"]))
    return success({"clientToken": row["token"], "execution": view})


@app.get("/v1/executions")
@with_key()
def list_executions(key: dict[str, str]) -> Response:
    limit = min(number("limit", 20, 1), 100)
    offset = number("offset", 0, 0)
    rows = database.page(g.db, key["organization"], limit + 1, offset)
    items = [execution_view(row, database.events(g.db, row["id"])) for row in rows[:limit]]
    return success({"items": items, "limit": limit, "offset": offset, "hasMore": len(rows) > limit})


@app.get("/v1/executions/<execution>")
@with_key()
def read(key: dict[str, str], execution: str) -> Response:
    row = database.find(g.db, execution)
    if row is None or row["organization"] != key["organization"]:
        raise RefusedError(400, "There is no such execution")
    happened = database.events(g.db, execution)
    view = execution_view(row, happened)
    events = [event_view(each, view) for each in happened]
    return success({"execution": view, "events": events, "message": events[-1]["title"]})


@app.get("/v1/public/executions/<execution>")
def read_public(execution: str) -> Response:
    token = request.args.get("token", "")
    if not token:
        raise RefusedError(400, "A token is required")
    row = database.find(g.db, execution)
    if row is None or not hmac.compare_digest(token.encode(errors="replace"), row["token"].encode()):
        raise RefusedError(401, "The token does not open this execution")
    happened = database.events(g.db, execution)
    return success(public_view(execution_view(row, happened), happened))
