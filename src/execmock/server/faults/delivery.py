"""Writes the answers of requests that faults struck: late, or byte by byte."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from execmock.core.faults import Broken, Strike
from execmock.server.api.calls import Request
from execmock.server.faults.meeting import FaultMeeting
from execmock.service.engine import Engine
from execmock.service.faults.waits import HeldAnswer, Waits

if TYPE_CHECKING:
    from aiohttp import web

    from execmock.core.sandbox import Sandbox

__all__ = ["FaultDelivery"]

_TICK = 0.05
"""Seconds between the pieces of a body that is written slowly, at least."""


class FaultDelivery:
    """Delivers answers as faults want it."""

    def __init__(self, engine: Engine) -> None:
        self._waits: Waits = engine.waits
        self._sandboxes = engine.sandboxes

    async def deliver(
        self, incoming: web.BaseRequest, request: Request, response: web.Response, met: FaultMeeting
    ) -> web.StreamResponse:
        """Let an answer wait as long as it has to, and write it at its pace."""
        strike, sandbox = met.strike, met.sandbox
        if strike is None or sandbox is None:
            return response
        await self._wait(incoming, request, strike, sandbox)
        if isinstance(strike.effect, Broken):
            return _broken(strike.effect, response)
        if strike.bytes_per_second is not None and isinstance(response.body, bytes) and response.body:
            return await self._dribble(incoming, response, response.body, strike.bytes_per_second)
        return response

    async def _wait(
        self, incoming: web.BaseRequest, request: Request, strike: Strike, sandbox: Sandbox
    ) -> None:
        def gone() -> bool:
            return incoming.transport is None or incoming.transport.is_closing()

        clock = [wait for wait in strike.waits if wait.on_clock]
        real = sum(wait.milliseconds for wait in strike.waits if not wait.on_clock)
        if clock:
            # It may have waited in a queue, and the clock have moved meanwhile.
            now = self._sandboxes.now(await self._sandboxes.get(sandbox.id) or sandbox)
            names = tuple(wait.fault for wait in clock)
            until = now + sum(wait.milliseconds for wait in clock)
            held = HeldAnswer(sandbox.id, f"{request.method} {request.path}", names, now, until)
            own = {kept for kept in sandbox.faults if kept.name in names}
            await self._waits.on_clock(held, lambda found: own.issubset(found.faults), gone)
        if real:
            await self._waits.real(real / 1000, gone)

    async def _dribble(
        self, incoming: web.BaseRequest, response: web.Response, body: bytes, pace: int
    ) -> web.StreamResponse:
        """Write a body at so many bytes per second of real time."""
        from aiohttp import web

        streamed = web.StreamResponse(status=response.status, headers=response.headers)
        streamed.content_length = len(body)
        await streamed.prepare(incoming)
        loop = asyncio.get_running_loop()
        begun, written = loop.time(), 0
        while written < len(body):
            due = min(len(body), int((loop.time() - begun) * pace) + 1)
            if self._waits.ended:
                due = len(body)
            if due > written:
                await streamed.write(body[written:due])
                written = due
            if written < len(body):
                await self._waits.real(max(1 / pace, _TICK), lambda: incoming.transport is None)
                if incoming.transport is None:
                    break
        return streamed


def _broken(effect: Broken, response: web.Response) -> web.StreamResponse:
    # Imported here: it needs aiohttp, which takes long to import.
    from execmock.server.faults.wire import BrokenResponse

    body = response.body if isinstance(response.body, bytes) else b""
    headers = tuple((str(name), value) for name, value in response.headers.items())
    return BrokenResponse(response.status, effect.wire(headers, body))
