"""A socket with a path in place of a port: either protocol gives the same, and the file comes and goes."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.programs import program
from tests.server.test_fast_path import create, request
from tests.server.test_serve_command import ENVIRONMENT

from execmock.clocks import ManualClock
from execmock.errors import ConfigError
from execmock.server.app import App
from execmock.server.http.listener import Listener, bind
from execmock.service.engine import Engine
from execmock.settings import ServeSettings
from execmock.testing import ExecMock

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")


async def talk(path: Path, *, short: bool) -> bytes:
    """Return what comes back on one connection: plain requests, the control API, a page."""
    settings = ServeSettings(host=f"unix:{path}", seed=7, quiet=True)
    mock = App(settings, Engine(settings, ManualClock()))
    await mock.prepare()
    listener = Listener(mock.dispatcher(), bind(settings.host, settings.port), fast=short)
    await listener.start()
    assert (listener.url, listener.port) == ("http://localhost", 0)
    reader, writer = await asyncio.open_unix_connection(path)
    came = b""
    for sent in (create(), create(), request("GET /v1/executions?limit=1"), request("GET /_execmock/clock")):
        writer.write(sent.replace(b"Host: x", b"Host: localhost"))
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        assert length
        came += head + await reader.readexactly(int(length[1]))
    writer.write(request("GET /openapi.json", "Connection: close"))
    came += await asyncio.wait_for(reader.read(), 30)
    writer.close()
    assert path.exists()
    await listener.stop()
    await mock.close()
    assert not path.exists()
    return re.sub(rb"Date: [^\r]*", b"Date:", came)


async def test_both_protocols_serve_the_same_bytes(tmp_path: Path) -> None:
    """The control API too, without a key: a path leads to this machine alone."""
    short, long = [await talk(tmp_path / "mock.sock", short=way) for way in (True, False)]
    assert short == long
    assert short.count(b"HTTP/1.1 200 OK") == 5


def test_what_a_killed_server_left_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "mock.sock"
    bind(f"unix:{path}", 0).close()
    assert path.is_socket()
    sock = bind(f"unix:{path}", 0)
    assert path.is_socket()
    sock.close()


def test_a_path_that_is_served_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "mock.sock"
    with bind(f"unix:{path}", 0) as first:
        first.listen()
        with pytest.raises(
            ConfigError, match=r"--host: another server listens on .*mock\.sock; expected a path"
        ):
            bind(f"unix:{path}", 0, "--host")
        assert path.is_socket()


async def test_a_server_that_ends_leaves_the_socket_of_its_successor(tmp_path: Path) -> None:
    path = tmp_path / "mock.sock"
    settings = ServeSettings(host=f"unix:{path}", quiet=True)
    mock = App(settings)
    await mock.prepare()
    listener = Listener(mock.dispatcher(), bind(settings.host, 0))
    await listener.start()
    path.unlink()
    with bind(settings.host, 0) as successor:
        successor.listen()
        await listener.stop()
        assert path.is_socket()
    await mock.close()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("file", r"--host: .*/file is a file that is no socket; expected a path that is free"),
        ("missing/mock.sock", r"--host: cannot listen on .*missing/mock\.sock: No such file or directory"),
        ("x" * 200, r"--host: cannot listen on .*: AF_UNIX path too long"),
    ],
)
def test_a_path_that_cannot_be_had_is_told_in_a_sentence(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ConfigError, match=problem):
        bind(f"unix:{tmp_path / name}", 0, "--host")
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"embed_port": 0}, "--host is 'unix:/a', which has no ports; expected no --embed-port"),
        ({"control_port": 5}, "--host is 'unix:/a', which has no ports; expected no --control-port"),
        ({"workers": 2}, "--host is 'unix:/a', which processes cannot share; expected one worker"),
    ],
)
def test_what_a_path_cannot_have_is_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        ServeSettings(host="unix:/a", **options)


@pytest.mark.parametrize("host", ["unix:", "unix:/", "unix:/folder/", "/a"])
def test_a_path_names_a_file(host: str) -> None:
    with pytest.raises(
        ConfigError, match=r"expected an address to listen on, such as 127\.0\.0\.1, or unix:/PATH"
    ):
        ExecMock(host=host)


def test_a_mock_in_a_test_has_an_address() -> None:
    with pytest.raises(ConfigError, match="host is 'unix:/a', which clients of a test cannot call"):
        ExecMock(host="unix:/a")


def test_the_lines_to_paste_lead_to_the_socket(tmp_path: Path) -> None:
    path = tmp_path / "a mock.sock"
    command = [sys.executable, "-m", "execmock", "serve", "--host", f"unix:{path}", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:  # noqa: S603
        try:
            assert process.stdout
            banner = ""
            while "wf_waits_for_weeks" not in banner:
                line = process.stdout.readline()
                assert line
                banner += line
            assert f"is ready at unix:{path}\n" in banner
            lines = [
                line for line in banner[banner.index("Paste to") :].splitlines() if line.startswith("  ")
            ]
            script = "\n".join(line for line in lines if "curl" in line or "id=" in line)
            done = subprocess.run(  # noqa: S603
                [program("bash"), "-ec", script], capture_output=True, text=True, timeout=60, check=True
            )
            assert done.stdout.count('"code":200') == 4
            assert '"object":"execution"' in done.stdout
        finally:
            process.terminate()
            process.wait(30)
    assert process.returncode == 0
    assert not path.exists()
