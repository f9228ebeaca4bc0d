"""One round of everything that a server is used for; after it, the sandbox is as it was before the first."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

__all__ = ["CONTROL", "Client", "Listener", "Place", "began", "mended", "play"]

CONTROL = "/_execmock"
BODY = {"workflowId": "wf_soak", "sourceSystem": "soak", "sourceEntityType": "order"}
WAITS = {**BODY, "workflowId": "wf_waits_for_approval"}
_FILE = "soak.yaml"
"""The scenario file that each round changes, in the folder that the server reads."""
_KEY = "b3sk_soak"
_TRIES = 200
_TEXTS = 5
"""Scenarios that take turns: each round changes what the one before it had put."""
_START = {"now": "2026-01-01T09:00:00Z", "frozen": True}


class Place(NamedTuple):
    """A server, and the folder of scenario files that it reads."""

    port: int
    folder: Path


class Client:
    """A client with one connection, which it opens anew where the worker that served it was killed."""

    def __init__(self, port: int, key: str = _KEY) -> None:
        self._port, self._key = port, key
        self.sent = 0
        self.broken = 0
        self._connection = self._opened()

    def _opened(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self._port, timeout=120)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return status and body; what breaks is sent again, so it must be safe to do twice."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **headers}
        data = None if body is None else json.dumps(body)
        for _ in range(_TRIES):
            self.sent += 1
            try:
                self._connection.request(method, path, data, headers)
                answer = self._connection.getresponse()
                text = answer.read()
            except (OSError, HTTPException):
                self.broken += 1
                self.close()
                self._connection = self._opened()
                continue
            is_json = answer.headers.get_content_type() == "application/json"
            return answer.status, json.loads(text) if text and is_json else text
        raise ConnectionError(f"{method} {path}: no answer in {_TRIES} tries")

    def well(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the body of an answer that is no error."""
        status, answer = self.ask(method, path, body, **headers)
        assert status < 300, (method, path, status, answer)
        return answer

    def close(self) -> None:
        self._connection.close()


class Listener:
    """What the console does: it reads the live stream of a sandbox, all the time, and joins again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.changes = 0
        """Messages that came, but for those of requests."""
        self._stream: socket.socket | None = None
        self._ended = False
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended:
            try:
                with streaming(self._port) as self._stream:
                    while piece := self._stream.recv(1 << 16):
                        self.changes += piece.count(b"\nevent: ") - piece.count(b"\nevent: request")
            except OSError:
                # The worker that served it was killed.
                continue

    def end(self) -> None:
        self._ended = True
        if self._stream is not None:
            with suppress(OSError):
                # Wakes the thread that reads, which closing would not.
                self._stream.shutdown(socket.SHUT_RDWR)
        self._thread.join()


@contextmanager
def streaming(port: int, last: int | None = None) -> Iterator[socket.socket]:
    """Open the live stream, from a message on or from now."""
    known = "" if last is None else f"Last-Event-ID: {last}\r\n"
    with closing(_sent(port, f"GET {CONTROL}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n{known}\r\n")) as stream:
        if stream.recv(12) != b"HTTP/1.1 200":
            raise ConnectionError("the stream was not opened")
        yield stream


def _sent(port: int, text: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=120)
    connection.sendall(text.encode())
    return connection


def scenario(number: int) -> str:
    """Return the text of a scenario; it is another one than that of the round before."""
    turn = number % _TEXTS
    return (
        f"scenario: soak\nsummary: Turn {turn}.\nbind: {{workflowId: wf_soak}}\nsteps:\n"
        f"  - status: workflow_queued\n    next: {{after: {1 + turn}s}}\n"
        "  - status: workflow_running\n    next: {after: 1s}\n  - status: workflow_succeeded\n"
    )


def began(client: Client) -> Any:
    """Return what each round begins with: an empty sandbox at the same instant, so that all ids repeat."""
    client.well("POST", f"{CONTROL}/sandboxes/default/reset")
    return client.well("GET", f"{CONTROL}/snapshot")


def play(client: Client, place: Place, number: int, beginning: Any) -> None:
    """Do everything once, ids and texts as ever: after it a server has to hold what it held before."""
    (place.folder / _FILE).write_text(scenario(number).replace("soak", "soak-file"), encoding="utf-8")
    client.well("PUT", f"{CONTROL}/scenarios/soak", {"text": scenario(number)})
    with streaming(place.port), streaming(place.port, last=0):
        made = _create_and_poll(client)
        _move(client, place, made)
        _faults(client, place)
        _look(client, made)
        client.well("PUT", f"{CONTROL}/snapshot", client.well("GET", f"{CONTROL}/snapshot"))
    _own_sandbox(client, place, number)
    _wrong(client, place, number % _TEXTS)
    client.well("POST", f"{CONTROL}/sandboxes/default/reset")
    client.well("PUT", f"{CONTROL}/snapshot", beginning)


def mended(client: Client, beginning: Any) -> None:
    """Take back what a round left that was broken off."""
    client.well("DELETE", f"{CONTROL}/faults")
    client.well("PUT", f"{CONTROL}/snapshot", beginning)


def _create_and_poll(client: Client) -> list[str]:
    client.well("PUT", f"{CONTROL}/clock", {"frozen": True})
    made = [client.well("POST", "/v1/executions", BODY)["data"]["execution"]["id"] for _ in range(5)]
    made += [client.well("POST", "/v1/executions", WAITS)["data"]["execution"]["id"] for _ in range(2)]
    for name in made:
        client.well("GET", f"/v1/executions/{name}")
        client.well("GET", f"/v1/executions/{name}")
    client.well("GET", "/v1/executions?limit=5")
    client.well("GET", "/v1/executions?limit=2&offset=2")
    return made


def _move(client: Client, place: Place, made: list[str]) -> None:
    client.ask("POST", f"{CONTROL}/executions/{made[1]}/jump", {"to": "workflow_running"})
    wait = f"{CONTROL}/executions/{made[0]}/wait?status=workflow_succeeded&timeout=60"
    waiting = f"GET {wait} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with closing(_sent(place.port, waiting)), closing(_sent(place.port, waiting)) as answered:
        client.well("POST", f"{CONTROL}/clock/advance", {"by": "1h"})
        if not (came := answered.recv(1000)).startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"the long poll was answered {came!r}")
    client.ask(
        "POST", f"{CONTROL}/executions/{made[-1]}/signal", {"signal": "approve", "payload": {"by": "Ada"}}
    )
    client.well("PUT", f"{CONTROL}/clock", {"frozen": False, "speed": 60})
    token = client.well("GET", f"{CONTROL}/executions/{made[2]}/client-token")["clientToken"]
    client.ask("GET", f"/public/executions/{made[2]}", **{"X-Client-Token": token})


def _faults(client: Client, place: Place) -> None:
    faults = [
        {"fault": "down", "operation": "listExecutions", "refused": 503},
        {"fault": "late", "operation": "getExecution", "slow": "1ms"},
        {"fault": "cut", "operation": "createExecution", "broken": "close"},
        {"fault": "held", "operation": "getExecution", "slow": {"by": "3h", "on": "clock"}},
    ]
    client.well("POST", f"{CONTROL}/faults", {"faults": faults})
    assert client.ask("GET", "/v1/executions")[0] == 503
    with closing(_sent(place.port, "GET /v1/executions/exec_1 HTTP/1.1\r\nHost: localhost\r\n\r\n")):
        text = json.dumps(BODY)
        create = (
            f"POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
        )
        with closing(_sent(place.port, create)) as cut:
            assert cut.recv(100) == b""
    client.well("DELETE", f"{CONTROL}/faults")


def _look(client: Client, made: list[str]) -> None:
    """Ask for what the console shows."""
    for path in (
        "executions?limit=50&history=true",
        f"executions/{made[0]}",
        f"executions/{made[-1]}/ahead",
        "journal?limit=50",
        "journal/summary",
        "journal/violations",
        "coverage?all=true",
        "scenarios",
        "clock",
        "sandboxes",
        "",
    ):
        client.well("GET", f"{CONTROL}/{path}")
    client.well("GET", "/docs/")


def _own_sandbox(client: Client, place: Place, number: int) -> None:
    """Do what a test does that has a sandbox of its own."""
    name, key = "soak", "b3sk_soak_own"
    client.ask(
        "POST", f"{CONTROL}/sandboxes", {"name": name, "seed": 7, "clock": _START, "keys": [{"key": key}]}
    )
    client.well(
        "PUT",
        f"{CONTROL}/scenarios/soak-own?sandbox={name}",
        {"text": scenario(number).replace("soak", "soak-own")},
    )
    with closing(Client(place.port, key)) as own:
        made = own.well("POST", "/v1/executions", {**BODY, "idempotencyKey": name})["data"]["execution"]["id"]
        own.well("GET", f"/v1/executions/{made}")
        client.sent += own.sent
    client.ask("DELETE", f"{CONTROL}/sandboxes/{name}")


def _wrong(client: Client, place: Place, turn: int) -> None:
    assert client.ask("POST", "/v1/executions", {"workflowId": [turn]})[0] == 400
    assert client.ask("GET", f"/v1/executions/exec_{turn:020d}")[0] in (400, 404)
    assert client.ask("GET", f"/v1/nowhere/{turn}")[0] == 404
    client.ask(
        "OPTIONS",
        "/v1/executions",
        Origin=f"http://{turn}.example",
        **{"Access-Control-Request-Method": "POST"},
    )
    client.ask(
        "PUT", f"{CONTROL}/scenarios/wrong", {"text": f"scenario: wrong\nsteps: [{{status: s{turn}}}]"}
    )
    with closing(_sent(place.port, "GET /v1/executions HTTP/1.1\r\nHost: localhost\r\nX-Half:")) as half:
        # A reset in place of an orderly end.
        half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
