"""The thin web edge: aiohttp requests to values, values to aiohttp responses."""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

from .behaviour import Behaviour
from .texts import write_json
from .values import Answer, Request

BODY_LIMIT = 2**20
BEHAVIOUR = web.AppKey("behaviour", Behaviour)


def make_app(behaviour: Behaviour) -> web.Application:
    """Return an application in which the behaviour answers every request."""
    app = web.Application()
    app[BEHAVIOUR] = behaviour
    app.router.add_route("*", "/{path:.*}", _handle)
    return app


async def _handle(request: web.Request) -> web.StreamResponse:
    behaviour = request.app[BEHAVIOUR]
    answer = await behaviour.answer(await _read(request, behaviour.new_request_id()))
    return _response(answer) if answer.sent == 1 else await _broken(request, answer)


async def _broken(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Send a part of the answer and close the connection."""
    body = _bytes(answer.body) or b""
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    if answer.sent:
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[: round(len(body) * answer.sent)])
    if request.transport is not None:
        request.transport.close() if answer.sent else request.transport.abort()
    return response


async def _read(request: web.Request, request_id: str) -> Request:
    query: dict[str, str] = {}
    for name, value in request.query.items():
        query.setdefault(name, value)
    path = request.raw_path.partition("?")[0]
    segments = tuple(unquote(part) for part in path.removeprefix("/").split("/"))
    body, pairs = await _body(request), tuple(request.query.items())
    return Request(request_id, request.method, segments, query, request.headers, body, pairs)


async def _body(request: web.Request) -> bytes | None:
    """Read the whole body, so that the client can finish sending; keep it when it is within the limit."""
    kept = bytearray()
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size <= BODY_LIMIT:
            kept += chunk
    return bytes(kept) if size <= BODY_LIMIT else None


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=_bytes(answer.body), headers=answer.headers)


def _bytes(body: object) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return write_json(body).encode()
