"""Closes a connection on which the head of a request never ends, or never begins."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["HeadWatch"]

_END = b"\r\n\r\n"


class HeadWatch:
    """Counts what arrives on a connection of aiohttp, whose parser does not tell what it holds.

    Where more requests were sent than one at a time, it may take what follows for the start of a head.
    """

    __slots__ = ("_after_head", "_begun", "_last", "_seconds", "_timer", "transport")

    def __init__(self, milliseconds: int) -> None:
        self.transport: asyncio.Transport | None = None
        self._seconds = milliseconds / 1000
        self._begun = False
        self._after_head: int | None = None
        """How many bytes came after the head; None where its end was not seen."""
        self._last = b""
        self._timer: asyncio.TimerHandle | None = None

    def opened(self, transport: asyncio.Transport) -> None:
        """Wait for the first head of a connection."""
        self.transport = transport
        self._start()

    def arrived(self, data: bytes) -> None:
        """Look at bytes before they are parsed."""
        seen = self._last + data
        self._last = seen[-len(_END) + 1 :] if self._after_head is None else seen[-len(_END) :]
        if self._after_head is not None:
            self._after_head += len(data)
        elif not self._begun:
            self._look_for_end(seen)

    def begun(self) -> None:
        """Take note that a request was read, and is being answered."""
        self._begun = True
        self.stop()

    def ended(self, request: web.BaseRequest) -> None:
        """Take note that a request was answered; what came after it begins another."""
        self._begun = False
        length = request.content_length or 0
        whole = self._after_head == length
        if self._after_head is None or "Transfer-Encoding" in request.headers:
            whole = self._last.endswith(_END)
        self._after_head, self._last = None, b""
        if not whole:
            self._start()

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_for_end(self, seen: bytes) -> None:
        end = seen.find(_END)
        if end < 0:
            self._start()
            return
        self.stop()
        self._after_head = len(seen) - end - len(_END)
        self._last = seen[-len(_END) :]

    def _start(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._late)

    def _late(self) -> None:
        self._timer = None
        if self._begun or self.transport is None:
            return
        if self.transport.get_write_buffer_size():
            # The client has still to read the last answer.
            self._start()
            return
        self.transport.close()
