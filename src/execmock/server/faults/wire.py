"""Writes an answer that is broken on purpose straight to its connection, and ends that by FIN or RST."""

from __future__ import annotations

import asyncio
import socket
import struct
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from aiohttp import web

from execmock.core.faults.broken import Wire

__all__ = ["BrokenResponse"]

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_CHUNK = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
_MOST_WAITING = 1 << 18
"""Bytes that wait to be read by a client before more are written."""
_UNTIL_SENT = 0.02
"""Seconds in which what was written reaches the client before a reset discards what did not."""


class BrokenResponse(web.StreamResponse):
    """A response in whose place a plan is written."""

    def __init__(self, status: int, wire: Wire) -> None:
        super().__init__(status=status)
        self._wire = wire
        self.force_close()

    async def prepare(self, request: web.BaseRequest) -> Any:
        """Write the plan and end the connection."""
        transport = request.transport
        if transport is None:
            return None
        if self._wire.headers is not None:
            transport.write(self._head(self._wire.headers))
            if request.method != "HEAD":
                for part in self._wire.parts:
                    transport.write(part)
                await self._fill(request)
        if self._wire.end == "reset":
            await _reset(transport)
        else:
            transport.close()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Write nothing more."""

    def _head(self, headers: tuple[tuple[str, str], ...]) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {_PHRASES.get(self.status, '')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"Date: {formatdate(usegmt=True)}", "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")

    async def _fill(self, request: web.BaseRequest) -> None:
        """Write filler, no faster than the client reads."""
        written = 0
        while written < self._wire.filler:
            transport = request.transport
            if transport is None or transport.is_closing():
                return
            transport.write(_CHUNK)
            written += len(_CHUNK)
            await asyncio.sleep(0)
            while transport.get_write_buffer_size() > _MOST_WAITING and not transport.is_closing():
                await asyncio.sleep(_UNTIL_SENT)


async def _reset(transport: asyncio.Transport) -> None:
    await asyncio.sleep(_UNTIL_SENT)
    connection = transport.get_extra_info("socket")
    if connection is not None:
        # With no time to linger, closing sends RST.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
