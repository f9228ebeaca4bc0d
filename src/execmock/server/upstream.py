"""What the contract does not know goes on to a real service, so that a page needs one address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from execmock.clocks import monotonic
from execmock.core.contract import Contract
from execmock.server.api.calls import Answer, Request, Result
from execmock.service.refusals import Refusal

if TYPE_CHECKING:
    from aiohttp import web

    from execmock.forwarding.upstream import UpstreamClient
__all__ = ["Upstream"]


Record = Callable[[Request, Result, float], Awaitable[None]]
"""Logs a request, and keeps it in the journal: what came of it, and after how many ms."""


class Upstream:
    """Passes requests on to one address."""

    def __init__(self, url: str, contract: Contract) -> None:
        self.url = url
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
        """Pass a request on and its answer back, and log it; a Refusal where no answer comes."""
        # Imported here: most servers have no use for it.
        from execmock.forwarding.relay import Watcher, relay
        from execmock.forwarding.upstream import UpstreamFailure

        started = monotonic()
        response: web.StreamResponse | Refusal
        try:
            response = await relay(incoming, await self._open(), self.url, Watcher())
        except UpstreamFailure as failure:
            response = Refusal(failure.status, str(failure))
        result = Result(Answer(response.status, b""), note=f"passed on to {self.url}")
        await record(request, result, (monotonic() - started) * 1000)
        return response

    async def _open(self) -> UpstreamClient:
        from execmock.forwarding.upstream import UpstreamClient

        async with self._opening:
            if self._client is None:
                self._client = await UpstreamClient().__aenter__()
        return self._client

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.__aexit__(None, None, None)
