"""aiohttp's HTTP protocol; malformed requests get the API's error body, without a traceback."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.http_writer import HttpVersion

from execmock.forwarding.relay import PassedRequest
from execmock.server.http.connection import Connection, is_spoken, spoken
from execmock.server.http.malformed import unreadable

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.streams import StreamReader

    from execmock.server.http.dispatch import Dispatcher

__all__ = ["AiohttpServer"]


class AiohttpServer(web.Server):
    """aiohttp's low-level server for one dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__(self._handled, request_factory=self._request)
        self._dispatcher = dispatcher
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def idle(self) -> None:
        """Return once no request is being handled."""
        await self._idle.wait()

    def _request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> web.BaseRequest:
        version = message.version
        cast("_Connection", protocol).heads.begun()
        cast("_Connection", protocol).came_as = None if is_spoken(version) else version
        return PassedRequest(spoken(message), payload, protocol, writer, task, asyncio.get_running_loop())

    async def _handled(self, request: web.BaseRequest) -> web.StreamResponse:
        self._under_way += 1
        self._idle.clear()
        try:
            return await self._dispatcher(request)
        finally:
            cast("_Connection", request.protocol).heads.ended(request)
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of a new connection."""
        return _Connection(self._dispatcher, self)


class _Connection(Connection):
    """One connection."""

    __slots__ = ("came_as", "opened")

    def __init__(self, dispatcher: Dispatcher, server: web.Server) -> None:
        limits = dispatcher.api.limits
        most = limits.max_header

        def malformed(request: web.BaseRequest, error: BaseException | None) -> web.Response:
            return dispatcher.malformed(request, unreadable(error, most))

        super().__init__(server, malformed, most, limits.head_timeout)
        self.opened = dispatcher.api.engine.changes.last
        """The number of the latest change when it was opened."""
        self.came_as: HttpVersion | None = None
        """The version of HTTP of the present request, where that is not one that is spoken."""
