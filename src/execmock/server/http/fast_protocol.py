"""The fast path: answers plain requests of the API inside `data_received`, without aiohttp.

aiohttp starts a task, a request, a response and a stream writer for each request, which costs several
times what answering it does here; and importing aiohttp takes longer than starting everything else. A
connection therefore begins without it. As long as plain requests of the API arrive (see `request_head`),
one at a time, each is answered at once by the same `ApiDispatcher.answer` that serves aiohttp. The first
other request (a page, the control API, a long or chunked body, pipelined requests, any request while there
are faults) hands its connection over to aiohttp for good, with the bytes that have arrived. A test holds both
paths to the same bytes.

A request that has to wait for its store goes on in a task, and its connection reads nothing meanwhile. Other
servers over a store may add faults at any time, so there each request asks whether its sandbox has some.

What it gains (`bench/micro_gains.py`): by way of aiohttp a get takes 241 % more processor time, a list
209 %, a create 164 %. Without the kept starts of answers a get takes 14 % more, a list 12 %.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from email.utils import formatdate
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from execmock.core.magic_faults import MAGIC
from execmock.server.api.calls import Answer, Request
from execmock.server.faults.meeting import FaultSearch, MayMeetFaultError
from execmock.server.http.dispatch import ON_EVERY_ANSWER, ApiDispatcher, Dispatcher
from execmock.server.http.request_head import RequestHeads
from execmock.service.eager import Rest

if TYPE_CHECKING:
    from execmock.server.http.aiohttp_protocol import AiohttpServer

__all__ = ["FastServer"]

Answered = tuple[Answer, Mapping[str, str]]
"""An answer, and the headers that CORS adds."""

_MAGIC = MAGIC.encode()
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_WORTH_JOINING = 16_384
"""Bodies up to this many bytes are joined with their heads; longer ones are written without a copy."""
_WORTH_WAITING = 65_536
"""Bodies up to this many bytes are collected here when they arrive in pieces."""
_WITHOUT_LENGTH = (204, 304)
"""Statuses whose answers never have a body, so that they have no Content-Length (RFC 9110, section 8.6)."""
_IDLE = 1800.0
"""Seconds after which a connection without a request is closed; it may stay open for twice as long."""


class FastServer:
    """Makes the protocol of each new connection to a dispatcher."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.api: ApiDispatcher = dispatcher.api
        self.heads = RequestHeads(self.api.limits.max_header)
        self.written = _Written()
        self.connections: set[_Connection] = set()
        self.answered_at_once = 0
        """How many requests took the fast path."""
        store = self.api.engine.store
        self.begin_request: Callable[[], None] = getattr(store, "begin_request", _nothing)
        """Tells the store, where it wants to know, that what it is asked at once belongs together."""
        self.end_request: Callable[[], None] = getattr(store, "end_request", _nothing)
        self.failed = dispatcher.failed
        self._dispatcher = dispatcher
        self._long: AiohttpServer | None = None
        self._sweepers: dict[str, asyncio.TimerHandle] = {}
        self._waiting: set[asyncio.Task[None]] = set()

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        if not self._sweepers:
            self._sweep_idle()
            self._sweep_held()
        return _Connection(self)

    def long(self) -> AiohttpServer:
        """Return the aiohttp server for all other requests, made when it is first needed."""
        if self._long is None:
            from execmock.server.http.aiohttp_protocol import AiohttpServer

            self._long = AiohttpServer(self._dispatcher)
        return self._long

    def finish(self, rest: Coroutine[Any, Any, None]) -> None:
        """Do the rest of a request that has to wait."""
        task = asyncio.get_running_loop().create_task(rest)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def idle(self) -> None:
        """Return once no request is being handled."""
        for connection in [connection for connection in self.connections if connection.held]:
            connection.hand_over(b"")
        while self._waiting:
            await asyncio.wait(self._waiting)
        if self._long is not None:
            # Two turns of the loop, in which aiohttp starts on what was handed to it.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await self._long.idle()

    async def shutdown(self, timeout: float) -> None:
        """Close all connections; answers being written get `timeout` seconds."""
        for sweeper in self._sweepers.values():
            sweeper.cancel()
        for task in self._waiting:
            task.cancel()
        for connection in list(self.connections):
            connection.close()
        if self._long is not None:
            await self._long.shutdown(timeout)

    def _sweep_held(self) -> None:
        """Leave bodies of which nothing more came to aiohttp, where they have to arrive at a least rate."""
        seconds = self.api.limits.head_timeout / 1000
        self._sweepers["held"] = asyncio.get_running_loop().call_later(seconds, self._sweep_held)
        for connection in list(self.connections):
            if connection.held and connection.held is connection.held_before:
                connection.hand_over(b"")
            connection.held_before = connection.held

    def _sweep_idle(self) -> None:
        self._sweepers["idle"] = asyncio.get_running_loop().call_later(_IDLE, self._sweep_idle)
        for connection in list(self.connections):
            if not connection.busy:
                connection.close()
            connection.busy = False


class _Connection(asyncio.Protocol):
    """One connection, until it is handed over."""

    __slots__ = (
        "_api",
        "_heads",
        "_holds",
        "_most",
        "_sandboxes",
        "_server",
        "_transport",
        "_written",
        "busy",
        "held",
        "held_before",
        "opened",
    )

    _transport: asyncio.Transport

    def __init__(self, server: FastServer) -> None:
        self._server = server
        self._api = server.api
        self._sandboxes = server.api.engine.sandboxes
        self._most = server.api.limits.max_body
        self._heads = server.heads
        self._written = server.written
        self._holds = 0
        """How many reasons there are to read nothing."""
        self.busy = True
        self.opened = server.api.engine.changes.last
        """The number of the latest change when it was opened."""
        self.held = b""
        """The start of a request whose body is not complete yet."""
        self.held_before = b""
        """What was held when it was last looked at."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._server.connections.discard(self)

    def pause_writing(self) -> None:
        """Stop reading until the client has read what was written."""
        self._hold()

    def resume_writing(self) -> None:
        """Read again."""
        self._release()

    def _hold(self) -> None:
        """Read nothing, until each hold is released."""
        self._holds += 1
        self._transport.pause_reading()

    def _release(self) -> None:
        self._holds -= 1
        if not self._holds and not self._transport.is_closing():
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Answer a plain request, or hand the connection over."""
        if self.held:
            data, self.held = self.held + data, b""
        head = self._heads.read(data)
        if head is None or (self._sandboxes.faults_active and not self._sandboxes.shared):
            self.hand_over(data)
            return
        request, size, length, last = head
        missing = size + length - len(data)
        if missing or length > self._most:
            self._wait(data, missing, length)
            return
        if length:
            if _MAGIC in data:
                self.hand_over(data)
                return
            request = request.with_body(data[size:])
        self._answer(request, data, last)

    def _answer(self, request: Request, data: bytes, last: bool) -> None:
        """Answer a request, at once if nothing has to be waited for."""
        self.busy = True
        search = FaultSearch(self._sandboxes) if self._sandboxes.shared else None
        coroutine = self._api.answer(request, None, self.opened, search)
        self._server.begin_request()
        try:
            waits_for = coroutine.send(None)
        except StopIteration as done:
            self._write(done.value, last)
        except Exception as error:
            self._fail(error, request, data, last)
        else:
            self._hold()
            self._server.finish(self._finish(Rest(coroutine, waits_for), request, data, last))
        finally:
            self._server.end_request()

    async def _finish(self, rest: Rest[Answered], request: Request, data: bytes, last: bool) -> None:
        """Write an answer that has to be waited for, unless the connection has gone meanwhile."""
        try:
            answered = await rest
        except Exception as error:
            if not self._transport.is_closing():
                self._fail(error, request, data, last)
        else:
            if not self._transport.is_closing():
                self._write(answered, last)
        self._release()

    def _fail(self, error: Exception, request: Request, data: bytes, last: bool) -> None:
        """Leave a request that may meet a fault to aiohttp; any other error is a mistake of ours."""
        if isinstance(error, MayMeetFaultError):
            self.hand_over(data)
        else:
            self._write((self._server.failed(error, request), {}), last)

    def _write(self, answered: Answered, last: bool) -> None:
        answer, common = answered
        start = self._written.head(answer, common, last)
        body = answer.body
        if len(body) <= _WORTH_JOINING:
            self._transport.write(start + body)
        else:
            self._transport.writelines((start, body))
        self._server.answered_at_once += 1
        if last:
            self.close()

    def _wait(self, data: bytes, missing: int, length: int) -> None:
        """Keep the first part of a request; a large one, or pipelined ones, are handed over."""
        if missing > 0 and length <= min(_WORTH_WAITING, self._most):
            self.held = data
        else:
            self.hand_over(data)

    def hand_over(self, data: bytes) -> None:
        """Leave the connection to aiohttp, with the bytes of its next request."""
        data, self.held = self.held + data, b""
        self._server.connections.discard(self)
        handler: Any = self._server.long()()
        handler.opened = self.opened
        self._transport.set_protocol(handler)
        handler.connection_made(self._transport)
        handler.data_received(data)

    def close(self) -> None:
        """Close the connection once everything written was sent."""
        self._transport.close()


def _nothing() -> None:
    """There is nothing to be told."""


class _Written:
    """Writes the heads of answers; caches the part that is the same for all."""

    def __init__(self) -> None:
        self._starts: dict[int, tuple[Mapping[str, str], str]] = {}
        self._date = ""
        self._second = -1

    def head(self, answer: Answer, common: Mapping[str, str], last: bool) -> bytes:
        """Return the status line and headers, byte for byte as aiohttp writes them."""
        known, start = self._starts.get(answer.status, _NO_START)
        if known is not common:
            start = _start(answer.status, common)
            self._starts[answer.status] = (common, start)
        for name, value in answer.headers.items():
            start = f"{start}{name}: {value}\r\n"
        second = int(monotonic())
        if second != self._second:
            self._second = second
            self._date = formatdate(usegmt=True)
        end = "\r\nConnection: close\r\n\r\n" if last else "\r\n\r\n"
        if not answer.body:
            length = "" if answer.status in _WITHOUT_LENGTH else "Content-Length: 0\r\n"
            return f"{start}{length}Date: {self._date}{end}".encode("latin-1")
        return (
            f"{start}Content-Type: {answer.content_type}\r\n"
            f"Content-Length: {len(answer.body)}\r\nDate: {self._date}{end}"
        ).encode("latin-1")


_NO_START: tuple[Mapping[str, str] | None, str] = (None, "")


def _start(status: int, common: Mapping[str, str]) -> str:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, '')}"]
    lines += [f"{name}: {value}" for name, value in {**ON_EVERY_ANSWER, **common}.items()]
    return "\r\n".join(lines) + "\r\n"
