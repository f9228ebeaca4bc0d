"""Passes one request on and its answer back: bodies are streamed, what breaks off is broken off."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.http import StreamWriter

from execmock.forwarding.headers import answer_headers
from execmock.forwarding.upstream import BUFFER, UpstreamClient, UpstreamFailure, lost_because

__all__ = ["Decision", "PassedRequest", "Watcher", "relay"]

_SWITCHED = 101


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an answer that was held back: further headers, or another answer in its place."""

    headers: Mapping[str, str] = field(default_factory=dict)
    instead: web.StreamResponse | None = None


_UNCHANGED = Decision()


class Watcher:
    """Is told what passes. This one has no use for it."""

    def sent(self, part: bytes) -> None:
        """Take a part of the request's body, as it is sent on."""

    def answered(self, answer: aiohttp.ClientResponse) -> None:
        """Take the head of the answer."""

    def received(self, part: bytes) -> None:
        """Take a part of the answer's body, as it came."""

    def ended(self, lost: str = "") -> None:
        """Take the end of the exchange; `lost` says why there is no answer, or no whole one."""

    def holds(self) -> int:
        """Return up to how many bytes of the answer are held back until it is whole; 0 for none."""
        return 0

    def whole(self) -> Decision:
        """Return what becomes of an answer that was held back, all of which has come."""
        return _UNCHANGED


class PassedRequest(web.BaseRequest):
    """A request whose answer has no header that the upstream did not give."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        if isinstance(response, _PassedResponse):
            response.remove_added()


class _PassedResponse(web.StreamResponse):
    """An answer with the headers of the upstream alone."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        headers = answer_headers(answer.raw_headers)
        self._given = frozenset(name.lower() for name in headers)
        super().__init__(status=answer.status, reason=answer.reason or "", headers=headers)

    def add(self, headers: Mapping[str, str]) -> None:
        """Give it further headers."""
        self.headers.update(headers)

    def write_at_once(self) -> None:
        """Write the head together with the body, all of which is there."""
        self._send_headers_immediately = False

    def remove_added(self) -> None:
        """Remove what aiohttp adds to every answer."""
        for name in ("Content-Type", "Date", "Server"):
            if name.lower() not in self._given:
                self.headers.popall(name, None)


async def relay(
    incoming: web.BaseRequest, client: UpstreamClient, base: str, watcher: Watcher
) -> web.StreamResponse:
    """Pass a request on to the address `base`, and its answer back; UpstreamFailure where none comes.

    Each part of a body is written before the next is read, so that a slow reader slows its writer. What
    breaks off on the one side is broken off on the other.
    """
    try:
        answer = await client.send(incoming, base, watcher.sent)
    except UpstreamFailure as failure:
        watcher.ended(str(failure))
        raise
    try:
        watcher.answered(answer)
        if answer.status == _SWITCHED:
            return await _tunnel(incoming, answer, watcher)
        return await _pass_back(incoming, answer, watcher)
    finally:
        answer.close()


async def _pass_back(
    incoming: web.BaseRequest, answer: aiohttp.ClientResponse, watcher: Watcher
) -> web.StreamResponse:
    response = _PassedResponse(answer)
    parts = _Parts(answer, watcher)
    held = await parts.up_to(watcher.holds())
    if parts.ended and not parts.lost:
        decision = watcher.whole()
        if decision.instead is not None:
            return decision.instead
        response.add(decision.headers)
        response.write_at_once()
    await response.prepare(incoming)
    for part in held:
        await response.write(part)
    while part := await parts.next():
        await response.write(part)
    watcher.ended(parts.lost)
    if parts.lost:
        abort(incoming)
    else:
        await response.write_eof()
    return response


class _Parts:
    """The parts of an answer's body. Once it has `ended`, `lost` says why that was before its end."""

    def __init__(self, answer: aiohttp.ClientResponse, watcher: Watcher) -> None:
        self._content = answer.content
        self._watcher = watcher
        self.ended = False
        self.lost = ""

    async def next(self) -> bytes:
        """Return the next part, empty at the end."""
        if self.ended:
            return b""
        try:
            part = await self._content.readany()
        except (aiohttp.ClientError, OSError) as error:
            self.lost = f"the connection was lost: {lost_because(error)}"
            part = b""
        self.ended = not part
        self._watcher.received(part)
        return part

    async def up_to(self, most: int) -> list[bytes]:
        """Return the first parts: all where they are at most so many bytes, else few more than that."""
        found: list[bytes] = []
        while most > 0 and (part := await self.next()):
            found.append(part)
            most -= len(part)
        return found


def abort(incoming: web.BaseRequest) -> None:
    """End the connection of a request, so that what was written of its answer cannot be taken for all."""
    if incoming.transport is not None:
        incoming.transport.abort()


class _Feed:
    """Puts what comes on a connection that changed its protocol into a reader, as it is."""

    def __init__(self, reader: aiohttp.StreamReader) -> None:
        self._reader = reader

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Take what came."""
        self._reader.feed_data(data)
        return False, b""

    def feed_eof(self) -> None:
        """Take the end."""
        self._reader.feed_eof()


async def _tunnel(
    incoming: web.BaseRequest, answer: aiohttp.ClientResponse, watcher: Watcher
) -> web.StreamResponse:
    """Pass bytes both ways until one side ends."""
    response = _PassedResponse(answer)
    response.headers["Connection"], response.headers["Upgrade"] = "Upgrade", "websocket"
    await response.prepare(incoming)
    watcher.ended()
    connection = answer.connection
    if connection is None or connection.protocol is None:
        abort(incoming)
        return response
    loop = asyncio.get_running_loop()
    upstream, client = connection.protocol, incoming.protocol
    from_client = aiohttp.StreamReader(client, BUFFER, loop=loop)
    from_upstream = aiohttp.StreamReader(upstream, BUFFER, loop=loop)
    upstream.set_parser(_Feed(from_upstream), from_upstream)
    feed: Any = _Feed(from_client)
    client.set_parser(feed)
    pumps = [
        asyncio.ensure_future(_pump(from_client, StreamWriter(upstream, loop))),
        asyncio.ensure_future(_pump(from_upstream, StreamWriter(client, loop))),
    ]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
    response.force_close()
    return response


async def _pump(reader: aiohttp.StreamReader, writer: StreamWriter) -> None:
    while part := await reader.readany():
        await writer.write(part)
        await writer.drain()
