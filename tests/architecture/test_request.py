"""ARCHITECTURE.md names the functions that a plain get runs through, and they run in that order."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from types import FrameType

from execmock.clocks import ManualClock
from execmock.server.app import App
from execmock.server.http.fast_protocol import FastServer
from execmock.service.engine import Engine
from execmock.settings import ServeSettings

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split())
SRC = ROOT / "src" / "execmock"
POST = (
    b"POST /v1/executions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer b3sk_a\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
BODY = json.dumps({"workflowId": "wf_orders", "sourceSystem": "shop", "sourceEntityType": "order"}).encode()


class Transport(asyncio.Transport):
    """Keeps what was written last."""

    written = b""

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written = data


def named() -> list[str]:
    """Return the functions that the page names for a plain get, in its order."""
    found = re.search(r"these functions, in this order: (.*?)\. Any other", PAGE)
    assert found is not None
    return re.findall(r"`([\w.]+)`", found[1])


def called(connection: asyncio.Protocol, data: bytes) -> list[str]:
    """Return the functions of the package that run while a request is answered."""
    names: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(SRC):
            module = ".".join(path.relative_to(SRC).with_suffix("").parts)
            names.append(f"{module}.{frame.f_code.co_qualname}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        connection.data_received(data)
    finally:
        sys.setprofile(before)
    return names


async def test_a_plain_get_runs_through_the_functions_that_the_page_names() -> None:
    settings = ServeSettings(seed=7, quiet=True)
    app = App(settings, Engine(settings, ManualClock()))
    await app.prepare()
    connection, transport = FastServer(app.dispatcher())(), Transport()
    connection.connection_made(transport)
    connection.data_received(POST % len(BODY) + BODY)
    made = json.loads(transport.written.partition(b"\r\n\r\n")[2])["data"]["execution"]["id"]
    get = f"GET /v1/executions/{made} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer b3sk_a\r\n\r\n".encode()
    names = called(connection, get)
    assert b"200 OK" in transport.written
    rest = iter(names)
    assert [name for name in named() if not any(call.startswith(name) for call in rest)] == []
    assert len(named()) > 10
    await app.close()
