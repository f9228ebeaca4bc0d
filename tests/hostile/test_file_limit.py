"""At the limit of open files, new connections are refused aloud, and the others are served."""

from __future__ import annotations

import json
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from select import select
from threading import Semaphore, Thread
from time import monotonic
from typing import Any

import pytest

FILES = 64
MORE = 96
"""Files of a program whose clients each need two."""
KEY = {"Authorization": "Bearer b3sk_demo"}
EXECMOCK = str(Path(sys.executable).with_name("execmock"))


class Serving:
    """A server that may have few files open."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        first = next(line for line in process.stdout if "http://127.0.0.1:" in line)
        self.port = int(re.findall(r"http://127\.0\.0\.1:(\d+)", first)[0])

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def end(self) -> tuple[str, str]:
        self.process.terminate()
        return self.process.communicate(timeout=60)


class Upstream(ThreadingHTTPServer):
    """A service that answers all requests; those for /held once they may be `answered`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.come = Semaphore(0)
        self.answered = Semaphore(0)


class Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def do_GET(self) -> None:
        if self.path == "/held":
            self.server.come.release()
            self.server.answered.acquire(timeout=60)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def limited(files: int, *arguments: str) -> Iterator[Serving]:
    """Run execmock with so many files that it may open: half of them at first, as `ulimit -n` sets it."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    started = (
        "import resource, os, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (32, int(sys.argv[1])));"
        " os.execv(sys.argv[2], sys.argv[2:])"
    )
    command = [sys.executable, "-c", started, str(files), EXECMOCK, *arguments, "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - the command stands here
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


@pytest.fixture(params=["uvloop", "asyncio", "proxy"])
def server(request: pytest.FixtureRequest, upstream: Upstream) -> Iterator[Serving]:
    if request.param == "proxy":
        with limited(MORE, "proxy", upstream.url) as program:
            yield program
    else:
        with limited(FILES, "serve", "--quiet", "--loop", request.param) as program:
            yield program


def asked(connection: HTTPConnection) -> HTTPResponse:
    connection.request("GET", "/v1/executions", headers=KEY)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    return answer


def wait_for_room(server: Serving) -> None:
    """Return once a new connection is served, as the server learns of those that were closed."""
    end = monotonic() + 60
    while monotonic() < end:
        with closing(server.connect()) as late:
            if asked(late).status == 200:
                return
    raise AssertionError("no connection was served for a minute")


def test_new_connections_are_refused_with_503_and_one_line_says_so(server: Serving) -> None:
    with ExitStack() as stack:
        open_ones = [stack.enter_context(closing(server.connect())) for _ in range(FILES)]
        answers = [asked(connection) for connection in open_ones]
        served = [one for one, answer in zip(open_ones, answers, strict=True) if answer.status == 200]
        refused = [answer for answer in answers if answer.status == 503]
        # More than the limit that it began with: it is raised as far as it goes.
        assert len(served) > 32 - 16
        assert len(served) + len(refused) == FILES
        assert len(refused) > 8
        for answer in refused:
            assert answer.headers["Retry-After"] == "1"
            assert answer.headers["Connection"] == "close"
            told = json.loads(answer.body)  # type: ignore[attr-defined]
            assert told["message"] == "Too many connections are open"
        assert {asked(connection).status for connection in served} == {200}
        for connection in served[:10]:
            connection.close()
        wait_for_room(server)
    out, err = server.end()
    assert len(re.findall("of the (?:64|96) files that this process may have open", err)) == 1
    assert "Traceback" not in out + err


def test_a_burst_that_sends_nothing_keeps_no_one_from_an_answer(server: Serving) -> None:
    """Connections that were accepted before any was looked at are refused, and those after them too."""
    with ExitStack() as stack:
        first = stack.enter_context(closing(server.connect()))
        assert asked(first).status == 200
        for _ in range(3 * FILES):
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", server.port), timeout=60)))
        assert asked(first).status == 200
    wait_for_room(server)
    _, err = server.end()
    assert err.count("files that this process may have open") == 1
    assert "Traceback" not in err


def served_by(server: Serving, stack: ExitStack) -> list[HTTPConnection]:
    """Open connections until one is refused; return those before it."""
    served = []
    while True:
        connection = stack.enter_context(closing(server.connect()))
        if asked(connection).status != 200:
            return served
        served.append(connection)


def test_a_proxy_has_room_for_what_its_clients_ask_at_once(upstream: Upstream) -> None:
    with limited(MORE, "proxy", upstream.url) as proxy, ExitStack() as stack:
        served = served_by(proxy, stack)
        assert 16 < len(served) < MORE // 2
        for connection in served:
            connection.request("GET", "/held")
        for _ in served:
            assert upstream.come.acquire(timeout=60)
        upstream.answered.release(len(served))
        assert {connection.getresponse().status for connection in served} == {200}
        _, err = proxy.end()
    assert err.count("files that this process may have open") == 1


def test_what_no_connection_can_be_opened_for_is_refused(upstream: Upstream) -> None:
    with limited(FILES, "serve", "--quiet", "--upstream", upstream.url) as server, ExitStack() as stack:
        clients = served_by(server, stack)
        refused = [connection for connection in clients if not reaches(upstream, connection)]
        for connection in refused:
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
            assert json.load(answer)["message"] == f"{upstream.url} was not asked: Too many open files"
        held = [connection for connection in clients if connection not in refused]
        upstream.answered.release(len(held))
        assert {connection.getresponse().status for connection in held} == {200}
        assert len(held) > len(refused) > 0
        _, err = server.end()
    assert err.count("files that this process may have open") == 1
    assert "Traceback" not in err


def reaches(upstream: Upstream, connection: HTTPConnection) -> bool:
    """Ask for what is held, and return whether the upstream is asked; False once there is an answer."""
    connection.request("GET", "/held")
    while not upstream.come.acquire(timeout=0.02):
        if select([connection.sock], [], [], 0)[0]:
            return False
    return True
