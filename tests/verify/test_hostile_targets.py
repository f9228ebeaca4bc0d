"""Targets that are no API, or do not answer: a clear sentence and exit code 3, never a traceback."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

Serve = Callable[[socket.socket], None]


def answer_html(connection: socket.socket) -> None:
    connection.recv(65536)
    page = b"<!doctype html><title>Welcome</title>"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    connection.sendall(head % len(page) + page)


def answer_404_text(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 9\r\n\r\nnot found")


def refuse_the_key(connection: socket.socket) -> None:
    connection.recv(65536)
    body = b'{"code":401,"message":"no such key","requestId":"r"}'
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n"
    connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def reset(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def redirect(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
    )


def nonsense(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


@contextmanager
def listening(serve: Serve | None) -> Iterator[str]:
    """Listen on a free port; without `serve` connections are taken and never answered."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def loop() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                if serve is None:
                    held.append(connection)
                    continue
                with connection:
                    serve(connection)

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in held:
            connection.close()


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "execmock", "verify", *arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        (answer_html, "answers with a web page"),
        (answer_404_text, "is the address right?"),
        (refuse_the_key, "refuses the key of --token with 401: no such key"),
        (reset, "does not answer: the connection was lost"),
        (redirect, "redirects to https://elsewhere.example/"),
        (nonsense, "does not answer: the connection was lost"),
        (None, "does not answer: no answer within 0.3 s"),
    ],
)
def test_a_target_that_is_no_api_is_named_in_a_sentence_with_exit_code_3(
    serve: Serve | None, said: str
) -> None:
    with listening(serve) as url:
        run = command(url, "--token", "b3sk_hidden", "--timeout", "300ms")
    assert run.returncode == 3
    assert said in run.stdout
    assert "Traceback" not in run.stderr + run.stdout
    assert "b3sk_hidden" not in run.stderr + run.stdout


def test_a_stopped_server_is_named_in_a_sentence_with_exit_code_3() -> None:
    with listening(answer_html) as url:
        pass
    run = command(url, "--token", "b3sk_hidden")
    assert (run.returncode, "does not answer" in run.stdout) == (3, True)
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no address was given"),
        (("ftp://host",), "BASE_URL is 'ftp://host'"),
        (
            ("http://host:99999", "--token", "k"),
            "is 'http://host:99999'; expected an address such as http://",
        ),
        (("http://127.0.0.1:9", "--token", "k", "--only", "list.has-mor"), "Did you mean 'list.has-more'?"),
        (("http://127.0.0.1:9", "--token", "k", "--report", "junitt=x"), "Did you mean 'junit'?"),
        (
            ("http://127.0.0.1:9", "--token", "k", "--report", "json=/nowhere/x"),
            "there is no folder /nowhere",
        ),
        (("http://127.0.0.1:9", "--token", "k", "--timeout", "5"), "--timeout is '5'"),
        (("http://127.0.0.1:9", "--token", "k", "--waive", "/nowhere.yaml"), "/nowhere.yaml"),
        (("http://127.0.0.1:9", "--token", "k", "--level", "strict"), "--level is 'strict'"),
    ],
)
def test_a_mistake_in_an_option_is_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    run = command(*arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_service_that_needs_a_key_says_so() -> None:
    with listening(answer_html) as url:
        run = command(url)
    assert (run.returncode, run.stderr) == (
        2,
        "execmock: no key was given; pass --token KEY or set EXECMOCK_TOKEN\n",
    )
