"""What the tests of the embedded mock share: a small client that blocks, as many clients in tests do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from execmock.testing import ExecMock, MockSandbox

BODY = {"workflowId": "wf_any", "sourceSystem": "shop", "sourceEntityType": "order"}
AT_NINE = "2026-01-01T09:00:00Z"


def call(
    mock: MockSandbox, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """Return status and decoded body of a GET, or of a POST where there is a body."""
    data = None if body is None else json.dumps(body).encode()
    sent = {**mock.headers, "Content-Type": "application/json", **(headers or {})}
    request = Request(mock.url + path, data, sent)  # noqa: S310 - our own server
    try:
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def create(mock: MockSandbox, **more: object) -> dict[str, Any]:
    """Create an execution and return what the API shows of it."""
    status, body = call(mock, "/v1/executions", {**BODY, **more})
    assert status == 200, body
    execution: dict[str, Any] = body["data"]["execution"]
    return execution


@pytest.fixture
def mock() -> Iterator[ExecMock]:
    """A mock whose clock stands at nine in the morning."""
    with ExecMock(frozen=True, start=AT_NINE) as running:
        yield running
