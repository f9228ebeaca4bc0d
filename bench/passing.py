"""What `execmock proxy` adds to an answer: the mock asked directly and through it, one request at a time."""

from __future__ import annotations

import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from load import send
from targets import CREATE, KEY, Work, execmock, free_port, mock, running

GOAL = 1.0
"""Milliseconds at the median that it may add."""


def measured(requests: int) -> dict[str, Any]:
    """Return milliseconds at the median of reads, directly and through the proxy; they take turns."""
    with running(mock("execmock", "--frozen")) as server, between(server.url) as proxy:
        made = send(server.url, Work("/v1/executions", 200, "POST", CREATE), KEY)[1]
        path = f"/v1/executions/{json.loads(made)['data']['execution']['id']}"
        ends = {"direct": client(server.url), "proxy": client(proxy)}
        times: dict[str, list[float]] = {name: [] for name in ends}
        for _ in range(requests):
            for name, connection in ends.items():
                times[name].append(one(connection, path))
    found = {name: median(each[requests // 10 :]) for name, each in times.items()}
    return {**found, "added": found["proxy"] - found["direct"], "requests": requests}


def client(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)


def one(connection: http.client.HTTPConnection, path: str) -> float:
    began = time.perf_counter()
    connection.request("GET", path, headers=KEY)
    answer = connection.getresponse()
    answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path} answers {answer.status}")
    return took


@contextmanager
def between(url: str) -> Iterator[str]:
    """Run a proxy before an address."""
    port = free_port()
    command = [execmock(), "proxy", url, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tempfile.gettempdir(), text=True) as proxy:
        try:
            assert proxy.stdout is not None
            proxy.stdout.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            proxy.kill()
