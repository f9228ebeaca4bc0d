"""What passes through the recorder's proxy is recorded, and the end of it writes the files."""

from __future__ import annotations

import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from tests.ports import free_port
from tests.testing.conftest import create

from execmock.cli import main
from execmock.testing import ExecMock

KEY = "b3sk_live_0123456789"
QUICK = {
    "scenario": "quick",
    "steps": [
        {"status": "workflow_queued", "next": {"after": "200ms"}},
        {"status": "workflow_running", "next": {"after": "300ms"}},
        {"status": "workflow_succeeded"},
    ],
}


def visit(url: str, port: int) -> None:
    """Create an execution through the proxy, read it until it has ended, and end the recording."""
    try:
        listening = False
        while not listening:
            with suppress(ConnectionError):
                socket.create_connection(("127.0.0.1", port), timeout=60).close()
                listening = True
        listed = Request(f"{url}/v1/executions", headers={"Authorization": f"Bearer {KEY}"})  # noqa: S310 - our own
        urlopen(listed, timeout=60).close()  # noqa: S310 - our own server
        body = json.dumps({"workflowId": "wf_free", "sourceSystem": "shop", "sourceEntityType": "order"})
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        request = Request(f"{url}/v1/executions", body.encode(), headers)  # noqa: S310 - our own server
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            name = json.load(answer)["data"]["execution"]["id"]
        for _ in range(10_000):
            read = Request(f"{url}/v1/executions/{name}", headers=headers)  # noqa: S310 - our own server
            with urlopen(read, timeout=60) as answer:  # noqa: S310 - our own server
                if json.load(answer)["data"]["execution"]["status"] == "workflow_succeeded":
                    break
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


def test_what_passes_is_recorded_until_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SIGTERM ends it; the files hold the times of the service, what was there before, and no key."""
    port, out = free_port(), tmp_path / "out"
    with (
        ExecMock(scenario=QUICK, key=KEY) as mock,
        ThreadPoolExecutor(1) as client,
    ):
        before = create(mock, workflowId="wf_before")
        visited = client.submit(visit, f"http://127.0.0.1:{port}", port)
        assert main(["record", mock.url, "-o", str(out), "--port", str(port)]) == 0
        visited.result()
        said = f"recording {mock.url} at http://127.0.0.1:{port}"
    text = (out / "scenarios" / "free.yaml").read_text(encoding="utf-8")
    assert "status: workflow_queued\n    next: {after: 200ms}" in text
    assert "next: {after: 300ms}\n  - status: workflow_succeeded" in text
    world = (out / "world.yaml").read_text(encoding="utf-8")
    assert f"createdAt: {before['createdAt']}" in world
    assert KEY not in "".join(path.read_text(encoding="utf-8") for path in out.rglob("*.yaml"))
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://a.test", "b.har"], "2 sources were given; expected one address, or files alone"),
        (["http://"], "SOURCE is 'http://'; expected an address such as https://api.example.com"),
        (
            ["http://a.test", "--embed-upstream", "http://u:p@b.test"],
            "--embed-upstream is 'http://***@b.test'; expected an address",
        ),
        (["http://a.test", "--key", "k.pem"], "--key needs a certificate; expected --cert FILE as well"),
        (["http://a.test", "-o", "full"], "is there already; expected a folder without files, or --force"),
    ],
)
def test_a_mistake_is_told_before_anything_is_recorded(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A recording of an hour is not lost to a folder that is full."""
    monkeypatch.chdir(tmp_path)
    Path("full").mkdir()
    Path("full/a.yaml").write_text("")
    assert main(["record", "-o", "out", *arguments]) == 2
    assert said in capsys.readouterr().err
