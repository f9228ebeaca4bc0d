"""`--read-only` changes nothing: the journal of the mock is the witness."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.request import Request, urlopen

import pytest

KEY = "b3sk_reader"


def answered(url: str, body: object = None) -> dict[str, object]:
    """Send a request, POST if it has a body, and return the JSON that is answered."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, headers=headers), timeout=60) as answer:  # noqa: S310 - a loopback address
        found: dict[str, object] = json.load(answer)
        return found


@pytest.mark.parametrize("auth", ["strict", "open"])
def test_a_read_only_run_sends_nothing_but_reads(
    serving: Callable[..., AbstractContextManager[str]], auth: str
) -> None:
    serve = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--auth", auth, "--key", KEY]
    with serving([*serve, "--journal-size", "10000"]) as url:
        body = {"workflowId": "wf_1", "sourceSystem": "shop", "sourceEntityType": "order"}
        for _ in range(25):
            answered(f"{url}/v1/executions", body)
        known = answered(f"{url}/_execmock/journal?limit=10000")["count"]
        verify = [sys.executable, "-m", "execmock", "verify", url, "--token", KEY, "--read-only", "--quick"]
        run = subprocess.run(verify, capture_output=True, text=True, timeout=200, check=False)  # noqa: S603
        seen = answered(f"{url}/_execmock/journal?limit=10000&after={known}")["entries"]
        sandboxes = answered(f"{url}/_execmock/sandboxes")["sandboxes"]
    assert run.returncode == 0, run.stdout + run.stderr
    assert isinstance(seen, list)
    assert isinstance(sandboxes, list)
    assert len(sandboxes) == 1
    methods = {entry["method"] for entry in seen}
    assert len(seen) > 10
    assert methods <= {"GET", "HEAD", "OPTIONS"}
