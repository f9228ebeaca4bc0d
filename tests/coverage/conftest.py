"""What these tests share: one mock, and what was met in a sandbox of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from execmock.coverage import Coverage, Kind, Tally
from execmock.coverage.file import coverage_from_json
from execmock.errors import Place
from execmock.testing import ExecMock, MockSandbox

BODY = {"workflowId": "wf_any", "sourceSystem": "shop", "sourceEntityType": "order"}


def call(
    mock: MockSandbox, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """Return status and body of a GET, or of a POST where there is a body; text is sent as it is."""
    data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    sent = {**mock.headers, "Content-Type": "application/json", **(headers or {})}
    try:
        with urlopen(Request(mock.url + path, data, sent), timeout=60) as answer:  # noqa: S310 - our own server
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def create(mock: MockSandbox, **more: object) -> str:
    """Create an execution; return its id."""
    made: str = call(mock, "/v1/executions", {**BODY, **more})[1]["data"]["execution"]["id"]
    return made


def read(mock: MockSandbox, execution: str) -> str:
    """Read an execution; return its status."""
    status: str = call(mock, f"/v1/executions/{execution}")[1]["data"]["execution"]["status"]
    return status


def coverage(mock: MockSandbox, query: str = "") -> Coverage:
    """Return what was met in a sandbox, as the control API tells it."""
    status, data = call(mock, f"/_execmock/coverage?sandbox={mock.name}{query}")
    assert status == 200, data
    return coverage_from_json(data, Place("answer"))


def met(found: Coverage, kind: Kind) -> dict[str, Tally]:
    """Return what was met or happened of a kind, by its names in a line."""
    return {" ".join(unit.names): tally for unit, tally in found.of(kind) if tally.met or tally.unseen}


@pytest.fixture(scope="module")
def server() -> Iterator[ExecMock]:
    with ExecMock(frozen=True) as mock:
        yield mock


@pytest.fixture
def mock(server: ExecMock) -> Iterator[MockSandbox]:
    with server.sandbox(frozen=True) as sandbox:
        yield sandbox
