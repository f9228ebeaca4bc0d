"""The system's limit on open files: raised as far as it goes, and told to clients before it is reached.

A connection whose descriptor is near the limit is answered with 503. Without that the system would accept no
more, and clients would wait for nothing.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self, cast

from execmock.core.schema.violation import Violation
from execmock.errors import visible_line
from execmock.output import warn
from execmock.server.api.calls import Answer
from execmock.server.http.dispatch import headers_of
from execmock.service.refusals import Refusal

__all__ = ["Door", "FileLimit", "accept"]

_BACKLOG = 1024
"""Connections that the system keeps until they are accepted."""
_AT_ONCE = 32
"""Connections that are accepted before the first of them is looked at."""
_ENOUGH = 1 << 16
_FEWEST, _MOST = 16, 128
_WAIT = 5.0
"""Seconds that a client has for its request before it is refused without one."""


class FileLimit:
    """How many files this process may have open; 0 where the system has no such limit."""

    def __init__(self) -> None:
        """Raise the limit for this process as far as the system lets it."""
        self.files = _raised()
        spare = min(_MOST, max(_FEWEST, self.files // 8))
        self._full = self.files - spare
        self._out = self.files - spare // 2
        self._told = False

    @classmethod
    def told_of(cls, loop: asyncio.AbstractEventLoop) -> Self:
        """Return the limit of this process, to which a loop reports what goes wrong."""
        limit = cls()
        loop.set_exception_handler(limit.report)
        return limit

    def is_full(self, descriptor: int) -> bool:
        """Whether a new connection has to be refused: descriptors are given lowest first."""
        if not self.files or descriptor < self._full:
            return False
        self._tell()
        return True

    def is_out(self, descriptor: int) -> bool:
        """Whether there is no room to wait for what a client sends."""
        return descriptor >= self._out

    def report(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say in one line what the event loop reports; that no connection can be opened is said once."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            self._tell()
            return
        more = f": {type(error).__name__}: {error}" if error else ""
        warn(visible_line(f"{context['message']}{more}"), "error")

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            warn(
                f"nearly all of the {self.files} files that this process may have open are in use; new "
                "connections are refused with 503 until others close. `ulimit -n` sets the limit"
            )

    def refusal(self) -> Refusal:
        """Return the answer to those that come too late."""
        violation = Violation("connection", f"fewer than {self._full} open files", "one more")
        return Refusal(503, "Too many connections are open", [violation], {"Retry-After": "1"})


async def accept(
    serve: Callable[[], asyncio.BaseProtocol], sock: socket.socket, *, path: bool = False, **tls: Any
) -> asyncio.Server:
    """Accept connections on a bound socket, of a `path` or of an address: few in one turn, to be counted."""
    loop = asyncio.get_running_loop()
    create = loop.create_unix_server if path else loop.create_server
    accepting: asyncio.Server = await create(serve, sock=sock, backlog=_AT_ONCE, **tls)
    # The loop takes the number for how many it accepts in one turn, too.
    sock.listen(_BACKLOG)
    return accepting


class Door(asyncio.Protocol):
    """What a new connection meets first: it is served by the protocol that `serve` makes, or refused.

    `needed` says how many more files those that are served may come to need.
    """

    def __init__(
        self,
        limit: FileLimit,
        serve: Callable[[], asyncio.BaseProtocol],
        answer: Callable[[Refusal], Answer],
        needed: Callable[[], int] = lambda: 0,
    ) -> None:
        self._limit = limit
        self._serve = serve
        self._answer = answer
        self._needed = needed
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve the connection, or wait for its request to refuse it."""
        self._transport = cast("asyncio.Transport", transport)
        sock = transport.get_extra_info("socket")
        descriptor = -1 if sock is None else sock.fileno()
        if not self._limit.is_full(descriptor + self._needed()):
            protocol = self._serve()
            self._transport.set_protocol(protocol)
            protocol.connection_made(transport)
        elif self._limit.is_out(descriptor):
            self._refuse()
        else:
            # To close a connection with unread bytes may take the answer from its client.
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._refuse)

    def data_received(self, data: bytes) -> None:
        """Refuse the request, whatever it is."""
        self._refuse()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _refuse(self) -> None:
        answer = self._answer(self._limit.refusal())
        lines = [f"{name}: {value}" for name, value in headers_of(answer, {}).items()]
        head = "\r\n".join(
            [
                "HTTP/1.1 503 Service Unavailable",
                *lines,
                f"Content-Length: {len(answer.body)}",
                "Connection: close",
            ]
        )
        self._transport.write(f"{head}\r\n\r\n".encode("latin-1") + answer.body)
        self._transport.close()


def _raised() -> int:
    try:
        import resource
    except ImportError:
        # Windows has no such limit.
        return 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return 0
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return soft
