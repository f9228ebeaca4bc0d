"""The short way for requests that are whole when they arrive.

aiohttp starts a task, a request, a response and a stream writer for each request, which costs several
times what answering one does here. A request of the API that arrives whole, on a connection with nothing
else under way, is therefore answered where it is found, by the same `ApiFront.answer`, and written at
once. Everything else (pages, the control API, long bodies, pipelined requests, connections about to
close) goes aiohttp's way. A test holds the two ways to the same bytes.

It needs a store that answers at once: nothing here may wait.
"""

from __future__ import annotations

import time
from collections.abc import Coroutine, Mapping
from email.utils import formatdate
from http.client import responses
from typing import Any

from aiohttp import web
from aiohttp.http import SERVER_SOFTWARE
from aiohttp.streams import EMPTY_PAYLOAD

from execmock.server.calls import Answer, Call
from execmock.server.front import ON_EVERY_ANSWER, ApiFront, Front
from execmock.server.known_heads import KnownHeads, ends_with
from execmock.server.protocol import FrontServer

__all__ = ["FastServer"]

_PREFIXES = ("/v1/", "/api/")
_METHODS = frozenset({"GET", "POST"})
_NOTHING_LEFT: tuple[tuple[Any, ...], bool, bytes] = ((), False, b"")
_WORTH_JOINING = 16_384
"""Bodies up to this many bytes are copied behind their heads; longer ones are written beside them."""


class FastServer(FrontServer):
    """The server of a front, with the short way for the requests of its API."""

    def __init__(self, front: Front) -> None:
        super().__init__(front)
        self._api = front.api
        self._known = KnownHeads()
        self._heads = _Heads()

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of a new connection."""
        connection: Any = super().__call__()
        connection._parser = _Tap(connection, connection._parser, self, self._api, self._known, self._heads)
        return connection  # type: ignore[no-any-return]


class _Tap:
    """Stands before a connection's parser, and answers what it can of what arrives."""

    __slots__ = ("_api", "_between", "_connection", "_heads", "_known", "_parser", "_server")

    def __init__(
        self,
        connection: Any,
        parser: Any,
        server: FastServer,
        api: ApiFront,
        known: KnownHeads,
        heads: _Heads,
    ) -> None:
        self._connection = connection
        self._parser = parser
        self._server = server
        self._api = api
        self._known = known
        self._heads = heads
        # Whether the parser stands between two requests, so that it may be passed by.
        self._between = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def feed_data(self, data: bytes) -> tuple[Any, bool, bytes]:
        """Take what arrived; return the messages that are still to be answered."""
        idle = self._api.immediate and self._is_idle()
        if idle and self._between:
            call = self._known.read(data, self._api.max_body)
            if call is not None:
                self._answer(call)
                return _NOTHING_LEFT
        found = self._parser.feed_data(data)
        messages, upgraded, _ = found
        if len(messages) != 1 or upgraded:
            self._between = self._between and not data
            return found  # type: ignore[no-any-return]
        message, payload = messages[0]
        if self._between:
            self._between = payload.is_eof() and ends_with(message, data)
        if idle:
            call = self._call(message, payload)
            if call is not None:
                if self._between:
                    self._known.learn(data, message)
                self._parser.message_consumed()
                self._answer(call)
                return _NOTHING_LEFT
        return found  # type: ignore[no-any-return]

    def _is_idle(self) -> bool:
        connection = self._connection
        waiter = connection._waiter
        return (
            waiter is not None and not waiter.done() and not connection._messages and not connection._paused
        )

    def _call(self, message: Any, payload: Any) -> Call | None:
        """Return what the parser found as a call, None if it has to go aiohttp's way."""
        if (
            message.method not in _METHODS
            or not message.path.startswith(_PREFIXES)
            or message.should_close
            or not payload.is_eof()
        ):
            return None
        if payload is EMPTY_PAYLOAD:
            body = b""
        elif payload.total_bytes <= self._api.max_body:
            body = payload.read_nowait(-1)
        else:
            return None
        path, _, query = message.path.partition("?")
        return Call(message.method, path, query, message.headers, body)

    def _answer(self, call: Call) -> None:
        answer, common = _run(self._api.answer(call))
        connection = self._connection
        head = self._heads.head(answer, common)
        if len(answer.body) <= _WORTH_JOINING:
            connection.transport.write(head + answer.body)
        else:
            connection.transport.writelines((head, answer.body))
        self._server.requests_count += 1
        self._keep_alive(connection)

    def _keep_alive(self, connection: Any) -> None:
        # As aiohttp does it after an answer, so that idle connections are closed in the end.
        closes = connection._loop.time() + connection._keepalive_timeout
        connection._next_keepalive_close_time = closes
        if connection._keepalive_handle is None:
            connection._keepalive_handle = connection._loop.call_at(closes, connection._process_keepalive)


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine returns; it must never wait."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise RuntimeError("the short way met something that waits")


class _Heads:
    """Writes the heads of answers; what does not change from one to the next is written once."""

    def __init__(self) -> None:
        self._starts: dict[int, tuple[Mapping[str, str], bytes]] = {}
        self._end = b""
        self._second = -1

    def head(self, answer: Answer, common: Mapping[str, str]) -> bytes:
        """Return the status line and headers, byte for byte as aiohttp writes them."""
        known, start = self._starts.get(answer.status, _NO_START)
        if known is not common:
            start = _start(answer.status, common)
            self._starts[answer.status] = (common, start)
        own = "".join([f"{name}: {value}\r\n" for name, value in answer.headers.items()])
        return b"%b%bContent-Type: %b\r\nContent-Length: %d%b" % (
            start,
            own.encode("latin-1"),
            answer.content_type.encode("latin-1"),
            len(answer.body),
            self._rest(),
        )

    def _rest(self) -> bytes:
        second = int(time.monotonic())
        if second != self._second:
            self._second = second
            self._end = f"\r\nDate: {formatdate(usegmt=True)}\r\nServer: {SERVER_SOFTWARE}\r\n\r\n".encode()
        return self._end


_NO_START: tuple[Mapping[str, str] | None, bytes] = (None, b"")


def _start(status: int, common: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {responses.get(status, '')}"]
    lines += [f"{name}: {value}" for name, value in {**ON_EVERY_ANSWER, **common}.items()]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")
