"""Thousands of clients at once: half read the live stream, half wait for an execution; more are refused."""

from __future__ import annotations

import asyncio
import resource
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.reliability.serving import Server
from tests.soak.probe import files, memory
from tests.soak.rounds import CONTROL, Client
from tests.stores.redis_process import eventually

__all__ = ["Crowd", "crowd", "most_clients"]

_OWN = 200
"""Open files that a server and this process have or hold back for other uses."""
_OVER = 200
"""Clients above what the server has room for."""
_AT_ONCE = 200
"""Connections that are opened before the server answered them; more than it keeps waiting would be slow."""
_ASKED = 5
"""Requests of a client besides, of which the slowest is told."""
_BODY = {"workflowId": "wf_paid_happy_path", "sourceSystem": "soak", "sourceEntityType": "order"}

_Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Crowd(NamedTuple):
    """What came of many clients at once. `shed` counts those refused by 503 with Retry-After, of `over`."""

    streams: int
    told: int
    waits: int
    answered: int
    bytes_each: int
    shed: int
    over: int
    slowest: float
    change: float
    left: int

    def __str__(self) -> str:
        return (
            f"{self.told} of {self.streams} streams and {self.answered} of {self.waits} long polls "
            f"got the event within {self.change:.1f} s; {self.bytes_each} bytes a client; "
            f"the slowest request besides took {self.slowest:.2f} s; "
            f"{self.shed} of {self.over} more were refused by 503 with Retry-After; "
            f"{self.left} files left open"
        )

    @property
    def failures(self) -> list[str]:
        """Sentences on what must not be."""
        told = []
        if self.told < self.streams or self.answered < self.waits:
            told.append(
                f"{self.told} of {self.streams} streams and {self.answered} of {self.waits} long polls "
                "got the event"
            )
        if self.over and not self.shed:
            told.append(f"none of {self.over} clients too many was refused by 503 with Retry-After")
        if self.left:
            told.append(f"{self.left} files were open when all clients had gone")
        return told


def most_clients(wanted: int) -> int:
    """Let this process have as many files open as the system lets it; return how many clients fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OVER + 2 * _OWN
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(wanted, soft - _OVER - 2 * _OWN)


def crowd(folder: Path, clients: int, *, over: int = _OVER, own: int = _OWN) -> Crowd:
    """Let clients come at once, and some `over` what the server may serve; make the change all wait for.

    `own` is how many more files than clients the server may have open.
    """
    server = Server("memory:", "--frozen", "--seed", "1", folder=folder)
    # As `ulimit -n` sets it in a shell.
    room = (clients + own, clients + own)
    server.start(preexec_fn=partial(resource.setrlimit, resource.RLIMIT_NOFILE, room))
    try:
        with closing(Client(server.port)) as client:
            # What a server has open from its first use on is no client's.
            asyncio.run(_met(server, client, 1, over=0))
            client.well("POST", f"{CONTROL}/sandboxes/default/reset")
            before = memory(server.pid), files(server.pid)
            result = asyncio.run(_met(server, client, clients // 2, over=over, before=before[0]))
            with suppress(TimeoutError):  # then they are told
                eventually(lambda: files(server.pid) <= before[1], "the clients' files are closed")
            return result._replace(left=max(0, files(server.pid) - before[1]))
    finally:
        server.stop()


async def _met(server: Server, client: Client, half: int, *, over: int, before: int = 0) -> Crowd:
    port = server.port
    name = client.well("POST", "/v1/executions", _BODY)["data"]["execution"]["id"]
    wait = f"{CONTROL}/executions/{name}/wait?status=workflow_succeeded&timeout=300"
    streams = await _all_opened(port, f"{CONTROL}/stream", half, answered=True)
    waits = await _all_opened(port, wait, half, answered=False)
    slowest = max([await _asked(client, name) for _ in range(_ASKED)])
    # Of which the streams tell nothing: each request to the API is told to thousands.
    more = [await _opened(port, f"{CONTROL}/health") for _ in range(over)]
    heads = await asyncio.gather(*(_until(reader, b"\r\n\r\n") for reader, _ in more))
    shed = sum(b" 503 " in head and b"Retry-After" in head for head in heads)
    each = (memory(server.pid) - before) // (2 * half)
    slowest = max(slowest, *[await _asked(client, name) for _ in range(_ASKED)])
    began = time.monotonic()
    listened = [asyncio.create_task(_until(reader, b"workflow_succeeded")) for reader, _ in streams]
    polled = [asyncio.create_task(_until(reader, b"HTTP/1.1 200")) for reader, _ in waits]
    await asyncio.to_thread(client.well, "POST", f"{CONTROL}/clock/advance", {"by": "1h"})
    told = sum(b"workflow_succeeded" in seen for seen in await asyncio.gather(*listened))
    answered = sum(b"HTTP/1.1 200" in seen for seen in await asyncio.gather(*polled))
    change = time.monotonic() - began
    for _, writer in [*streams, *waits, *more]:
        writer.close()
    return Crowd(half, told, half, answered, each, shed, over, slowest, change, 0)


async def _asked(client: Client, name: str) -> float:
    """Return the seconds until an answer."""
    began = time.monotonic()
    await asyncio.to_thread(client.well, "GET", f"/v1/executions/{name}")
    return time.monotonic() - began


async def _all_opened(port: int, path: str, count: int, *, answered: bool) -> list[_Opened]:
    opened: list[_Opened] = []
    while len(opened) < count:
        some = [await _opened(port, path) for _ in range(min(_AT_ONCE, count - len(opened)))]
        if answered:
            await asyncio.gather(*(reader.readuntil(b"\r\n\r\n") for reader, _ in some))
        opened += some
    return opened


async def _opened(port: int, path: str) -> _Opened:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer b3sk_soak\r\n\r\n".encode()
    )
    return reader, writer


async def _until(reader: asyncio.StreamReader, wanted: bytes) -> bytes:
    """Return the last of what comes until something is in it, or nothing more comes for five minutes."""
    seen = b""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(300):
            while wanted not in seen and (piece := await reader.read(1 << 16)):
                seen = seen[-500:] + piece
    return seen
