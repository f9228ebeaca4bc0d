"""A mock with faults, and a client that looks at the bytes of an answer and at how the connection ends."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.server.conftest import BODY, Server, mock_server, server
from tests.server.control.conftest import control, controlled

__all__ = ["BODY", "Raw", "Server", "control", "controlled", "mock_server", "raw", "server"]


@dataclass(frozen=True)
class Raw:
    """All bytes that came over one connection, and how the other side ended it: `FIN` or `RST`."""

    received: bytes
    end: str

    @property
    def status(self) -> int:
        return int(self.received.split(b" ", 2)[1])

    @property
    def head(self) -> bytes:
        return self.received.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        return self.received.partition(b"\r\n\r\n")[2]

    def headers(self, name: str) -> list[str]:
        """Return every value of a header."""
        lines = [line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:]]
        return [value.strip() for found, _, value in lines if found.lower() == name.lower()]


def raw(url: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Raw:
    """Send one request that asks for the connection's end, and read until the other side ends it."""
    place = urlsplit(url)
    sent = {
        "Host": place.netloc,
        "Authorization": "Bearer b3sk_test",
        "Connection": "close",
        **({"Content-Type": "application/json", "Content-Length": str(len(body))} if body else {}),
        **(headers or {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    method = "POST" if body else "GET"
    assert place.hostname
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        received = b""
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                return Raw(received, "RST")
            if not part:
                return Raw(received, "FIN")
            received += part


@pytest.fixture
def add(control: Any) -> Any:
    """Add faults to the default sandbox."""

    async def added(*faults: Mapping[str, Any]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = (await control.post("/faults", {"faults": list(faults)}))["faults"]
        return made

    return added
