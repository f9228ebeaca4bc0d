"""Servers of one's own, started as a user starts them, and a client that says what it was told."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.ports import free_port

__all__ = ["Client", "Reply", "Server"]

_BODY = {
    "workflowId": "wf_paid_happy_path",
    "sourceSystem": "drill",
    "sourceEntityType": "order",
    "requestPayload": {"lines": 2},
}


class Reply(NamedTuple):
    status: int
    body: Any
    headers: http.client.HTTPMessage


class Client:
    """Talks to one server over one connection."""

    def __init__(self, port: int, key: str = "drill") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._key = key

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        text = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, text, headers)
            response = self._connection.getresponse()
            data = response.read()
        except BaseException:
            self._connection.close()
            raise
        is_json = response.headers.get_content_type() == "application/json"
        return Reply(response.status, json.loads(data) if data and is_json else None, response.headers)

    def create(self, key: str, workflow: str = "wf_paid_happy_path") -> Reply:
        body = {**_BODY, "workflowId": workflow, "sourceEntityId": key, "idempotencyKey": key}
        return self.ask("POST", "/v1/executions", body)

    def read(self, name: str) -> Reply:
        return self.ask("GET", f"/v1/executions/{name}")

    def history(self, name: str) -> list[Any]:
        """Return the steps that an execution went through, with their instants."""
        steps: list[Any] = self.ask("GET", f"/_execmock/executions/{name}").body["history"]
        return steps

    def close(self) -> None:
        self._connection.close()


class Server:
    """Runs `execmock serve` on a port that stays the same over restarts."""

    def __init__(self, store: str, *options: str, folder: Path, quiet: bool = True) -> None:
        self.port = free_port()
        self._log = folder / f"server-{self.port}.log"
        self._command = [sys.executable, "-m", "execmock", "serve", "--port", str(self.port)]
        self._command += ["--quiet"] if quiet else []
        self._command += ["--store", store, *options]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def log(self) -> str:
        return self._log.read_text()

    def start(self, *, wait: bool = True, **more: Any) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, **more)  # noqa: S603 - ours
        if wait:
            self.await_ready()

    def await_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            client = Client(self.port)
            try:
                if client.ask("GET", "/_execmock/health").status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                client.close()
            if time.monotonic() > deadline or (self._process and self._process.poll() is not None):
                raise TimeoutError(f"the server does not answer: {self.log}")
            time.sleep(0.01)

    def wait(self) -> int:
        """Return the exit code of a server that ends by itself."""
        code = self._process.wait(timeout=60) if self._process else 0
        self._process = None
        return code

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=60)
            self._process = None

    def stop(self) -> int:
        """End it in order, and return its exit code; 0 if it does not run."""
        if self._process is None:
            return 0
        self._process.terminate()
        code = self._process.wait(timeout=60)
        self._process = None
        return code
