"""Listening: sockets opened before anything is promised, and closed without cutting answers short."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from execmock.errors import ConfigError
from execmock.server.http.dispatch import Dispatcher
from execmock.server.http.fast_protocol import FastServer
from execmock.server.http.file_limit import Door, FileLimit, accept
from execmock.server.http.unix_socket import bind_path, path_of, remove

if TYPE_CHECKING:
    import ssl

    from execmock.server.http.aiohttp_protocol import AiohttpServer

__all__ = ["Listener", "bind"]

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - is replaced, not bound
# Seconds that requests under way get when the server ends, and then what is being written.
_LAST_REQUESTS, _LAST_ANSWERS = 0.7, 0.1


def bind(host: str, port: int, option: str = "--port", *, shared: bool = False) -> socket.socket:
    """Return a bound socket; ConfigError when the address cannot be had. Port 0 picks a free one.

    A host such as unix:/run/execmock.sock is a path, which has no port. Other processes can bind a shared
    socket too, and the system then spreads connections over those that listen. The system does not warn of
    another program that shares it, so it is bound alone once before.
    """
    path = path_of(host)
    if path is not None:
        return bind_path(path, option)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return _bound(socket.socket(family, socket.SOCK_STREAM), host, port, shared)
    except OSError as error:
        raise ConfigError(
            f"{option}: cannot listen on {host}:{port}: {error.strerror or error}. "
            "Another program may hold the port; 0 picks a free one."
        ) from None
    except OverflowError:
        raise ConfigError(f"{option} is {port}; expected a whole number from 0 to 65535") from None


def _bound(sock: socket.socket, host: str, port: int, shared: bool) -> socket.socket:
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock


class Listener:
    """Serves one handler on one socket: with TLS where a context is given, and within a limit of files.

    Without `fast`, and where requests are passed on, aiohttp reads every request.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        sock: socket.socket,
        tls: ssl.SSLContext | None = None,
        limit: FileLimit | None = None,
        *,
        fast: bool = True,
    ) -> None:
        self._sock = sock
        self._tls = tls
        name = sock.getsockname()
        self._path = name if isinstance(name, str) else None
        self.server = (
            FastServer(dispatcher) if fast and dispatcher.upstream is None else _long_server(dispatcher)
        )
        self._protocol = (
            self.server if limit is None else lambda: Door(limit, self.server, dispatcher.refused)
        )
        self._accepting: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Return the port that is listened on; 0 for a path."""
        return 0 if self._path is not None else int(self._sock.getsockname()[1])

    @property
    def url(self) -> str:
        """Return the address to send requests to; a client of a path has to be told that, too."""
        scheme = "http" if self._tls is None else "https"
        if self._path is not None:
            return f"{scheme}://localhost"
        host, port = self._sock.getsockname()[:2]
        # An address that stands for all of them is none to send requests to.
        host = _LOOPBACK.get(host, host)
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    async def start(self) -> None:
        """Accept connections from now on."""
        tls: dict[str, Any] = {}
        if self._tls is not None:
            tls = {"ssl": self._tls, "ssl_shutdown_timeout": _LAST_ANSWERS}
        self._accepting = await accept(self._protocol, self._sock, path=self._path is not None, **tls)

    async def stop(self) -> None:
        """Accept no more, finish what is under way, close."""
        if self._accepting is not None:
            self._accepting.close()
        if self._path is not None:
            remove(self._sock, self._path)
        # What was accepted just now is taken up before it is asked who is busy.
        await asyncio.sleep(0)
        # aiohttp stops reading when it cleans up, so bodies on their way are waited for before.
        with suppress(TimeoutError):
            await asyncio.wait_for(self.server.idle(), _LAST_REQUESTS)
        await self.server.shutdown(_LAST_ANSWERS)
        await asyncio.sleep(0)


def _long_server(dispatcher: Dispatcher) -> AiohttpServer:
    # Imported only where it is needed: aiohttp takes longer to import than all the rest.
    from execmock.server.http.aiohttp_protocol import AiohttpServer

    return AiohttpServer(dispatcher)
