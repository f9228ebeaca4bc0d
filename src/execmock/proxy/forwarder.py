"""A server that passes every request on to an upstream, and hands on each exchange that is finished."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

from aiohttp import web

from execmock.clocks import monotonic
from execmock.forwarding.connections import Connections
from execmock.forwarding.relay import Decision, PassedRequest, relay
from execmock.forwarding.upstream import BUFFER, LONGEST_HEADER, UpstreamClient, UpstreamFailure
from execmock.proxy.exchanges import LONGEST, Inspection, Keeping, Watched
from execmock.server.api.calls import Answer, Request, refused
from execmock.server.api.pipeline import internal_error
from execmock.server.http.connection import Connection, Malformed, spoken
from execmock.server.http.dispatch import headers_of
from execmock.server.http.file_limit import Door, FileLimit, accept
from execmock.server.http.listener import bind
from execmock.server.http.malformed import unreadable
from execmock.service.refusals import Refusal
from execmock.verify.exchange import Exchange

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.http_parser import RawRequestMessage
    from aiohttp.streams import StreamReader

__all__ = ["MOST_AT_ONCE", "Forwarder", "ForwarderOptions", "Routes"]

MOST_AT_ONCE = 2_000
"""Requests that may be under way by default; further ones are refused."""
_LAST = 1.0  # seconds that requests under way get in the end

Observe = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True)
class Routes:
    """Where requests go. `embed_upstream` is for the operations named by `embed`.

    `operation` returns the id of the contract's operation for a method and a path, or an empty text; Refusal
    where a request is not to be passed on.
    """

    upstream: str
    embed_upstream: str | None = None
    embed: frozenset[str] = frozenset()
    operation: Callable[[str, str], str] = lambda method, path: ""

    def base(self, operation: str) -> str:
        """Return the address that an operation is passed on to."""
        return self.embed_upstream if self.embed_upstream and operation in self.embed else self.upstream


@dataclass(frozen=True, slots=True)
class ForwarderOptions:
    """Where to listen (port 0: a free one), how to reach the upstreams, and what to keep.

    `timeout` is how many seconds an upstream may take to begin its answer; `longest` how many bytes of a body
    are kept; `most` how many requests may be under way. Where there is an `inspect`, answers of operations
    that are no longer are held back, and it says what becomes of each. `mark` makes of each exchange the one
    that is inspected and observed. `now` gives seconds. A head has `head_timeout` ms to arrive. Within a
    `limit` of open files, clients find room for what their requests need at the upstream, or are refused.
    """

    host: str = "127.0.0.1"
    port: int = 0
    connections: Connections = field(default_factory=Connections)
    timeout: float = 30.0
    longest: int = LONGEST
    most: int = MOST_AT_ONCE
    inspect: Callable[[Exchange], Inspection] | None = None
    mark: Callable[[Exchange], Exchange] = lambda seen: seen
    now: Callable[[], float] = monotonic
    limit: FileLimit | None = None
    head_timeout: int = 60_000


class Forwarder:
    """Listens, and passes on; to be used as an async context manager.

    `observe` gets every exchange that is finished, in the order in which they finish: also those without an
    answer (`lost` says why), not those whose client has gone before the end. Bodies that are too long
    are not kept: `unread` says so.

    ConfigError where the address cannot be listened on, or the certificates not be used.
    """

    def __init__(
        self,
        routes: Routes,
        observe: Observe,
        options: ForwarderOptions | None = None,
    ) -> None:
        options = options or ForwarderOptions()
        self._routes = routes
        self._observe = observe
        self._place = (options.host, options.port)
        self._connections = options.connections
        self._most = options.most
        self._limit = options.limit
        self._head_timeout = options.head_timeout
        self._keeping = Keeping(options.longest, options.now, options.mark)
        inspect = options.inspect
        self._inspected = None if inspect is None else partial(self._decision, inspect)
        self._client = UpstreamClient(timeout=options.timeout, tls=self._tls(), http_proxy=self._http_proxy)
        self._own = count(1)
        self._under_way = 0
        self._stack = AsyncExitStack()
        self.url = ""
        """The address that is listened on, once it is."""

    def _tls(self) -> ssl.SSLContext | None:
        bases = filter(None, (self._routes.upstream, self._routes.embed_upstream))
        secure = any(urlsplit(base).scheme == "https" for base in bases)
        return self._connections.tls if secure else None

    def _http_proxy(self, url: str) -> str | None:
        found = self._connections.proxy_for(url)
        return found.url if found else None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._client)
            sock = bind(*self._place)
            stack.callback(sock.close)
            server = _Server(self._handled, self._malformed, self._head_timeout)
            accepting = await accept(self._door(server), sock)
            stack.push_async_callback(server.shutdown, _LAST)
            stack.callback(accepting.close)
            host, port = sock.getsockname()[:2]
            self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def _door(self, server: _Server) -> Callable[[], asyncio.BaseProtocol]:
        """Return what makes the protocol that a new connection meets first."""
        limit = self._limit
        if limit is None:
            return server

        def needed() -> int:
            # A request under way has its connection to the upstream.
            return max(0, len(server.connections) - self._under_way)

        return lambda: Door(limit, server, self._refused, needed)

    async def _handled(self, incoming: web.BaseRequest) -> web.StreamResponse:
        if self._under_way >= self._most:
            busy = f"The proxy has {self._most} requests under way, and takes no more"
            return self._refusal(Refusal(503, busy, headers={"Retry-After": "1"}))
        self._under_way += 1
        try:
            return await self._passed(incoming)
        finally:
            self._under_way -= 1
            cast("Connection", incoming.protocol).heads.ended(incoming)

    async def _passed(self, incoming: web.BaseRequest) -> web.StreamResponse:
        try:
            operation = self._routes.operation(incoming.method, incoming.raw_path.partition("?")[0])
        except Refusal as refusal:
            return self._refusal(refusal)
        base = self._routes.base(operation)
        watched = Watched(incoming, base, operation, self._keeping, self._observe, self._inspected)
        try:
            return await relay(incoming, self._client, base, watched)
        except UpstreamFailure as failure:
            return self._refusal(Refusal(failure.status, str(failure), headers=failure.headers))
        except ConnectionError:
            raise  # the client has gone
        except Exception as error:
            path, _, query = incoming.raw_path.partition("?")
            request = Request(incoming.method, path, query, incoming.headers)
            return self._response(internal_error(error, request, self._id()))
        finally:
            watched.release()

    def _malformed(self, request: web.BaseRequest, error: BaseException | None) -> web.Response:
        """Return the answer to a request that cannot be read."""
        return self._refusal(unreadable(error, LONGEST_HEADER))

    def _refusal(self, refusal: Refusal) -> web.Response:
        return self._response(self._refused(refusal))

    def _refused(self, refusal: Refusal) -> Answer:
        return refused(refusal, self._id())

    def _decision(self, inspect: Callable[[Exchange], Inspection], seen: Exchange) -> Decision:
        found = inspect(seen)
        return Decision(found.headers, None if found.refusal is None else self._refusal(found.refusal))

    def _id(self) -> str:
        return f"req_proxy{next(self._own):08x}"

    def _response(self, answer: Answer) -> web.Response:
        response = web.Response(
            body=answer.body,
            status=answer.status,
            headers=headers_of(answer, {}),
        )
        response.force_close()
        return response


class _Server(web.Server):
    """aiohttp's low-level server; a request is cancelled when its client goes away."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], object],
        malformed: Malformed,
        head_timeout: int,
    ) -> None:
        super().__init__(handler, request_factory=_request, handler_cancellation=True)  # type: ignore[arg-type]  # awaited by it
        self._malformed = malformed
        self._head_timeout = head_timeout

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of a new connection."""
        return Connection(self, self._malformed, LONGEST_HEADER, self._head_timeout, read_bufsize=BUFFER)


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    cast("Connection", protocol).heads.begun()
    return PassedRequest(spoken(message), payload, protocol, writer, task, asyncio.get_running_loop())
