"""`execmock serve --workers N`: several processes, one port, one state, and one to watch over them."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from execmock.loading.contract import data_path

from .serving import Client, Server

pytestmark = pytest.mark.usefixtures("measured")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(f"sqlite:{tmp_path / 'a.db'}", "--workers", "2", folder=tmp_path)
    server.start()
    yield server
    server.stop()


def eventually(holds: Callable[[], bool]) -> None:
    """Return when something holds that another process brings about."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    return sorted(int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def listening(port: int) -> int:
    """Return how many sockets listen on a port; one that only holds it does not count."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def test_workers_serve_one_state(server: Server) -> None:
    names = []
    for number in range(8):
        client = Client(server.port)
        names.append(client.create(f"key-{number}").body["data"]["execution"]["id"])
        client.close()
    for name in names:
        client = Client(server.port)
        assert client.read(name).status == 200
        assert client.ask("GET", "/v1/executions?limit=10").body["data"]["items"][0]["id"] == names[-1]
        client.close()


MORE = """
  /v1/workflows:
    get:
      operationId: listWorkflows
      responses:
        "200":
          description: The workflows.
          content:
            application/json:
              schema: {type: array, items: {type: string, format: uuid}, minItems: 3}
"""


def test_workers_agree_on_what_they_answer_from_the_contract(tmp_path: Path) -> None:
    """Without a seed too: nothing but the contract and the store is shared."""
    text = data_path("openapi.yaml").read_text(encoding="utf-8")
    contract = tmp_path / "contract.yaml"
    contract.write_text(text.replace("\npaths:", f"\npaths:{MORE.rstrip()}", 1), encoding="utf-8")
    options = ("--workers", "2", "--contract", str(contract))
    server = Server(f"sqlite:{tmp_path / 'a.db'}", *options, folder=tmp_path, quiet=False)
    server.start()
    try:
        answers = []
        for _ in range(12):
            client = Client(server.port)
            answers.append(client.ask("GET", "/v1/workflows").body)
            client.close()
        assert answers == [answers[0]] * 12
        assert len(set(answers[0])) == 3
        assert len(re.findall(r"listWorkflows +GET +http://\S+/v1/workflows\n", server.log)) == 1
    finally:
        server.stop()


@pytest.mark.parametrize("which", [0, 1])
def test_a_worker_that_dies_is_replaced_and_the_log_says_so(server: Server, which: int) -> None:
    before = children(server.pid)
    assert len(before) == 2
    os.kill(before[which], signal.SIGKILL)
    eventually(lambda: len(set(children(server.pid)) - {before[which]}) == 2)
    assert before[1 - which] in children(server.pid)
    said = rf"worker \d \(process {before[which]}\) was killed by SIGKILL; another one follows\n"
    eventually(lambda: re.search(said + r"execmock: worker \d is process \d+ now", server.log) is not None)
    eventually(lambda: listening(server.port) == 2)
    server.stop()
    assert server.log.count("is ready at") == 1


def test_all_workers_end_with_the_one_that_watches(server: Server) -> None:
    workers = children(server.pid)
    assert server.stop() == 0
    assert not any(_runs(pid) for pid in workers)


def test_no_worker_outlives_a_kill_of_the_one_that_watches(server: Server) -> None:
    workers = children(server.pid)
    server.kill()
    eventually(lambda: not any(_runs(pid) for pid in workers))


def test_a_free_port_is_picked_once_for_all(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--workers", "2", "--quiet"]
    command += ["--store", f"sqlite:{tmp_path / 'a.db'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        eventually(lambda: len(children(process.pid)) == 2)
        for _ in range(8):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/_execmock/health")
            assert connection.getresponse().status == 200
            connection.close()
        process.terminate()
        process.stdout.read()
    assert process.returncode == 0


def complaint(*arguments: str) -> str:
    command = [sys.executable, "-m", "execmock", "serve", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - ours
    assert result.returncode == 2
    return result.stderr


def test_memory_cannot_be_shared_and_the_complaint_says_what_can() -> None:
    said = complaint("--workers", "2", "--port", "0")
    assert said.startswith("execmock: --workers is 2, and --store is memory:, which lives in one process")
    assert "expected a store that can be shared: sqlite:PATH or redis://" in said


def test_what_keeps_the_first_worker_from_starting_is_said_once(tmp_path: Path) -> None:
    said = complaint("--workers", "3", "--port", "0", "--store", f"sqlite:{tmp_path}/no/a.db")
    assert said == f"execmock: --store: the store {tmp_path}/no/a.db: there is no folder {tmp_path}/no\n"


def test_a_port_that_others_listen_on_is_not_shared_with_them(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = str(other.getsockname()[1])
        said = complaint("--workers", "2", "--port", port, "--store", f"sqlite:{tmp_path / 'a.db'}")
    assert said.startswith(f"execmock: --port: cannot listen on 127.0.0.1:{port}: Address already in use.")


def _runs(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
