"""Requests that never end: what holds a connection open without asking for anything is closed."""

from __future__ import annotations

import json
import socket
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.conftest import Serving

EXECMOCK = Path(sysconfig.get_path("scripts")) / ("execmock.exe" if sys.platform == "win32" else "execmock")
OWN = b"Host: 127.0.0.1\r\nAuthorization: Bearer b3sk_demo\r\n"
LIST = b"GET /v1/executions HTTP/1.1\r\n" + OWN + b"\r\n"
LONG_WAY = b"\r\n" + LIST
CREATE = b"POST /v1/executions HTTP/1.1\r\n" + OWN + b"Content-Type: application/json\r\n"
BODY = b'{"workflowId":"wf_x","sourceSystem":"s","sourceEntityType":"o"}'
LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY)
HEADS = {
    "half a request line": b"GET /v1/exec",
    "half a header": b"GET /v1/executions HTTP/1.1\r\nHost: a",
    "no empty line": LIST[:-2],
    "blank lines": b"\r\n",
    "half a head after a request": LIST + b"GET /v1/ex",
    "half a head after a request of the long way": LONG_WAY + b"GET /v1/ex",
    "half a head after a body": CREATE + LENGTH + BODY + b"POST /v1/",
    "half a head after a chunked body": (
        CREATE + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\nGET /"
    ),
    "half a head of the control API": b"GET /_execmock/health HTTP/1.1\r\nHost: ",
}
BODIES = {
    "no body": CREATE + LENGTH,
    "half a body": CREATE + LENGTH + BODY[:9],
    "half a body of the long way": b"\r\n" + CREATE + LENGTH + BODY[:9],
    "half a chunk": CREATE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    "no last chunk": CREATE + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    "half a body of the control API": (
        b"PUT /_execmock/snapshot HTTP/1.1\r\n" + OWN + b"Content-Type: application/json\r\n" + LENGTH + b"{"
    ),
}


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def address(
    request: pytest.FixtureRequest, serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """A server that waits for a third of a second, on the fast way and on aiohttp's."""
    store = f"sqlite:{tmp_path_factory.mktemp('s') / 'a.db'}" if request.param == "sqlite" else "memory:"
    with serving((EXECMOCK, "serve", "--port", "0", "--store", store, "--head-timeout", "300ms")) as url:
        host, port = url.removeprefix("http://").split(":")
        yield host, int(port)


def everything(connection: socket.socket) -> bytes:
    """Return all that comes until the server closes the connection."""
    got = b""
    try:
        while piece := connection.recv(65_536):
            got += piece
    except ConnectionResetError:
        pass
    return got


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_does_not_end_is_not_waited_for(name: str, address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address, 60)) as connection:
        connection.sendall(HEADS[name])
        answered = everything(connection)
    assert answered.count(b"HTTP/1.1 ") == ("after" in name)
    assert answered.count(b"HTTP/1.1 200 ") == ("after" in name)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_does_not_arrive_is_refused(name: str, address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address, 60)) as connection:
        connection.sendall(BODIES[name])
        head, _, body = everything(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    error = json.loads(body)
    assert (error["code"], error["message"]) == (408, "The request body arrives too slowly")


def test_a_connection_that_waits_between_requests_stays_open(address: tuple[str, int]) -> None:
    whole = [LIST, LONG_WAY, CREATE + LENGTH + BODY, HEADS["half a head after a chunked body"][:-5]]
    waiting = [socket.create_connection(address, 60) for _ in whole]
    for connection, sent in zip(waiting, whole, strict=True):
        connection.sendall(sent)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
    # Others that were opened later were closed meanwhile.
    for _ in range(2):
        with closing(socket.create_connection(address, 60)) as connection:
            connection.sendall(HEADS["half a header"])
            assert everything(connection) == b""
    for connection in waiting:
        connection.sendall(LIST)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        connection.close()
