"""A client of the control API, over the mock that `mock_server` starts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from execmock.core.contract import Router
from execmock.server.control.app import control_contract

JSON = dict[str, Any]


def _closed(schema: Any) -> Any:
    """Return a schema that admits no member that it does not name, wherever it names any."""
    if isinstance(schema, list):
        return [_closed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(inner) for name, inner in schema.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed


@cache
def _validator(operation: str, status: int) -> Draft202012Validator | None:
    contract = control_contract()
    response = contract.operation(operation).response(status)
    assert response is not None, f"the contract names no answer {status} of {operation}"
    return (
        None
        if response.schema is None
        else Draft202012Validator(_closed(contract.standalone(response.schema)))
    )


_ROUTER = Router(control_contract().operations.values())


def check_answer(method: str, path: str, reply: Any) -> None:
    """Fail when an answer holds a member that its schema does not name, or lacks one."""
    operation = _ROUTER.match(method, path).operation
    if operation is None:
        return
    validator = _validator(operation.id, reply.status)
    if validator is not None and reply.status != 304:
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(reply.json)]
        assert not errors, f"{method} {path} {reply.status}: {errors}"


class Control(NamedTuple):
    """The control API of a running mock. Every method returns what an answer of status 2xx holds."""

    server: Any

    async def get(self, path: str, **more: Any) -> Any:
        return await self._ask("GET", path, **more)

    async def put(self, path: str, body: Any, **more: Any) -> Any:
        return await self._ask("PUT", path, body=body, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return await self._ask("POST", path, body=body, **more)

    async def delete(self, path: str, **more: Any) -> Any:
        return await self._ask("DELETE", path, **more)

    async def refused(self, status: int, method: str, path: str, body: Any = None, **more: Any) -> JSON:
        """Return the body of an error answer of that status."""
        reply = await self.send(method, path, body, **more)
        assert reply.status == status, reply.body
        error: JSON = reply.json
        assert error["code"] == status
        assert error["requestId"] == reply.headers["X-Request-Id"] != ""
        return error

    async def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Return an answer, which holds what its schema names and nothing else."""
        reply = await self.server.send(method, f"/_execmock{path}", body, **{"key": None, **more})
        check_answer(method, f"/_execmock{path.partition('?')[0]}", reply)
        return reply

    async def create(self, workflow: str, key: str = "b3sk_test", **body: Any) -> str:
        """Create an execution and return its id."""
        created = await self.server.create({"workflowId": workflow, **body}, key=key)
        name: str = created.data["execution"]["id"]
        return name

    async def advance(self, by: str, **more: Any) -> Any:
        return await self.post("/clock/advance", {"by": by}, **more)

    async def status(self, execution: str, key: str = "b3sk_test") -> str:
        """Return the status that the API shows."""
        read = await self.server.get(f"/v1/executions/{execution}", key=key)
        shown: str = read.data["execution"]["status"]
        return shown

    async def sandbox(self, name: str, **wanted: Any) -> str:
        """Create a sandbox and return its key."""
        made = await self.post("/sandboxes", {"name": name, **wanted})
        key: str = made["keys"][0]["key"]
        return key

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        reply = await self.send(method, path, **more)
        assert reply.status in (200, 201, 204), reply.body
        return json.loads(reply.body) if reply.body else None


Start = Callable[..., Awaitable[Control]]


@pytest.fixture
async def controlled(mock_server: Callable[..., Awaitable[Any]]) -> AsyncIterator[Start]:
    """Start a mock with the options that are given; return its control API."""
    started = []

    async def start(**options: Any) -> Control:
        control = Control(await mock_server(**{"clock_start": 1_767_258_000_000, **options}))
        started.append(control)
        return control

    yield start
    for control in started:
        # As the command does it: streams end first, so that the server need not wait for them.
        control.server.mock.control.end()


@pytest.fixture
async def control(controlled: Start) -> Control:
    """The control API of a mock whose clock shows 2026-01-01T09:00:00Z and moves only when it is told to."""
    return await controlled()
