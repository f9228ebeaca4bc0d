"""Builds requests for a target from the contract, and bodies that it should accept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from execmock.core.contract import Contract, Operation
from execmock.core.contract.names import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.core.schema.types import json_types
from execmock.settings import VerifySettings
from execmock.verify.exchange import Request

__all__ = ["CREATE", "EXECUTE", "GET", "LIST", "PUBLIC", "Requests", "encode", "mark"]

_JSON = "application/json"
Query = Mapping[str, Any] | Sequence[tuple[str, Any]]


def encode(value: Any) -> bytes:
    """Return JSON in UTF-8, as most clients write it; escaped where a lone surrogate is in it."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def mark(seed: int, started: int) -> str:
    """Return what all names that a run makes up begin with. `started` is milliseconds since 1970."""
    return f"v{seed:x}-{started:x}"


class Requests:
    """Builds requests for one target from the contract's operations, parameters and schemas."""

    def __init__(
        self, contract: Contract, options: VerifySettings, *, embed_url: str, workflow: str = ""
    ) -> None:
        self.contract = contract
        self._base = options.url.rstrip("/")
        self._embed = embed_url.rstrip("/")
        self.workflows = options.workflow_ids
        self._embed_workflow = options.embed_workflow_id or workflow

    def operation(self, name: str) -> Operation:
        """Return an operation of the contract."""
        return self.contract.operation(name)

    def base(self, name: str) -> str:
        """Return the address that serves an operation."""
        return self._embed if name == EXECUTE else self._base

    def serves(self, name: str) -> bool:
        """Return whether an address for an operation was given."""
        return bool(self.base(name))

    def url(self, name: str, path: Mapping[str, str], query: Query) -> str:
        """Return an operation's address with its parameters in place; pairs may have a name twice."""
        filled = self.operation(name).path
        for key, value in path.items():
            filled = filled.replace("{" + key + "}", quote(value, safe="", errors="surrogatepass"))
        return self.base(name) + filled + (f"?{urlencode(query)}" if query else "")

    def request(
        self,
        name: str,
        *,
        key: str = "",
        path: Mapping[str, str] | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = _JSON,
    ) -> Request:
        """Return a request for an operation; an empty key sends no Authorization."""
        sent = {"Authorization": f"Bearer {key}"} if key else {}
        if body is not None and content_type:
            sent["Content-Type"] = content_type
        sent.update(headers or {})
        method = self.operation(name).method
        return Request(method, self.url(name, path or {}, query or {}), sent, body or b"")

    def body_schema(self, name: str) -> Mapping[str, Any]:
        """Return the schema of an operation's JSON body, references followed."""
        body = self.operation(name).body
        found: Mapping[str, Any] = self.contract.resolve(body.content[_JSON]) if body else {}
        return found

    def required(self, name: str) -> tuple[str, ...]:
        """Return the required properties of an operation's body."""
        return tuple(self.body_schema(name).get("required", ()))

    def kinds(self, name: str, property_name: str) -> frozenset[str]:
        """Return the JSON types that a body property takes."""
        return json_types(self.body_schema(name)["properties"][property_name])

    def minimal(self, number: int = 0) -> dict[str, Any]:
        """Return the smallest body that createExecution takes; `number` picks among the workflows given."""
        example = self._example(CREATE)
        body = {name: example.get(name, f"verify-{name}") for name in self.required(CREATE)}
        if self.workflows:
            body["workflowId"] = self.workflows[number % len(self.workflows)]
        return body

    def full(self, unique: str, number: int = 0) -> dict[str, Any]:
        """Return a body with every property of createExecution, its strings and objects marked `unique`.

        The workflow stays as it is: the service has to know it.
        """
        body = self.minimal(number)
        for name in self.body_schema(CREATE)["properties"]:
            kinds = self.kinds(CREATE, name)
            if name != "workflowId":
                body[name] = f"{name}-{unique}" if "string" in kinds else {"mark": f"{name}-{unique}"}
        return body

    @property
    def embed_workflow(self) -> str:
        """The id of the workflow that executeWorkflow is asked to execute."""
        parameter = self.contract.look_up(self.operation(EXECUTE).parameter("id").pointer)
        return self._embed_workflow or str(parameter.get("example", ""))

    def _example(self, name: str) -> Mapping[str, Any]:
        place = f"{self.operation(name).pointer}/requestBody/content/application~1json/examples"
        for example in self.contract.look_up(place).values():
            found: Mapping[str, Any] = self.contract.resolve(example)["value"]
            return found
        return {}
