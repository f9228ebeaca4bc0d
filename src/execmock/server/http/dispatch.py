"""The web edge: from aiohttp's low-level requests to request values, from results to its responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from execmock.clocks import monotonic
from execmock.core.contract.reserved import first_segment
from execmock.errors import StoreError
from execmock.server.api.authentication import opened_by
from execmock.server.api.calls import Answer, Request, Result, refused
from execmock.server.api.pipeline import Api, internal_error
from execmock.server.api.request_ids import RequestIds
from execmock.server.console_pages import is_console_path
from execmock.server.control import PREFIX
from execmock.server.faults.meeting import FaultMeeting, FaultSearch, asks_for_faults
from execmock.server.http.access_log import AccessLog
from execmock.server.http.body_reader import Limits, read_body, still_expects
from execmock.server.http.cors import Cors
from execmock.server.http.request_head import is_host
from execmock.server.http.stray_finder import StrayFinder
from execmock.service.engine import Engine
from execmock.service.events.entry import JournalEntry, clipped
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.version import __version__

if TYPE_CHECKING:
    from aiohttp import web

    from execmock.server.control.app import ControlApi
    from execmock.server.docs_pages import Page
    from execmock.server.upstream import Upstream

__all__ = ["ON_EVERY_ANSWER", "ApiDispatcher", "ControlDispatcher", "Dispatcher", "headers_of"]

ON_EVERY_ANSWER = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Server": f"execmock/{__version__}",
}
_TOO_SLOW = 408
_READS = ("GET", "HEAD")


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
        self.upstream: Upstream | None = None
        """Where what the contract does not know goes."""

    async def __call__(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; on any error the client gets the API's error form."""
        response = await self._answer(incoming)
        if still_expects(incoming) or response.status == _TOO_SLOW:
            # The client may send the body all the same, which the next request could not be told from.
            response.force_close()
            incoming.content.feed_eof()
        return response

    async def _answer(self, incoming: web.BaseRequest) -> web.StreamResponse:
        path, _, query = _origin_form(incoming.raw_path).partition("?")
        request = Request(incoming.method, path, query, incoming.headers)
        first = first_segment(path)
        try:
            wrong = _unreadable(incoming, is_control=self._control is not None and first == PREFIX)
            if wrong is not None:
                # Where its body ends cannot be told, so it is not waited for.
                incoming.content.feed_eof()
                return self.malformed(incoming, wrong)
            if self._control and first == PREFIX:
                return await self._control(incoming, request)
            page = self._pages().get(first)
            if page is not None and not self.api.is_preflight(request):
                return await page(incoming)
            if self.upstream is not None and self.upstream.takes(request):
                return await self._pass_on(self.upstream, incoming, request)
            return await self.api(incoming, request)
        except Exception as error:
            return _response(self.failed(error, request), {})

    def failed(self, error: Exception, request: Request) -> Answer:
        """Return the answer to a request that met a mistake of ours; the log tells of it."""
        return internal_error(error, request, self._request_ids.next(None))

    async def _pass_on(
        self, upstream: Upstream, incoming: web.BaseRequest, request: Request
    ) -> web.StreamResponse:
        passed = await upstream.pass_on(incoming, request, self.api.record)
        return (
            _response(refused(passed, self._request_ids.next(None)), self.api.for_browsers(request))
            if isinstance(passed, Refusal)
            else passed
        )

    def refused(self, refusal: Refusal) -> Answer:
        """Return the answer to a connection that is not served."""
        return refused(refusal, self._request_ids.next(None))

    def malformed(self, incoming: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Answer a malformed request; the connection closes after it."""
        path, _, query = _origin_form(incoming.raw_path).partition("?")
        request = Request(incoming.method, path, query, incoming.headers)
        opened: int = getattr(incoming.protocol, "opened", 0)
        response = self.api.malformed(request, refusal, opened)
        response.force_close()
        return response


class ApiDispatcher:
    """Handles the requests of the API: reads bodies, writes log and journal, adds what browsers need."""

    def __init__(
        self,
        api: Api,
        cors: Cors,
        engine: Engine,
        log: AccessLog,
        limits: Limits,
        too_large: int,
    ) -> None:
        self.limits = limits
        self._api = api
        self._cors = cors
        self._engine = engine
        self._log = log
        self._too_large = too_large
        self.strays: StrayFinder | None = None
        """Keeps the requests that reach no sandbox by their key, where that is asked for."""
        self.quiet_faults = False
        """Whether answers leave the names of faults out."""

    @property
    def engine(self) -> Engine:
        """The services that answer."""
        return self._engine

    async def __call__(self, incoming: web.BaseRequest, request: Request) -> web.StreamResponse:
        """Read a request's body and answer it."""
        unread = None
        try:
            request = request.with_body(await read_body(incoming, self.limits, too_large=self._too_large))
        except Refusal as refusal:
            unread = refusal
        # Connections of other servers say nothing of themselves.
        opened: int = getattr(incoming.protocol, "opened", 0)
        met = None
        if self._engine.sandboxes.faults_active or asks_for_faults(request):
            met = FaultMeeting(self._engine, quiet=self.quiet_faults)
        if met is None:
            return _response(*await self.answer(request, unread, opened))
        # Imported here: without faults there is no use for it.
        from execmock.server.faults.delivery import FaultDelivery

        try:
            response = _response(*await self.answer(request, unread, opened, met))
            if met.strike is None:
                return response
            return await FaultDelivery(self._engine).deliver(incoming, request, response, met)
        finally:
            met.leave()

    async def answer(
        self,
        request: Request,
        unread: Refusal | None = None,
        opened: int = 0,
        met: FaultMeeting | FaultSearch | None = None,
    ) -> tuple[Answer, Mapping[str, str]]:
        """Return the answer to a request and the headers that CORS adds; log it and keep it in the journal.

        `unread` says why the request's body could not be read; `opened` is the number of the change before
        the connection was opened. `met` learns of the faults that the request meets; without it, none strike,
        and a search ends with its own error where there are some.
        """
        started = monotonic()
        result = None
        if request.method == "OPTIONS" or unread is not None:
            result = self._without_operation(request, unread)
        if result is None:
            result = await self._api.handle(request, met)
            if met is not None:
                result = await met.applied(result)
        await self.record(request, result, (monotonic() - started) * 1000, opened)
        return result.answer, self._cors.headers(request.headers)

    async def record(self, request: Request, result: Result, took: float, opened: int = 0) -> None:
        """Log a request that was answered after `took` ms, and keep it in the journal of its sandbox."""
        real = self._engine.clock.now()
        self._log.add(request, result, real, took, self._cors.refusal(request.headers))
        try:
            sandbox = result.sandbox or await opened_by(self._engine.sandboxes, request.headers)
        except StoreError:
            # The answer says that already.
            sandbox = None
        if sandbox is not None:
            entry = self._keep(request, result, took, real, sandbox)
            if self.strays is not None:
                await self.strays.look_at(entry, opened, served=result.sandbox is not None)

    def malformed(self, request: Request, refusal: Refusal, opened: int = 0) -> web.Response:
        """Return the answer to a malformed request, logged as any other."""
        result = self._api.refuse(refusal)
        real = self._engine.clock.now()
        self._log.add(request, result, real, 0.0)
        if self.strays is not None:
            self.strays.unreadable(self._entry(request, result, 0.0, real), opened, refusal.message)
        return _response(result.answer, self._cors.headers(request.headers))

    def for_browsers(self, request: Request) -> Mapping[str, str]:
        """Return the headers by which a page of another origin may read an answer."""
        return self._cors.headers(request.headers)

    def is_preflight(self, request: Request) -> bool:
        """Whether a browser asks for permission before it sends the request itself."""
        return self._cors.is_preflight(request.method, request.headers)

    def _without_operation(self, request: Request, unread: Refusal | None) -> Result | None:
        """Return the result of a browser's preflight, or of a request whose body could not be read."""
        if self.is_preflight(request):
            granted = self._cors.preflight(request.headers, self._api.methods(request.path))
            refused = self._cors.refusal(request.headers)
            return Result(granted, note=f"preflight: {refused}" if refused else "preflight")
        return None if unread is None else self._api.refuse(unread)

    def _keep(
        self, request: Request, result: Result, took: float, real: int, sandbox: Sandbox
    ) -> JournalEntry:
        """Keep a request and what came of it in the journal of its sandbox."""
        journal = self._engine.journal
        # Where no violation says why a request was refused, the answer does, and is short.
        refused = result.answer.status >= 400 and not result.violations
        kept = refused or journal.keeps_answers(sandbox)
        answer = result.answer.body if kept else None
        entry = self._entry(request, result, took, sandbox.clock.now(real), answer)
        journal.add(sandbox, entry)
        self._engine.coverage.answered(sandbox.id, entry.operation, entry.status, result.answer.body)
        if entry.faults:
            self._engine.coverage.struck(sandbox.id, entry.faults)
        return entry

    def _entry(
        self, request: Request, result: Result, took: float, at: int, answer: bytes | None = None
    ) -> JournalEntry:
        body, cut = clipped(request.body)
        kept, answer_cut = (None, 0) if answer is None else clipped(answer)
        misspelt = None
        if cut:
            # What is kept of it can no longer be read as JSON.
            find = self._engine.journal.misspellings
            misspelt = find(result.operation, request.query, request.headers, request.body)
        return JournalEntry(
            self._engine.changes.next_number(),
            at,
            request.method,
            request.path,
            request.query,
            request.headers,
            body,
            result.answer.status,
            took,
            result.operation,
            result.subject,
            result.violations,
            result.fits,
            cut,
            kept,
            answer_cut,
            misspelt,
            result.warning,
            result.faults,
            self._cors.refusal(request.headers),
        )


class ControlDispatcher:
    """Handles the requests of the control API. They are not in the journal; those that change are logged."""

    def __init__(
        self, control: Callable[[], ControlApi], log: AccessLog, engine: Engine, limits: Limits
    ) -> None:
        self._limits = limits
        self._control = control
        self._log = log
        self._engine = engine

    async def __call__(self, incoming: web.BaseRequest, request: Request) -> web.StreamResponse:
        """Answer one request."""
        started = monotonic()
        control = self._control()
        if self._engine.options.console and is_console_path(request.path):
            return _response(control.page(request).answer, {})
        result = await control.admit(request)
        if result is None and request.path == f"{PREFIX}/stream" and request.method in _READS:
            streamed = await control.stream(incoming, request)
            return _response(streamed.answer, {}) if isinstance(streamed, Result) else streamed
        if result is None:
            result = await _controlled(control, incoming, request, self._limits)
        if request.method not in _READS:
            took = (monotonic() - started) * 1000
            self._log.add(request, result, self._engine.clock.now(), took)
        return _response(result.answer, {})


async def _controlled(
    control: ControlApi, incoming: web.BaseRequest, request: Request, limits: Limits
) -> Result:
    try:
        body = await read_body(incoming, limits, control.largest_body(request))
    except Refusal as refusal:
        return control.refuse(refusal)
    return await control.handle(request.with_body(body))


def _unreadable(incoming: web.BaseRequest, *, is_control: bool) -> Refusal | None:
    """Return why a request cannot be served, whatever it asks for; the control API looks at hosts itself."""
    # Imported here, as all that imports aiohttp.
    from execmock.server.http.malformed import BAD_HOST, unsupported

    host = incoming.headers.get("Host")
    bad = host is not None and not is_control and not is_host(host)
    return BAD_HOST if bad else unsupported(incoming)


def _response(answer: Answer, common: Mapping[str, str]) -> web.Response:
    # Imported here: aiohttp takes longer to import than everything else.
    from aiohttp import web

    return web.Response(body=answer.body, status=answer.status, headers=headers_of(answer, common))


def headers_of(answer: Answer, common: Mapping[str, str]) -> dict[str, str]:
    """Return an answer's headers in the order in which they are written."""
    merged = {**ON_EVERY_ANSWER, **common, **answer.headers}
    if answer.body:
        merged["Content-Type"] = answer.content_type
    return merged


def _origin_form(target: str) -> str:
    # A client that uses the mock as its proxy sends the whole address.
    if target.startswith(("http://", "https://")):
        return "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    return target
