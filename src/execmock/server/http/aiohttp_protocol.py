"""HTTP as aiohttp reads it; what is none is answered in the API's error form, without a traceback."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from execmock.server.http.dispatch import Front

__all__ = ["FrontServer"]

# What goes wrong in a handler is reported by Front; the rest is a client's doing.
_SILENT = logging.getLogger("execmock.http")
_SILENT.disabled = True


class FrontServer(web.Server):
    """aiohttp's low-level server for one front."""

    def __init__(self, front: Front) -> None:
        super().__init__(self._handled)
        self._front = front
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def idle(self) -> None:
        """Return once no request is under way."""
        await self._idle.wait()

    async def _handled(self, request: web.BaseRequest) -> web.StreamResponse:
        self._under_way += 1
        self._idle.clear()
        try:
            return await self._front(request)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of a new connection."""
        return _Connection(self._front, self)


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ("_front",)

    def __init__(self, front: Front, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=_SILENT, logger=_SILENT)
        self._front = front

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
        response = self._front.malformed(request, problem)
        response.force_close()
        return response
