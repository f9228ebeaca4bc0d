"""aiohttp's HTTP protocol; malformed requests get the API's error body, without a traceback."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from execmock.server.http.dispatch import Dispatcher

__all__ = ["AiohttpServer"]

# Errors in handlers are reported by the dispatcher; what remains are malformed requests of clients.
_SILENT = logging.getLogger("execmock.http")
_SILENT.disabled = True


class AiohttpServer(web.Server):
    """aiohttp's low-level server for one dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__(self._handled)
        self._dispatcher = dispatcher
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def idle(self) -> None:
        """Return once no request is being handled."""
        await self._idle.wait()

    async def _handled(self, request: web.BaseRequest) -> web.StreamResponse:
        self._under_way += 1
        self._idle.clear()
        try:
            return await self._dispatcher(request)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of a new connection."""
        return _Connection(self._dispatcher, self)


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ("_dispatcher", "opened")

    def __init__(self, dispatcher: Dispatcher, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=_SILENT, logger=_SILENT)
        self._dispatcher = dispatcher
        self.opened = dispatcher.api.engine.changes.last
        """The number of the latest change when it was opened."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer to a request that cannot be read; the connection closes after it."""
        if request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        problem = (message or "no HTTP").splitlines()[0].rstrip(":")
        response = self._dispatcher.malformed(request, problem)
        response.force_close()
        return response
