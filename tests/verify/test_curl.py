"""The curl lines of a finding, run by a shell, send the requests that showed it."""

from __future__ import annotations

import json
import os
import string
import subprocess
from collections.abc import Iterator
from dataclasses import replace
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
from execmock.verify.report.curl import CurlLines
from execmock.verify.report.redact import Redactor
from execmock.verify.requests import CREATE, GET
from execmock.verify.rule import Check, Rule

KEY = """b3sk_it's "$HOME" `x` \\ !"""
TRICKY = "'\"$`\\!*?[]{}~#&|;<>()% \t"
UNQUOTED = "'!*{}[];"
VALUES = st.text(string.ascii_letters + TRICKY, max_size=12).map(str.strip)
Sent = tuple[str, str, dict[str, str], bytes]


class Recorder(BaseHTTPRequestHandler):
    """Notes every request, and answers with an execution of its own."""

    sent: ClassVar[list[Sent]] = []
    made: ClassVar[str] = "exec_of_now"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.sent.append((self.command, self.requestline.split(" ")[1], headers, body))
        text = json.dumps({"data": {"execution": {"id": self.made}, "clientToken": "token_of_now"}})
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


def lines(
    *exchanges: Exchange, journal: tuple[Exchange, ...] = (), rule: Rule | None = None, **given: Any
) -> list[str]:
    """Return the lines of a finding that the last exchange shows, after the others."""
    options = VerifySettings(url="http://127.0.0.1:1", token=KEY, **given)
    report = Report(options, (), journal=journal or exchanges, secrets=options.secrets)
    check = Check(False, exchanges[-1], chain=exchanges[:-1])
    return CurlLines(report, Redactor(report)).of(Finding(rule or all_rules()[0], check))


def run(commands: list[str], folder: Path) -> list[Sent]:
    Recorder.sent.clear()
    environment = {"PATH": os.environ["PATH"], "TOKEN": KEY, "HOME": str(folder)}
    done = subprocess.run(  # noqa: S603 - our own commands
        ["/bin/sh", "-euc", "\n".join(commands)],
        env=environment,
        cwd=folder,
        capture_output=True,
        timeout=60,
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


def test_an_id_that_is_percent_encoded_is_that_of_the_execution_that_is_created(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "made", "E:now/ü~1")
    created = {"data": {"execution": {"id": "E:then/ü~1"}, "clientToken": "token_of_then"}}
    made = exchange(1, Request("POST", f"{server}/v1/executions", {}, b'{"a": 1}'), CREATE, created)
    read = exchange(2, Request("GET", f"{server}/v1/executions/{quote('E:then/ü~1', safe='')}", {}))
    first, second = run(lines(read, journal=(made, read)), tmp_path)
    assert (first[0], second[1]) == ("POST", f"/v1/executions/{quote('E:now/ü~1', safe='')}")


@pytest.mark.parametrize(
    "body", [json.dumps({"text": "x" * 5000}).encode(), b"\x00" + bytes(range(256)) * 20]
)
def test_a_large_body_stands_in_the_line_itself(server: str, tmp_path: Path, body: bytes) -> None:
    [sent] = run(lines(exchange(1, Request("POST", f"{server}/v1/executions", {}, body))), tmp_path)
    assert sent[3] == body


def test_a_line_has_no_length_of_a_body_that_will_be_another() -> None:
    request = Request("POST", "http://127.0.0.1:1/v1/executions", {"Content-Length": "2"}, b"{}")
    longer = replace(request, headers={"Content-Length": "3"})
    assert [" -H 'Content-Length: " in lines(exchange(1, each))[0] for each in (request, longer)] == [
        False,
        True,
    ]


def test_an_execution_that_is_read_is_created_first(server: str, tmp_path: Path) -> None:
    created = {"data": {"execution": {"id": "exec_of_then"}, "clientToken": "token_of_then"}}
    made = exchange(1, Request("POST", f"{server}/v1/executions", {}, b'{"a": 1}'), CREATE, created)
    read = exchange(2, Request("GET", f"{server}/v1/executions/exec_of_then", {}))
    first, second = run(lines(read, journal=(made, read)), tmp_path)
    assert (first[0], second[1]) == ("POST", "/v1/executions/exec_of_now")


def test_a_race_is_run_by_several_at_once(server: str, tmp_path: Path) -> None:
    request = Request("POST", f"{server}/v1/executions", {}, b'{"idempotencyKey": "{}"}')
    rule = next(each for each in all_rules() if each.id == "idempotency.concurrent-8")
    commands = lines(exchange(1, request, CREATE), exchange(2, request, CREATE), rule=rule)
    assert commands[0].startswith("seq 8 | xargs -P 8 ")
    assert [sent[3] for sent in run(commands, tmp_path)] == [request.body] * 8


def test_a_line_says_how_the_run_reached_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    files = {"ca": Path("ca.pem"), "cert": Path("me.pem"), "key": Path("me.key")}
    fixed = (("shop.test", 443, "127.0.0.1"), ("other.test", 443, "127.0.0.2"))
    request = Request("GET", "https://shop.test/v1/executions", {})
    [line] = lines(exchange(1, request), insecure=True, **files)
    [direct] = lines(exchange(1, request), proxy="none", resolve=fixed)
    assert line.startswith(
        "curl -sSi --proxy=http://127.0.0.1:3128 --cacert=ca.pem --cert=me.pem --key=me.key --insecure https:"
    )
    assert direct.startswith("curl -sSi '--noproxy=*' --resolve=shop.test:443:127.0.0.1 https:")


def test_names_that_the_run_made_up_are_new_ones(server: str, tmp_path: Path) -> None:
    request = Request("POST", f"{server}/v1/executions", {}, b'{"idempotencyKey": "v1-0-same"}')
    [sent] = run(lines(exchange(1, request)), tmp_path)
    assert parse_json(sent[3])["idempotencyKey"].startswith("again-")


@pytest.mark.parametrize(
    ("sent", "again"),
    [
        ("TOKEN_Of_tHEN", "TOKEN_OF_NOW"),
        ("token_of_then", "token_of_now"),
        ("tokenxoF_Then", "tokenxof_now"),
        ("tok", "tok"),
        ("token_oF_Thenxx", "token_of_nowxx"),
        ("garbage", "garbage"),
    ],
)
def test_a_token_that_resembles_one_is_made_of_the_new_one(
    server: str, tmp_path: Path, sent: str, again: str
) -> None:
    created = {"data": {"execution": {"id": "exec_of_then"}, "clientToken": "token_oF_Then"}}
    made = exchange(1, Request("POST", f"{server}/v1/executions", {}, b"{}"), CREATE, created)
    read = exchange(2, Request("GET", f"{server}/v1/public/exec_of_then?token={sent}", {}))
    [_, second] = run(lines(read, journal=(made, read)), tmp_path)
    assert second[1] == f"/v1/public/exec_of_now?token={again}"
