"""What is measured: the mock in its variants, the bare base, and what people use instead."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from load import Work, send

ROOT = Path(__file__).parents[1]
PEERS = Path(os.environ.get("EXECMOCK_PEERS", Path.home() / ".cache" / "execmock-bench"))
KEY = {"Authorization": "Bearer b3sk_demo"}
CREATE = json.dumps(
    {
        "workflowId": "wf_paid_happy_path",
        "sourceSystem": "storefront",
        "sourceEntityType": "order",
        "sourceEntityId": "7788",
        "requestPayload": {
            "lines": [{"sku": f"A-{n}", "count": n} for n in range(1, 4)],
            "note": "Please leave it at the door of the neighbour",
        },
        "externalRef": "order-7788",
    },
    separators=(",", ":"),
)
INVALID = '{"workflowId":1,"sourceSystem":"storefront"}'
EXECUTE = '{"id_type":"key","execution_data":{"user_name":"Ada"}}'
STORED = 120


@dataclass(frozen=True, slots=True)
class Target:
    """A server: how it is started, and the works it does by their names."""

    name: str
    command: Callable[[int], list[str]]
    works: Callable[[str], Mapping[str, Work]]
    headers: Mapping[str, str] = field(default_factory=lambda: KEY)
    ready: Work = field(default_factory=lambda: Work("/v1/executions", 200))
    patience: float = 60.0
    program: str = ""
    """What bench/install-peers has to have installed."""


@dataclass(frozen=True, slots=True)
class ProcessOptions:
    """A target that listens."""

    target: Target
    url: str
    pid: int


class UnavailableError(Exception):
    """A target cannot be measured here; the text says why."""


@contextmanager
def running(target: Target) -> Iterator[ProcessOptions]:
    """Run a target until the block ends; its log goes to a file, as a user's would."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        try:
            server = subprocess.Popen(target.command(port), stdout=log, stderr=log, cwd=tempfile.gettempdir())
        except OSError as error:
            raise UnavailableError(f"cannot be started: {error}") from None
        url = f"http://127.0.0.1:{port}"
        try:
            _await(server, target, url, log)
            yield ProcessOptions(target, url, server.pid)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _await(server: subprocess.Popen[bytes], target: Target, url: str, log: object) -> None:
    deadline = time.monotonic() + target.patience
    while time.monotonic() < deadline and server.poll() is None:
        try:
            send(url, target.ready, target.headers)
        except OSError:
            time.sleep(0.05)
        else:
            return
    log.seek(0)  # type: ignore[attr-defined]
    said = log.read().decode("utf-8", "replace").strip().splitlines()  # type: ignore[attr-defined]
    raise UnavailableError("did not start: " + (said[-1] if said else "it said nothing"))


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis server of our own, which keeps nothing on disk; its address, or one where none listens."""
    port = free_port()
    if shutil.which("redis-server") is None:
        yield f"redis://127.0.0.1:{port}/0"
        return
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def execmock() -> str:
    """Return the command that is measured: the one beside this Python."""
    return str(Path(sys.executable).with_name("execmock"))


def mock(name: str = "execmock", *options: str) -> Target:
    """Return the mock with everything on."""
    return Target(name, lambda port: [execmock(), "serve", "--port", str(port), *options], mock_works)


def mock_works(url: str) -> dict[str, Work]:
    """Fill a mock and return the works."""
    for _ in range(STORED):
        body = send(url, Work("/v1/executions", 200, "POST", CREATE), KEY)[1]
    created = json.loads(body)["data"]
    made, token = created["execution"]["id"], created["clientToken"]
    return {
        "get": Work(f"/v1/executions/{made}", 200, identity=made),
        "public": Work(f"/v1/public/executions/{made}?token={token}", 200, identity=made),
        "list20": Work("/v1/executions?limit=20", 200, items=20),
        "list100": Work("/v1/executions?limit=100", 200, items=100),
        "create": Work("/v1/executions", 200, "POST", CREATE),
        "invalid": Work("/v1/executions", 400, "POST", INVALID),
        "execute": Work("/api/v1/workflows/workflow_15/execute", 201, "POST", EXECUTE),
    }


def bare(size: int, works: Mapping[str, Work]) -> Target:
    """Return the base: the same requests answered with fixed bytes of one size."""
    same = {name: Work(work.path, 200, work.method, work.body) for name, work in works.items()}
    script = str(ROOT / "bench" / "bare.py")
    return Target("bare aiohttp", lambda port: [sys.executable, script, str(port), str(size)], lambda _: same)


def examples(invalid: int | None) -> Callable[[str], dict[str, Work]]:
    """Return the works of a mock that answers with the contract's examples and keeps nothing.

    `invalid` is the status for a body that breaks the contract, None where nobody looks.
    """

    def works(url: str) -> dict[str, Work]:
        found = {
            "get": Work("/v1/executions/exec_1", 200),
            "public": Work("/v1/public/executions/exec_1?token=t", 200),
            "list20": Work("/v1/executions?limit=20", 200),
            "create": Work("/v1/executions", 200, "POST", CREATE),
            "execute": Work("/api/v1/workflows/workflow_15/execute", 201, "POST", EXECUTE),
        }
        if invalid is not None:
            found["invalid"] = Work("/v1/executions", invalid, "POST", INVALID)
        return found

    return works


def rows(url: str) -> dict[str, Work]:
    """Return the works of a server of plain rows: no envelope, no validation, no lifecycle."""
    return {
        "get": Work("/executions/e7", 200, identity="e7"),
        "list20": Work("/executions?_page=1&_per_page=20", 200),
        "create": Work("/executions", 201, "POST", CREATE),
    }


def peers() -> list[Target]:
    """Return what people use instead, as `bench/install-peers` installs it."""
    tools = PEERS / "node_modules" / ".bin"
    contract = str(ROOT / "openapi.yaml")

    def json_server(port: int) -> list[str]:
        folder = Path(tempfile.mkdtemp(prefix="execmock-bench-"))
        stored = [{"id": f"e{n}", **json.loads(CREATE)} for n in range(STORED)]
        (folder / "db.json").write_text(json.dumps({"executions": stored}))
        return [str(tools / "json-server"), "--port", str(port), str(folder / "db.json")]

    return [
        Target(
            "Prism",
            lambda port: [str(tools / "prism"), "mock", "-h", "127.0.0.1", "-p", str(port), contract],
            examples(400),
            program="prism",
        ),
        Target(
            "Mockoon",
            lambda port: [str(tools / "mockoon-cli"), "start", "--data", contract, "--port", str(port)],
            examples(None),
            program="mockoon-cli",
        ),
        Target("json-server", json_server, rows, ready=Work("/executions/e7", 200), program="json-server"),
    ]


ABSENT = {
    "WireMock, MockServer, Specmatic": "they come from Maven Central, which could not be reached",
}


def installed(target: Target) -> bool:
    """Whether a peer's program is there."""
    return shutil.which(str(PEERS / "node_modules" / ".bin" / target.program)) is not None
