"""Many stored executions: what each costs in memory, and what a request costs among them.

Run by itself for each number, since a process keeps what it has grown to: `python bench/growth.py 100000`
prints one JSON object. Requests go through the server's own connection, without sockets, so that the
figures hold no noise of the network.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import time
from typing import Any

from load import memory_of

PAYLOAD = {"note": "x" * 286}
BODY = {
    "workflowId": "wf_paid_happy_path",
    "sourceSystem": "storefront",
    "sourceEntityType": "order",
    "requestPayload": PAYLOAD,
}
WARM = 25_000
"""Executions after which everything of fixed size (kept drawings, the journal) has its size."""


class Sink(asyncio.Transport):
    """A connection's other end: keeps the last answer."""

    def __init__(self) -> None:
        super().__init__()
        self.last = b""

    def write(self, data: Any) -> None:
        self.last = bytes(data)

    def writelines(self, list_of_data: Any) -> None:
        self.last = b"".join(list_of_data)

    def pause_reading(self) -> None:
        """Nothing is sent that was not asked for."""

    def resume_reading(self) -> None:
        """Nothing was kept back."""

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""


async def grown(count: int) -> dict[str, float]:
    """Return microseconds per request among `count` stored executions, and bytes per execution."""
    from execmock.server.app import App
    from execmock.server.http.fast_protocol import FastServer
    from execmock.settings import ServeSettings

    mock = App(ServeSettings(frozen=True))
    mock.log._stream = io.StringIO()
    await mock.prepare()
    connection, sink = FastServer(mock.dispatcher())(), Sink()
    connection.connection_made(sink)
    await asyncio.sleep(0)
    create = _request("POST /v1/executions", json.dumps(BODY, separators=(",", ":")))
    at_first, warm = 0, min(WARM, count // 2)
    for number in range(count):
        connection.data_received(create)
        if number % 1000 == 0:
            mock.log.flush()
            mock.log._stream = io.StringIO()
        if number == warm:
            at_first = memory_of(os.getpid())
    each = (memory_of(os.getpid()) - at_first) / (count - warm)
    made = json.loads(sink.last.partition(b"\r\n\r\n")[2])["data"]["execution"]["id"]
    found: dict[str, float] = {"count": count, "bytes_each": each}
    for name, request in {
        "get": _request(f"GET /v1/executions/{made}"),
        "list20": _request("GET /v1/executions?limit=20"),
        "list_middle": _request(f"GET /v1/executions?limit=20&offset={count // 2}"),
        "create": create,
    }.items():
        found[name] = _best(connection, request, mock)
    return found


def _request(line: str, body: str = "") -> bytes:
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer b3sk_demo\r\n{length}\r\n{body}".encode()


def _best(connection: Any, request: bytes, mock: Any) -> float:
    """Return the microseconds of a request in the best of many short batches."""
    # Long enough to meet a quiet moment; creates fewer times, for each of them stays.
    best = float("inf")
    for _ in range(100 if request.startswith(b"POST") else 600):
        began = time.perf_counter()
        for _ in range(40):
            connection.data_received(request)
        best = min(best, (time.perf_counter() - began) / 40)
        mock.log.flush()
        mock.log._stream = io.StringIO()
    return best * 1e6


if __name__ == "__main__":
    print(json.dumps(asyncio.run(grown(int(sys.argv[1])))))
