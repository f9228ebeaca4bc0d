"""The web edge: from aiohttp's low-level requests to calls, and from answers to its responses."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Awaitable, Callable
from time import perf_counter

from aiohttp import web
from aiohttp.http_exceptions import PayloadEncodingError

from execmock.core.validation import Violation
from execmock.ports import Clock
from execmock.server.api import Api
from execmock.server.calls import Answer, Call, refused
from execmock.server.cors import Cors
from execmock.server.request_ids import RequestIds
from execmock.server.request_log import Entry, RequestLog
from execmock.service.refusals import Refusal

__all__ = ["Front", "Page"]

Page = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_ON_EVERY_ANSWER = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Front:
    """Handles every request of one port: the API's paths, and the pages under the prefixes in `pages`."""

    def __init__(
        self,
        api: Api,
        cors: Cors,
        log: RequestLog,
        clock: Clock,
        request_ids: RequestIds,
        max_body: int,
        too_large: int = 413,
    ) -> None:
        self._api = api
        self._cors = cors
        self._log = log
        self._clock = clock
        self._request_ids = request_ids
        self._max_body = max_body
        self._too_large = too_large
        self.pages: dict[str, Page] = {}

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        started = perf_counter()
        path, _, query = _origin_form(request.raw_path).partition("?")
        call = Call(request.method, path, query, request.headers)
        page = self._page(path)
        if page is not None:
            return await self._turned(page, request, call)
        return self._sent(call, await self._answer(call, request), started)

    def malformed(self, request: web.BaseRequest, problem: str) -> web.StreamResponse:
        """Answer what is no HTTP request."""
        call = Call(request.method, request.raw_path, "", request.headers)
        refusal = Refusal(400, f"The request cannot be read: {problem}")
        return self._sent(call, refused(refusal, self._request_ids.next("")), perf_counter())

    def _sent(self, call: Call, answer: Answer, started: float) -> web.Response:
        took = (perf_counter() - started) * 1000
        self._log.add(
            Entry(
                self._clock.now(),
                call.method,
                call.path,
                answer.status,
                took,
                call.operation,
                call.sandbox,
                call.subject,
            )
        )
        headers = {**_ON_EVERY_ANSWER, **self._cors.headers(call.headers), **answer.headers}
        if answer.body:
            headers["Content-Type"] = answer.content_type
        return web.Response(body=answer.body, status=answer.status, headers=headers)

    def _page(self, path: str) -> Page | None:
        first = path[1:].partition("/")[0]
        return self.pages.get(f"/{first}") if first or path == "/" else None

    async def _turned(self, page: Page, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        try:
            return await page(request)
        except Exception as error:
            return self._sent(call, self._failed(error, call), perf_counter())

    async def _answer(self, call: Call, request: web.BaseRequest) -> Answer:
        try:
            if self._cors.is_preflight(call.method, call.headers) and (
                methods := self._api.methods(call.path)
            ):
                return self._cors.preflight(call.headers, methods)
            call.body = await self._read(request)
            return await self._api.answer(call)
        except Refusal as refusal:
            return refused(refusal, self._request_ids.next(""))
        except ConnectionError:
            # The client went away in the middle of its body; nobody reads this.
            return refused(Refusal(400, "The connection broke"), self._request_ids.next(""))
        except Exception as error:
            return self._failed(error, call)

    def _failed(self, error: Exception, call: Call) -> Answer:
        request_id = self._request_ids.next("")
        _report(error, call, request_id)
        return refused(Refusal(500, "Internal error"), request_id)

    async def _read(self, request: web.BaseRequest) -> bytes:
        if not request.can_read_body:
            return b""
        if (request.content_length or 0) > self._max_body:
            raise self._refuse_size(f"{request.content_length} bytes")
        chunks, size = [], 0
        try:
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > self._max_body:
                    raise self._refuse_size(f"more than {self._max_body} bytes")
                chunks.append(chunk)
        except (PayloadEncodingError, web.RequestPayloadError) as error:
            problem = str(error).splitlines()[-1].strip()
            raise Refusal(400, f"The request body cannot be read: {problem}") from None
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _refuse_size(self, came: str) -> Refusal:
        violation = Violation("body", f"at most {self._max_body} bytes", came)
        return Refusal(self._too_large, "The request body is too large", [violation])


def _origin_form(target: str) -> str:
    # A client that takes the mock for a proxy sends the whole address.
    if target.startswith(("http://", "https://")):
        return "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    return target


def _report(error: Exception, call: Call, request_id: str) -> None:
    # One line for whoever runs the server; the place is enough to find the mistake.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    kind = type(error).__name__
    sys.stderr.write(f"error: {call.method} {call.path} ({request_id}): {kind}: {error} at {place}\n")
