"""Records what passes through a proxy of our own, until it is told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from execmock.core.contract.names import EXECUTE
from execmock.forwarding.connections import Connections
from execmock.proxy.forwarder import Forwarder, ForwarderOptions, Routes
from execmock.recorder.exchanges import Operations, Source, json_of
from execmock.recorder.sources import MOST_BYTES, MOST_EXCHANGES
from execmock.server.http.file_limit import FileLimit
from execmock.verify.clock import present
from execmock.verify.exchange import Exchange

__all__ = ["Upstream", "record_live"]


@dataclass(frozen=True, slots=True)
class Upstream:
    """The service that requests are passed on to, and where clients reach it meanwhile.

    `embed` is the address of its embed API, where that is another one.
    """

    url: str
    embed: str | None = None
    host: str = "127.0.0.1"
    port: int = 0
    connections: Connections = field(default_factory=Connections)


class _Kept:
    """The exchanges that a recording can use, within the bounds of one file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.left_out = 0
        self.unread = 0
        self._room = MOST_BYTES
        self._shift: float | None = None

    def observe(self, seen: Exchange) -> None:
        """Keep one; its times become seconds since 1970."""
        if self._shift is None:
            self._shift = present() / 1000 - seen.received
        reads = seen.request.method in ("GET", "HEAD", "OPTIONS")
        if reads and not seen.operation and b'"execution"' not in seen.body:
            return
        self.unread += bool(seen.unread and seen.operation)
        size = len(seen.body) + len(seen.request.body)
        if len(self.source.exchanges) >= MOST_EXCHANGES or size > self._room:
            self.left_out += 1
            return
        self._room -= size
        kept = replace(
            seen,
            sent=seen.sent + self._shift,
            received=seen.received + self._shift,
            request=replace(seen.request, headers={}),
            headers={},
            json=json_of(seen.body),
            body=b"",
            unread="",
        )
        self.source.exchanges.append(kept)


async def record_live(upstream: Upstream, operations: Operations, say: Callable[[str], None]) -> Source:
    """Pass requests on until SIGINT or SIGTERM; return what passed. `say` gets lines for people."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows; there, Ctrl-C is a KeyboardInterrupt
            loop.add_signal_handler(name, stopped.set)
    kept = _Kept(Source(upstream.url))
    routes = Routes(upstream.url, upstream.embed, frozenset((EXECUTE,)), operations.name)
    limit = FileLimit.told_of(loop)
    options = ForwarderOptions(
        host=upstream.host, port=upstream.port, connections=upstream.connections, limit=limit
    )
    async with Forwarder(routes, kept.observe, options) as forwarder:
        say(f"recording {upstream.url} at {forwarder.url}: let clients use that, and end it by Ctrl-C")
        await stopped.wait()
    for count, said in (
        (kept.unread, "had bodies that are too long to keep"),
        (kept.left_out, "found no room"),
    ):
        if count:
            kept.source.notes.append(f"{count} exchanges {said}, and are left out")
    return kept.source
