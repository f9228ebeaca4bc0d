"""Tries the faults of a sandbox on one request, and makes the answers of those that refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from execmock.core.contract import Operation
from execmock.core.contract.names import EXECUTE
from execmock.core.faults import ABOUT_EXECUTION, AskedRequest, Refused, Strike
from execmock.core.json_text import JsonError, decode
from execmock.core.sandbox import Sandbox
from execmock.server.api.authentication import key_in
from execmock.server.api.calls import Answer, Request
from execmock.server.api.handlers import selection_of
from execmock.server.api.request_ids import RequestIds
from execmock.service.engine import Engine

__all__ = ["refusal", "strike_on"]

_SECOND = 1000


async def strike_on(
    engine: Engine, request: Request, operation: Operation, path: Mapping[str, str], sandbox: Sandbox
) -> Strike | None:
    """Return what the faults of a sandbox do to a request, None if none strikes."""
    active = engine.faults.of(sandbox)
    subject = path.get("id", "") if operation.id in (*ABOUT_EXECUTION, EXECUTE) else ""
    asked = AskedRequest(
        operation=operation.id,
        method=request.method,
        path=request.path,
        at=engine.sandboxes.now(sandbox),
        sandbox=sandbox.id,
        key=key_in(request.headers),
        query=dict(parse_qsl(request.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(request.body),
    )
    asked = await engine.asked_executions.of(sandbox, active, asked, subject, selection_of(request))
    return await engine.faults.strike(sandbox, active, asked)


def refusal(strike: Strike, request_ids: RequestIds, sandbox: Sandbox) -> Answer | None:
    """Return the answer that refuses a request, None where no fault does."""
    effect = strike.effect
    if not isinstance(effect, Refused):
        return None
    request_id = request_ids.next(sandbox)
    body, media_type = effect.content(request_id)
    headers = {"X-Request-Id": request_id}
    left = strike.left if effect.retry_after == "end" else effect.retry_after
    if left is not None:
        # Whole seconds, rounded up: who comes then is not too early.
        headers["Retry-After"] = str(-(-max(0, left) // _SECOND))
    own = {name.lower() for name in effect.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in own}
    return Answer(effect.status, body, {**headers, **effect.headers}, media_type)


def _body(body: bytes) -> Any:
    try:
        return decode(body) if body else None
    except JsonError:
        return None
