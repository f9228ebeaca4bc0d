"""A client that plays an execution on a held clock and writes down what passes, as a HAR file holds it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from execmock.core.durations import format_instant
from execmock.loading.contract import shipped_contract
from execmock.recorder import Recording, record
from execmock.recorder.exchanges import Operations, Source
from execmock.recorder.har import read_har
from execmock.testing import MockSandbox

BODY = {"sourceSystem": "shop", "sourceEntityType": "order"}


@dataclass
class Traffic:
    """What passed between a client and a sandbox, with the times of the sandbox's clock."""

    mock: MockSandbox
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def now(self) -> int:
        """The clock, in milliseconds since 1970."""
        return round(self.mock.clock.now.timestamp() * 1000)

    def call(self, method: str, path: str, body: Any = None, base: str = "") -> Any:
        """Send a request and return the decoded answer; both are written down."""
        url = (base or self.mock.url) + path
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.mock.headers, "Content-Type": "application/json"}
        request = Request(url, data, headers, method=method)  # noqa: S310 - our own server
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
                status, text = answer.status, answer.read()
        except HTTPError as error:
            with error:
                status, text = error.code, error.read()
        self.add(method, url, status, text.decode(), data)
        return json.loads(text)

    def add(self, method: str, url: str, status: int, text: str, data: bytes | None = None) -> None:
        """Write an exchange down."""
        entry: dict[str, Any] = {
            "startedDateTime": format_instant(self.now),
            "time": 0,
            "request": {"method": method, "url": url, "headers": []},
            "response": {"status": status, "content": {"mimeType": "application/json", "text": text}},
        }
        if data is not None:
            entry["request"]["postData"] = {"mimeType": "application/json", "text": data.decode()}
        self.entries.append(entry)

    def create(self, workflow: str, **more: object) -> str:
        """Create an execution and return its id."""
        answer = self.call("POST", "/v1/executions", {**BODY, "workflowId": workflow, **more})
        return str(answer["data"]["execution"]["id"])

    def read(self, name: str) -> Any:
        """Read an execution by id."""
        return self.call("GET", f"/v1/executions/{name}")["data"]

    def signal(self, name: str, signal: str, payload: Any = None) -> None:
        """Send a signal through the control API."""
        body = {"signal": signal} | ({} if payload is None else {"payload": payload})
        path = f"/executions/{name}/signal?sandbox={self.mock.name}"
        self.call("POST", path, body, base=self.mock.control_url)

    @property
    def har(self) -> dict[str, Any]:
        """The document of a HAR file."""
        return {"log": {"version": "1.2", "entries": self.entries}}

    def record(self, **options: Any) -> Recording:
        """Record what passed."""
        source = Source("traffic.har")
        contract = shipped_contract()
        read_har(self.har, source, Operations(contract))
        return record(source.exchanges, contract, **options)
