"""A server and a proxy in front of it as programs, raw connections to them, and a normal client beside."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any

from tests.hostile.inputs import CONTROL, GOOD, Input

__all__ = ["DOCUMENTED", "Normal", "Program", "running", "sent"]

DOCUMENTED = frozenset({501, 503, 505})
"""Statuses from 500 on that the documentation promises for some requests."""
EXECMOCK = Path(sys.executable).with_name("execmock")
_SMALL = ("--journal-size", "100")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Program:
    """A program that listens on a port of its own choice; what it prints is kept."""

    def __init__(self, *arguments: str) -> None:
        command = [str(EXECMOCK), *arguments, "--port", "0"]
        self.process = subprocess.Popen(  # noqa: S603 - the command stands here
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        self.lines: list[str] = []
        self.port = 0
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        self._reader = Thread(target=self.lines.extend, args=(self.process.stdout,))
        self._reader.start()

    @property
    def said(self) -> str:
        return "".join(self.lines)

    @property
    def memory(self) -> int:
        """The most bytes of memory that it has had, 0 where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
        return int(found[1]) * 1024 if found else 0

    def end(self) -> None:
        self.process.terminate()
        self._reader.join()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def running(*options: str) -> Iterator[dict[str, Program]]:
    """Run a server and a proxy in front of it: both closed, and their output read, in the end."""
    server = Program(
        "serve", "--seed", "1", "--frozen", "--quiet", "--head-timeout", "500ms", *_SMALL, *options
    )
    proxy = Program("proxy", f"http://127.0.0.1:{server.port}")
    try:
        yield {"server": server, "proxy": proxy}
    finally:
        proxy.end()
        server.end()


def sent(port: int, raw: bytes) -> int:
    """Send bytes over a connection of their own; return the last status that comes, 0 for none."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with suppress(OSError):
            # What is too large is refused before all of it came.
            connection.sendall(raw)
        came = b""
        with suppress(ConnectionError):
            while not _is_whole(came) and (piece := connection.recv(1 << 16)):
                came += piece
    statuses = _STATUS.findall(came)
    return int(statuses[-1]) if statuses else 0


def _is_whole(came: bytes) -> bool:
    """Whether an answer is there with all of its body; one that says no length ends with its connection."""
    head, end, body = came.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end and length and len(body) >= int(length[1]) and not head.startswith(b"HTTP/1.1 100"))


class Normal:
    """A client that does what clients do, over one connection, and knows what it has to find."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.ask("POST", f"{CONTROL}/sandboxes", {"name": "hostile", "keys": [{"key": "b3sk_x"}]})
        self._made = [self.create() for _ in range(3)]
        self._known = {name: self._seen(name) for name in self._made}
        self._asked = 0

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": "Bearer b3sk_demo", "Content-Type": "application/json"}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 201), (method, path, answer.status, text[:200])
        return json.loads(text)

    def create(self) -> str:
        made = self.ask("POST", "/v1/executions", GOOD)
        return str(made["data"]["execution"]["id"])

    def _seen(self, name: str) -> Any:
        return self.ask("GET", f"/v1/executions/{name}")["data"]

    def is_served(self) -> bool:
        """Whether the next request is answered, and with what it was before; another one each time."""
        self._asked += 1
        name = self._made[self._asked % len(self._made)]
        return bool(self._seen(name) == self._known[name])

    def finds_all(self) -> bool:
        """Whether everything is there, and as it was."""
        return all(self.is_served() for _ in self._made)

    def close(self) -> None:
        self._connection.close()


def send_all(programs: dict[str, Program], normal: Normal, inputs: Iterator[Input]) -> dict[str, int]:
    """Send inputs one after the other; return those that were answered as none may be, by name."""
    wrong: dict[str, int] = {}
    for one in inputs:
        status = sent(programs[one.to].port, one.raw)
        if status >= 500 and status not in DOCUMENTED:
            wrong[f"{one.name} ({one.to})"] = status
        if not normal.is_served():
            wrong[f"{one.name} ({one.to}): lost"] = status
    return wrong
