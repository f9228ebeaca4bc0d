"""The curl lines of a finding, run by a shell, send the requests that showed it."""

from __future__ import annotations

import json
import os
import string
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execmock.settings import VerifySettings
from execmock.verify.exchange import Exchange, Request
from execmock.verify.outcome import Finding
from execmock.verify.reader import parse_json
from execmock.verify.registry import all_rules
from execmock.verify.report import Report
from execmock.verify.report.curl import curl_chain
from execmock.verify.report.redact import Redactor
from execmock.verify.requests import CREATE, GET
from execmock.verify.rule import Check

KEY = """b3sk_it's "$HOME" `x` \\ !"""
TRICKY = "'\"$`\\!*?[]{}~#&|;<>()% \t"
UNQUOTED = "'!*{}[];"
VALUES = st.text(string.ascii_letters + TRICKY, max_size=12).map(str.strip)
Sent = tuple[str, str, dict[str, str], bytes]


class Recorder(BaseHTTPRequestHandler):
    """Notes every request, and answers with an execution of its own."""

    sent: ClassVar[list[Sent]] = []

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.sent.append((self.command, self.requestline.split(" ")[1], headers, body))
        text = json.dumps({"data": {"execution": {"id": "exec_of_now"}, "clientToken": "token_of_now"}})
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else text.encode())

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 - named by http.server

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as served:
        thread = Thread(target=served.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def exchange(number: int, request: Request, operation: str = GET, answer: Any = None) -> Exchange:
    body = json.dumps(answer).encode()
    times = {"sent": float(number), "received": number + 0.5}
    shown = {"status": 200, "body": body, "json": parse_json(body)}
    return Exchange(number, "probe", "label", operation, "a", request, **times, **shown)


def lines(*exchanges: Exchange) -> list[str]:
    options = VerifySettings(url="http://127.0.0.1:1", token=KEY)
    report = Report(options, (), journal=exchanges, secrets=options.secrets)
    check = Check(False, exchanges[-1], chain=exchanges[:-1])
    return curl_chain(Finding(all_rules()[0], check), Redactor(report))


def run(commands: list[str], folder: Path) -> list[Sent]:
    Recorder.sent.clear()
    environment = {"PATH": os.environ["PATH"], "TOKEN": KEY, "HOME": str(folder)}
    done = subprocess.run(  # noqa: S603 - our own commands
        ["/bin/sh", "-euc", "\n".join(commands)],
        env=environment,
        cwd=folder,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, (commands, done.stderr)
    return list(Recorder.sent)


@settings(max_examples=40)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
    path=st.lists(st.text(max_size=6) | st.just(".."), max_size=3),
    query=VALUES,
    value=VALUES | st.just(KEY),
    body=st.binary(max_size=30) | st.text(max_size=30).map(str.encode) | st.just(f'"{KEY}"'.encode()),
)
def test_a_line_sends_the_request(
    server: str,
    tmp_path_factory: pytest.TempPathFactory,
    *,
    method: str,
    path: list[str],
    query: str,
    value: str,
    body: bytes,
) -> None:
    parts = "/".join(quote(part, safe="") for part in path)
    target = f"/{parts}?x={quote(query, safe=UNQUOTED)}"
    headers = {"Authorization": f"Bearer {KEY}", "X-Value": value}
    body = b"" if method == "HEAD" else body
    [(command, asked, came, data)] = run(
        lines(exchange(1, Request(method, server + target, headers, body))), tmp_path_factory.getbasetemp()
    )
    assert (command, asked, data) == (method, target, body)
    assert {name: came[name.lower()] for name in headers} == headers
    assert "content-type" not in came


def test_ids_and_tokens_are_those_of_the_execution_that_an_earlier_line_creates(
    server: str, tmp_path: Path
) -> None:
    created = {"data": {"execution": {"id": "exec_of_then"}, "clientToken": "token_of_then"}}
    commands = lines(
        exchange(1, Request("POST", f"{server}/v1/executions", {}, b'{"a": "it\'s"}'), CREATE, created),
        exchange(2, Request("GET", f"{server}/v1/public/exec_of_then?token=token_of_then", {})),
    )
    first, second = run(commands, tmp_path)
    assert first[::3] == ("POST", b'{"a": "it\'s"}')
    assert second[:2] == ("GET", "/v1/public/exec_of_now?token=token_of_now")
    assert "of_then" not in "".join(commands)


def test_a_large_body_is_read_from_a_file_that_a_comment_explains(server: str, tmp_path: Path) -> None:
    body = json.dumps({"text": "x" * 5000}).encode()
    (tmp_path / "body.json").write_bytes(body)
    commands = lines(exchange(1, Request("POST", f"{server}/v1/executions", {}, body)))
    [sent] = run(commands, tmp_path)
    assert sent[3] == body
    assert commands[0] == f"# body.json: the {len(body)} bytes of the request, as in the HAR report"
