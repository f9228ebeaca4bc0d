"""What the contract does not know goes on to a real service, so that a page needs one address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from execmock.clocks import monotonic
from execmock.core.contract import Contract
from execmock.server.api.calls import Answer, Request, Result
from execmock.service.refusals import Refusal
from execmock.settings import ServeSettings

if TYPE_CHECKING:
    from aiohttp import web

    from execmock.forwarding.upstream import UpstreamClient
    from execmock.server.http.connection import Connection

__all__ = ["Upstream"]

_GONE = 499  # what nginx logs for it

Record = Callable[[Request, Result, float], Awaitable[None]]
"""Logs a request, and keeps it in the journal: what came of it, and after how many ms."""


class Upstream:
    """Passes requests on to one address; ConfigError where its certificates cannot be used."""

    def __init__(self, url: str, contract: Contract, options: ServeSettings) -> None:
        # Imported here: most servers have no use for it.
        from execmock.forwarding.connections import Connections

        self.url = url
        names = ("ca", "cert", "key", "insecure")
        self._connections = Connections(
            ca=options.upstream_ca,
            cert=options.upstream_cert,
            key=options.upstream_key,
            insecure=options.upstream_insecure,
            called={name: options.named(f"upstream_{name}") for name in names},
        )
        self._connections.check(url)
        self._router = contract.router
        self._client: UpstreamClient | None = None
        self._opening = asyncio.Lock()

    def takes(self, request: Request) -> bool:
        """Whether a request is for a path that the contract does not have."""
        match = self._router.match(request.method, request.path)
        return match.operation is None and not match.allow

    async def pass_on(
        self, incoming: web.BaseRequest, request: Request, record: Record
    ) -> web.StreamResponse | Refusal:
        """Pass a request on and its answer back, and log it; a Refusal where no answer comes.

        A client that goes away ends its request at the upstream.
        """
        from execmock.forwarding.relay import Watcher, relay
        from execmock.forwarding.upstream import UpstreamFailure

        started = monotonic()
        note = f"passed on to {self.url}"
        response: web.StreamResponse | Refusal
        passing = asyncio.ensure_future(relay(incoming, await self._open(), self.url, Watcher()))
        connection = cast("Connection", incoming.protocol)
        connection.when_lost = passing.cancel
        try:
            response = await passing
        except UpstreamFailure as failure:
            response = Refusal(failure.status, str(failure), headers=failure.headers)
        except (asyncio.CancelledError, ConnectionError):
            passing.cancel()
            if not connection.lost:
                raise
            response = Refusal(_GONE, "The client has gone")
            note += "; the client went away"
        finally:
            connection.when_lost = None
        result = Result(Answer(response.status, b""), note=note)
        await record(request, result, (monotonic() - started) * 1000)
        return response

    async def _open(self) -> UpstreamClient:
        from execmock.forwarding.upstream import UpstreamClient

        async with self._opening:
            if self._client is None:
                secure = urlsplit(self.url).scheme == "https"
                tls = self._connections.tls if secure else None
                client = UpstreamClient(tls=tls, http_proxy=self._http_proxy)
                self._client = await client.__aenter__()
        return self._client

    def _http_proxy(self, url: str) -> str | None:
        found = self._connections.proxy_for(url)
        return found.url if found else None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.__aexit__(None, None, None)
