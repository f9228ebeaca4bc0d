"""`execmock serve` as a user meets it: what it prints, how it fails, how it ends."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.programs import interruptible, program

COMMAND = [sys.executable, "-m", "execmock", "serve"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("EXECMOCK_")}
AUTH = "Authorization: Bearer b3sk_secret\r\n"
BODY = '{"workflowId":"wf_x","sourceSystem":"s","sourceEntityType":"o"}'


class Serving:
    """A running command; `banner` is what it printed until it was ready."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout
        self.banner = ""
        while not ("workflowId wf_" in self.banner and self.banner.endswith("\n\n")):
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            self.banner += line
        address = re.search(r"http://127\.0\.0\.1:(\d+)", self.banner)
        assert address
        self.url, self.port = address[0], int(address[1])

    def ask(self, request: str) -> str:
        """Send a request on a connection of its own and return the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request.encode())
            with connection.makefile("rb") as stream:
                return stream.read().decode()

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
        """Send a signal and return the rest of what it printed, once it has ended well."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, err
        return out, err


Serve = Callable[..., Serving]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start the command with options; what still runs at the end of a test is killed."""
    with ExitStack() as stack:

        def start(*options: str) -> Serving:
            with interruptible():
                process = subprocess.Popen(  # noqa: S603 - the command under test
                    [*COMMAND, "--port", "0", *options],
                    cwd=tmp_path,
                    env=ENVIRONMENT,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            stack.enter_context(process)
            stack.callback(process.kill)
            return Serving(process)

        yield start


def get(path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{AUTH}Connection: close\r\n\r\n"


def post(body: str = BODY) -> str:
    head = f"POST /v1/executions HTTP/1.1\r\nHost: x\r\n{AUTH}Connection: close\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"


def refused(*options: str, cwd: Path) -> str:
    done = subprocess.run(  # noqa: S603 - the command under test
        [*COMMAND, *options],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    return done.stderr


def test_it_names_every_operation_a_key_the_docs_and_the_magic_ids(serve: Serve) -> None:
    serving = serve()
    for name in (
        "createExecution",
        "listExecutions",
        "getExecution",
        "getPublicExecution",
        "executeWorkflow",
    ):
        assert re.search(rf"{name} +(GET|POST) +{serving.url}/", serving.banner)
    assert f"{serving.url}/docs/" in serving.banner
    assert re.search(r"Key +b3sk_\w+", serving.banner)
    assert re.search(r"workflowId wf_paid_happy_path +paid-happy-path +\w", serving.banner)
    assert re.search(r"wf_fault_NAME, wf_fault_reads_NAME .*\n.*\bgateway_down\b", serving.banner)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--auth", "strict", "--key", "b3sk_viewer=read", "--key", "b3sk_ci"),
        ("--auth", "strict", "--world", "demo"),
    ],
    ids=" ".join,
)
def test_the_lines_to_paste_work_when_they_are_pasted(serve: Serve, options: tuple[str, ...]) -> None:
    """With a key that may do it, whichever was given first."""
    program("curl")
    serving = serve(*options)
    start = serving.banner.index("Paste to")
    lines = [
        line
        for line in serving.banner[start:].splitlines()
        if (line.startswith("  ") and "curl" in line) or "$(" in line
    ]
    done = subprocess.run(  # noqa: S603 - the lines under test
        [program("bash"), "-euo", "pipefail", "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    created, read, listed, public, executed = [json.loads(line) for line in done.stdout.splitlines() if line]
    name = created["data"]["execution"]["id"]
    assert read["data"]["execution"]["id"] == public["data"]["id"] == name
    assert name in [item["id"] for item in listed["data"]["items"]]
    assert (executed["object"], executed["status"]) == ("execution", "running")


def test_the_console_is_named_before_all_else_and_can_be_left_out(serve: Serve) -> None:
    serving = serve()
    assert serving.banner.splitlines()[2].split() == ["Console", f"{serving.url}/_execmock/"]
    assert "Console" not in serve("--no-console").banner


def test_the_console_is_opened_in_the_browser_that_the_machine_has(tmp_path: Path) -> None:
    """`BROWSER` names a program, which here tells through a pipe where it was sent."""
    browser, told = tmp_path / "browser", tmp_path / "told"
    os.mkfifo(told)
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >{told}\n')
    browser.chmod(0o755)
    listening = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    command = [*COMMAND, "--port", "0", "--control-port", "0", "--open"]
    with (
        interruptible(),
        subprocess.Popen(  # noqa: S603 - the command under test
            command, env={**ENVIRONMENT, "BROWSER": f"{browser} %s"}, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        heard, _, _ = select.select([listening], [], [], 60)
        address = os.read(listening, 200).decode() if heard else "nothing"
        process.terminate()
        banner = process.communicate(timeout=60)[0]
    os.close(listening)
    assert f"Console              {address}\n" in banner
    assert address.endswith("/_execmock/")


def test_a_port_that_is_taken_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for options in (["--port", port], ["--port", "0", "--embed-port", port]):
            sentence = refused(*options, cwd=tmp_path)
            assert sentence.startswith(f"execmock: {options[-2]}: cannot listen on 127.0.0.1:{port}: ")
            assert sentence.count("\n") == 1


def test_a_bad_scenario_file_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("scenario: bad\nsteps:\n  - status: workflow_queud\n")
    sentence = refused("--port", "0", "--scenarios", "bad.yaml", cwd=tmp_path)
    assert "bad.yaml:3:5: unknown status 'workflow_queud'" in sentence
    assert "Traceback" not in sentence


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--scenarios", "gone"], "there is no scenario file or folder 'gone'"),
        (["--scenario", "flak"], "there is no scenario 'flak'. Did you mean 'flaky'?"),
        (["--choose", "unknownExecution=405"], "unknownExecution cannot be '405'; expected one of 400, 404"),
        (["--prot", "0"], "has no option --prot"),
        (["--port", "70000"], "70000"),
        (["--store", "mem:"], "mem:"),
        (["--open", "--no-console"], "--open and --no-console exclude each other"),
        (["--clock-start", "1960-01-01"], "1960-01-01"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_exit_code_2(
    tmp_path: Path, options: list[str], words: str
) -> None:
    sentence = refused(*options, cwd=tmp_path)
    assert sentence.startswith("execmock: ")
    assert words in sentence
    assert sentence.count("\n") == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well_even_while_connections_are_idle(serve: Serve, how: signal.Signals) -> None:
    serving = serve()
    with socket.create_connection(("127.0.0.1", serving.port), timeout=60) as idle:
        idle.sendall(get("/v1/executions").replace("close", "keep-alive").encode())
        assert idle.recv(12) == b"HTTP/1.1 200"
        _, err = serving.end(how)
    assert err == ""


def test_an_answer_under_way_is_finished_before_it_ends(serve: Serve) -> None:
    serving = serve()
    request = post().encode()
    with socket.create_connection(("127.0.0.1", serving.port), timeout=60) as connection:
        connection.sendall(request[:-10])
        # Once another connection was served, the first part has been read.
        assert "200 OK" in serving.ask(get("/openapi.json"))
        serving.process.send_signal(signal.SIGTERM)
        connection.sendall(request[-10:])
        with connection.makefile("rb") as stream:
            assert stream.read().startswith(b"HTTP/1.1 200 ")
    assert serving.process.wait(30) == 0


def test_each_request_is_a_readable_line_without_keys_and_tokens(serve: Serve) -> None:
    serving = serve()
    created = json.loads(serving.ask(post()).partition("\r\n\r\n")[2])["data"]
    name, token = created["execution"]["id"], created["clientToken"]
    serving.ask(get(f"/v1/public/executions/{name}?token={token}"))
    serving.ask(get("/v1/executions/%1b%5b31m%0a"))
    out, err = serving.end()
    lines = out.splitlines()
    assert [re.split(r" +", line)[1:3] for line in lines] == [["200", "POST"], ["200", "GET"], ["400", "GET"]]
    assert name in lines[0]
    for secret in ("b3sk_secret", token, "\x1b"):
        assert secret not in serving.banner + out + err


def test_the_log_can_be_json_lines_and_they_hold_no_secret_either(serve: Serve) -> None:
    serving = serve("--log-format", "json")
    created = json.loads(serving.ask(post()).partition("\r\n\r\n")[2])["data"]
    name, token = created["execution"]["id"], created["clientToken"]
    serving.ask(get(f"/v1/public/executions/{name}?token={token}"))
    serving.ask("GET /v1/\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    out, err = serving.end()
    entries = [json.loads(line) for line in out.splitlines()]
    assert [(entry["status"], entry["operation"], entry["subject"]) for entry in entries[:2]] == [
        (200, "createExecution", name),
        (200, "getPublicExecution", name),
    ]
    assert entries[2]["status"] == 400
    assert "b3sk_secret" not in out + err
    assert token not in out + err


def test_quiet_logs_no_request(serve: Serve) -> None:
    serving = serve("--quiet")
    assert "200 OK" in serving.ask(post())
    assert serving.end() == ("", "")


def test_the_embed_operation_can_have_a_port_of_its_own(serve: Serve) -> None:
    port = free_port()
    serving = serve("--embed-port", str(port))
    assert f"http://127.0.0.1:{port}/api/v1/workflows" in serving.banner
    assert "404 Not Found" in serving.ask(get("/api/v1/workflows/x/execute"))
    assert "200 OK" in serving.ask(get("/v1/executions"))


def test_the_docs_page_knows_what_is_served_on_another_port(serve: Serve) -> None:
    """So that each operation can be tried from it; its policy lets it reach that port and no other."""
    serving = serve("--embed-port", "0")
    shown = re.search(r"executeWorkflow +POST http://127\.0\.0\.1:(\d+)/", serving.banner)
    assert shown
    assert serving.ask(get("/docs/elsewhere.json")).endswith(f'{{"executeWorkflow":{shown[1]}}}')
    assert f"connect-src 'self' http://*:{shown[1]}\r\n" in serving.ask(get("/docs/"))
    api, serving.port = serving.port, int(shown[1])
    assert f'"createExecution":{api}' in serving.ask(get("/docs/elsewhere.json"))


def test_with_one_port_the_docs_page_stays_on_it(serve: Serve) -> None:
    serving = serve()
    assert serving.ask(get("/docs/elsewhere.json")).endswith("{}")
    assert "connect-src" not in serving.ask(get("/docs/"))


def test_the_control_api_may_have_a_port_of_its_own(serve: Serve) -> None:
    """There it is alone, and the API's port has none of it."""
    serving = serve("--control-port", "0")
    shown = re.search(r"Control API +http://127\.0\.0\.1:(\d+)", serving.banner)
    assert shown
    answers = {}
    for name, port in (("api", serving.port), ("control", int(shown[1]))):
        serving.port = port
        for path in ("/v1/executions", "/_execmock/clock"):
            answers[name, path] = serving.ask(get(path).replace("Host: x", "Host: localhost")).split()[1]
    assert answers == {
        ("api", "/v1/executions"): "200",
        ("api", "/_execmock/clock"): "404",
        ("control", "/v1/executions"): "404",
        ("control", "/_execmock/clock"): "200",
    }
