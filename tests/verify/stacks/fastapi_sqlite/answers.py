"""The envelope of successes and of refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse


def success(request: Request, data: dict[str, Any]) -> dict[str, Any]:
    return {"code": 200, "data": data, "message": "success", "requestId": request.state.request_id}


def refusal(
    request: Request,
    status: int,
    message: str,
    details: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    request_id = request.state.request_id
    body = {"code": status, "message": message, "requestId": request_id, "details": details or []}
    return JSONResponse(body, status, headers)
