"""Answers in place of those that requests would get."""

from __future__ import annotations

from typing import Any

import pytest


async def refused(control: Any, add: Any, refused: Any) -> Any:
    await add({"operation": "listExecutions", "refused": refused})
    return await control.server.get("/v1/executions")


@pytest.mark.parametrize("status", [401, 403, 409, 500])
async def test_an_error_has_the_form_of_the_api(control: Any, add: Any, status: int) -> None:
    reply = await refused(control, add, status)
    assert reply.status == status
    assert (reply.json["code"], reply.json["details"]) == (status, [])
    assert reply.json["requestId"] == reply.headers["X-Request-Id"]
    assert "Retry-After" not in reply.headers


async def test_too_many_requests_says_when_to_come_again(control: Any, add: Any) -> None:
    reply = await refused(control, add, {"status": 429, "retryAfter": "1500ms", "message": "Slow down"})
    assert (reply.headers["Retry-After"], reply.json["message"]) == ("2", "Slow down")


@pytest.mark.parametrize(("status", "title"), [(502, b"502 Bad Gateway"), (504, b"504 Gateway Timeout")])
async def test_a_gateway_answers_in_html(control: Any, add: Any, status: int, title: bytes) -> None:
    reply = await refused(control, add, {"status": status, "form": "gateway"})
    assert (reply.status, reply.headers["Content-Type"]) == (status, "text/html")
    assert b"<h1>" + title in reply.body


@pytest.mark.parametrize(
    ("answer", "media_type", "body"),
    [
        ({"body": {"error": "no"}}, "application/json", b'{"error":"no"}'),
        ({"body": "no"}, "text/plain; charset=utf-8", b"no"),
        ({"body": "<no/>", "mediaType": "application/xml"}, "application/xml", b"<no/>"),
        ({"form": "empty"}, None, b""),
    ],
)
async def test_any_body_of_any_media_type(
    control: Any, add: Any, answer: dict[str, Any], media_type: str | None, body: bytes
) -> None:
    reply = await refused(control, add, {"status": 500, **answer})
    assert (reply.headers.get("Content-Type"), reply.body) == (media_type, body)


async def test_a_redirect_and_headers(control: Any, add: Any) -> None:
    reply = await refused(control, add, {"status": 302, "headers": {"Location": "/elsewhere", "X-One": "1"}})
    assert (reply.status, reply.headers["Location"], reply.headers["X-One"]) == (302, "/elsewhere", "1")
    assert reply.body == b""


async def test_a_status_without_a_body_has_none(control: Any, add: Any) -> None:
    assert (await refused(control, add, 204)).body == b""
