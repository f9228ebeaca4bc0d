"""aiohttp's HTTP protocol, silent: malformed requests get an answer of the API, without a traceback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web
from aiohttp.http_writer import HttpVersion, HttpVersion10, HttpVersion11

from execmock.server.http.head_watch import HeadWatch
from execmock.server.http.malformed import field_limit, line_limit

if TYPE_CHECKING:
    from aiohttp.http_parser import RawRequestMessage

__all__ = ["Connection", "Malformed", "is_spoken", "spoken"]

# Errors in handlers are reported by these; what remains are malformed requests of clients.
_SILENT = logging.getLogger("execmock.http")
_SILENT.disabled = True

_SPOKEN = (HttpVersion10, HttpVersion11)
_UNREADABLE = "UNKNOWN"
"""The method of what stands for a request that cannot be read; its version is 1.0, whatever came."""

Malformed = Callable[[web.BaseRequest, BaseException | None], web.Response]
"""Returns the answer to a request that cannot be read, by what was raised for it."""


def is_spoken(version: HttpVersion) -> bool:
    """Whether answers may have a version of HTTP."""
    return version in _SPOKEN


def spoken(message: RawRequestMessage) -> RawRequestMessage:
    """Return the head of a request with a version that its answer may have."""
    if message.method == _UNREADABLE or not is_spoken(message.version):
        return message._replace(version=HttpVersion11)
    return message


class Connection(web.RequestHandler):
    """One connection of a client; lines and fields of a head may have `longest` bytes.

    It is closed where the first head does not come, or a later one does not end, within `head_timeout`
    milliseconds; `heads` is to be told of each request that begins and ends. Once it is `lost`, `when_lost`
    has been called, if there is one.
    """

    __slots__ = ("_malformed", "heads", "lost", "when_lost")

    def __init__(
        self, server: web.Server, malformed: Malformed, longest: int, head_timeout: int, **more: Any
    ) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=_SILENT,
            logger=_SILENT,
            max_line_size=line_limit(longest),
            max_field_size=field_limit(longest),
            auto_decompress=False,
            **more,
        )
        self._malformed = malformed
        self.heads = HeadWatch(head_timeout)
        self.lost = False
        self.when_lost: Callable[[], object] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up the connection."""
        super().connection_made(transport)
        self.heads.opened(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self.heads.arrived(data)
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take the end of the connection."""
        self.lost = True
        self.heads.stop()
        if self.when_lost is not None:
            self.when_lost()
        super().connection_lost(exc)

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
        return self._malformed(request, exc)
