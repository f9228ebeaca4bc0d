"""A proxy that holds each answer back: `python bench/slow.py PORT UPSTREAM_PORT SECONDS`, on loopback."""

from __future__ import annotations

import asyncio
import sys


class Side(asyncio.Protocol):
    """One end of a connection: hands what it gets to the other end, after some time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.other: asyncio.Transport | None = None
        self.waiting: list[bytes] = []
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self.waiting.append(data)
        elif self.seconds:
            asyncio.get_running_loop().call_later(self.seconds, self.other.write, data)
        else:
            self.other.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.other is not None:
            asyncio.get_running_loop().call_later(self.seconds, self.other.close)

    def join(self, other: asyncio.Transport) -> None:
        self.other = other
        for data in self.waiting:
            other.write(data)
        self.waiting.clear()


async def serve(port: int, upstream: int, seconds: float) -> None:
    """Forward connections until the process ends."""
    loop = asyncio.get_running_loop()
    joined: set[asyncio.Task[None]] = set()

    class Front(Side):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            task = loop.create_task(self.reach())
            joined.add(task)
            task.add_done_callback(joined.discard)

        async def reach(self) -> None:
            _, back = await loop.create_connection(lambda: Side(seconds), "127.0.0.1", upstream)
            assert self.transport is not None
            assert back.transport is not None
            back.join(self.transport)
            self.join(back.transport)

    server = await loop.create_server(lambda: Front(0.0), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
