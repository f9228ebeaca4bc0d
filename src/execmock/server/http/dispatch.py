"""The web edge: from aiohttp's low-level requests to calls, and from answers to its responses."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING

from execmock.core.contract.reserved import first_segment
from execmock.core.schema.violation import Violation
from execmock.errors import StoreError
from execmock.server.api.authentication import opened_by
from execmock.server.api.calls import Answer, Call, refused
from execmock.server.api.pipeline import Api
from execmock.server.api.request_ids import RequestIds
from execmock.server.control import PREFIX
from execmock.server.http.access_log import AccessLog, Entry
from execmock.server.http.cors import Cors
from execmock.service.engine import Engine
from execmock.service.events.journal import JournalEntry
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.version import __version__

if TYPE_CHECKING:
    from aiohttp import web

    from execmock.server.control.app import ControlApi
    from execmock.server.docs_pages import Page

__all__ = ["ON_EVERY_ANSWER", "ApiDispatcher", "ControlDispatcher", "Dispatcher", "headers_of"]

ON_EVERY_ANSWER = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Server": f"execmock/{__version__}",
}
_CONTROL_BODY = 256 << 20


class Dispatcher:
    """Handles every request of one port: pages, the control API, and everything else as the API's."""

    def __init__(
        self,
        api: ApiDispatcher,
        control: ControlDispatcher | None,
        pages: Callable[[], Mapping[str, Page]],
        request_ids: RequestIds,
    ) -> None:
        self.api = api
        self._control = control
        self._pages = pages
        self._request_ids = request_ids

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; whatever breaks, the client gets the API's error form."""
        path, _, query = _origin_form(request.raw_path).partition("?")
        call = Call(request.method, path, query, request.headers)
        first = first_segment(path)
        try:
            if self._control and first == PREFIX:
                return await self._control(request, call)
            page = self._pages().get(first)
            if page is not None:
                return await page(request)
            return await self.api(request, call)
        except Exception as error:
            return _response(_broken(error, call, self._request_ids.next(None)), {})

    def malformed(self, request: web.BaseRequest, problem: str) -> web.Response:
        """Answer what is no HTTP request."""
        call = Call(request.method, request.raw_path, "", request.headers)
        return self.api.malformed(call, Refusal(400, f"The request cannot be read: {problem}"))


class ApiDispatcher:
    """Handles the requests of the API: reads bodies, writes log and journal, adds what browsers need."""

    def __init__(
        self,
        api: Api,
        cors: Cors,
        engine: Engine,
        log: AccessLog,
        request_ids: RequestIds,
        max_body: int,
        too_large: int,
    ) -> None:
        self._api = api
        self._cors = cors
        self._engine = engine
        self._log = log
        self._request_ids = request_ids
        self._max_body = max_body
        self._too_large = too_large

    @property
    def engine(self) -> Engine:
        """The services that answer."""
        return self._engine

    @property
    def max_body(self) -> int:
        """The largest body that is read, in bytes."""
        return self._max_body

    async def __call__(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        """Read a request's body and answer it."""
        try:
            call.body = await _read(request, self._max_body)
        except Refusal as refusal:
            call.unread = refusal
        answer, common = await self.answer(call)
        return _response(answer, common)

    async def answer(self, call: Call) -> tuple[Answer, Mapping[str, str]]:
        """Return the answer to a call whose body is read, and the headers that CORS adds; write it down."""
        started = perf_counter()
        try:
            if call.method != "OPTIONS" and call.unread is None:
                answer = await self._api.answer(call)
            else:
                answer = self._without_operation(call) or await self._api.answer(call)
        except Exception as error:
            answer = _broken(error, call, self._request_ids.next(call.sandbox))
        took = (perf_counter() - started) * 1000
        real = self._engine.clock.now()
        self._log.add(_logged(call, answer, real, took))
        try:
            sandbox = call.sandbox or await opened_by(self._engine.sandboxes, call.headers)
        except StoreError:
            # The answer says that already.
            sandbox = None
        if sandbox is not None:
            self._write_down(call, answer, took, real, sandbox)
        return answer, self._cors.headers(call.headers)

    def malformed(self, call: Call, refusal: Refusal) -> web.Response:
        """Return the answer to what is no HTTP request, logged as any other."""
        answer = self._api.refuse(call, refusal)
        self._log.add(_logged(call, answer, self._engine.clock.now(), 0.0))
        return _response(answer, self._cors.headers(call.headers))

    def _without_operation(self, call: Call) -> Answer | None:
        """Return the answer to what no operation needs to see: a browser's preflight, a body unread."""
        if call.method == "OPTIONS" and self._cors.is_preflight(call.headers):
            methods = self._api.methods(call.path)
            if methods:
                return self._cors.preflight(call.headers, methods)
        if call.unread is not None:
            return self._api.refuse(call, call.unread, self._too_large)
        return None

    def _write_down(self, call: Call, answer: Answer, took: float, real: int, sandbox: Sandbox) -> None:
        entry = JournalEntry(
            self._engine.changes.next_number(),
            sandbox.clock.now(real),
            call.method,
            call.path,
            call.query,
            call.headers,
            call.body,
            answer.status,
            took,
            call.operation,
            call.subject,
            call.violations,
            call.fits,
        )
        self._engine.journal.add(sandbox.id, entry)


class ControlDispatcher:
    """Handles the requests of the control API. They are no part of the journal; what changes is logged."""

    def __init__(self, control: Callable[[], ControlApi], log: AccessLog, engine: Engine) -> None:
        self._control = control
        self._log = log
        self._engine = engine

    async def __call__(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        """Answer one request."""
        started = perf_counter()
        control = self._control()
        answer = await control.admit(call)
        if answer is None and call.path == f"{PREFIX}/stream" and call.method == "GET":
            streamed = await control.stream(request, call)
            return _response(streamed, {}) if isinstance(streamed, Answer) else streamed
        if answer is None:
            answer = await _controlled(control, request, call)
        if call.method != "GET":
            took = (perf_counter() - started) * 1000
            self._log.add(_logged(call, answer, self._engine.clock.now(), took))
        return _response(answer, {})


async def _controlled(control: ControlApi, request: web.BaseRequest, call: Call) -> Answer:
    try:
        call.body = await _read(request, _CONTROL_BODY)
    except Refusal as refusal:
        return control.refuse(refusal)
    return await control.answer(call)


def _logged(call: Call, answer: Answer, real: int, took: float) -> Entry:
    sandbox = call.sandbox.id if call.sandbox else ""
    return Entry(real, call.method, call.path, answer.status, took, call.operation, sandbox, call.subject)


def _response(answer: Answer, common: Mapping[str, str]) -> web.Response:
    # Imported only where it is needed: aiohttp takes longer to import than all the rest.
    from aiohttp import web

    return web.Response(body=answer.body, status=answer.status, headers=headers_of(answer, common))


def headers_of(answer: Answer, common: Mapping[str, str]) -> dict[str, str]:
    """Return an answer's headers in the order in which they are written."""
    merged = {**ON_EVERY_ANSWER, **common, **answer.headers}
    if answer.body:
        merged["Content-Type"] = answer.content_type
    return merged


async def _read(request: web.BaseRequest, most: int) -> bytes:
    """Return a request's body; Refusal 413 when it is larger than `most` bytes, 400 when it is garbled."""
    from aiohttp.http_exceptions import PayloadEncodingError
    from aiohttp.web import RequestPayloadError

    if not request.can_read_body:
        return b""
    if (request.content_length or 0) > most:
        raise _refuse_size(most, f"{request.content_length} bytes")
    if request.headers.get("Expect", "").lower() == "100-continue" and not request.content.is_eof():
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    chunks, size = [], 0
    try:
        async for chunk in request.content.iter_any():
            size += len(chunk)
            if size > most:
                raise _refuse_size(most, f"more than {most} bytes")
            chunks.append(chunk)
    except (PayloadEncodingError, RequestPayloadError) as error:
        problem = str(error).splitlines()[-1].strip()
        raise Refusal(400, f"The request body cannot be read: {problem}") from None
    except ConnectionError:
        # The client went away in the middle of its body; nobody reads this.
        raise Refusal(400, "The connection broke") from None
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _origin_form(target: str) -> str:
    # A client that takes the mock for a proxy sends the whole address.
    if target.startswith(("http://", "https://")):
        return "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    return target


def _refuse_size(most: int, came: str) -> Refusal:
    return Refusal(413, "The request body is too large", [Violation("body", f"at most {most} bytes", came)])


def _broken(error: Exception, call: Call, request_id: str) -> Answer:
    # One line for whoever runs the server; the place is enough to find the mistake.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    kind = type(error).__name__
    sys.stderr.write(f"error: {call.method} {call.path} ({request_id}): {kind}: {error} at {place}\n")
    return refused(Refusal(500, "Internal error"), request_id)
