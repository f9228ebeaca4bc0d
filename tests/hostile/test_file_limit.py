"""At the limit of open files, new connections are refused aloud, and the others are served."""

from __future__ import annotations

import json
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from time import monotonic

import pytest

FILES = 64
KEY = {"Authorization": "Bearer b3sk_demo"}


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


@pytest.fixture(params=["uvloop", "asyncio"])
def server(request: pytest.FixtureRequest) -> Iterator[Serving]:
    # The limit of the process that starts it, as `ulimit -n` sets it in a shell.
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    limited = (
        "import resource, os, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (32, int(sys.argv[1])));"
        " os.execv(sys.argv[2], sys.argv[2:])"
    )
    execmock = str(Path(sys.executable).with_name("execmock"))
    command = [sys.executable, "-c", limited, str(FILES), execmock, "serve", "--port", "0", "--quiet"]
    with subprocess.Popen(  # noqa: S603 - the command stands here
        [*command, "--loop", request.param], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


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
    assert err.count("of the 64 files that this process may have open") == 1
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
