"""Serves the control API under its prefix, on the API's port or on its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from execmock.core.contract import Contract
from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.errors import StoreError
from execmock.server.api.authentication import Caller
from execmock.server.api.calls import JSON, Answer, Handled, Request, Result
from execmock.server.api.parameters import query_names, unknown_parameters
from execmock.server.api.pipeline import Api, Handler
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.api.strictness import Strictness, breaks
from execmock.server.console_pages import console_file
from execmock.server.control import PREFIX
from execmock.server.control.access import ControlAccess
from execmock.server.control.clocks import ClockOperations
from execmock.server.control.contract import ContractOperations
from execmock.server.control.coverage import CoverageOperations
from execmock.server.control.creation import CreationOperations
from execmock.server.control.execution_times import ExecutionTimeOperations
from execmock.server.control.executions import ExecutionOperations
from execmock.server.control.faults import FaultOperations
from execmock.server.control.journal import JournalOperations
from execmock.server.control.operations import ControlHandler
from execmock.server.control.sandboxes import SandboxOperations
from execmock.server.control.scenarios import ScenarioOperations
from execmock.server.control.stream import Streams
from execmock.server.example_keys import any_key, example_keys
from execmock.service.engine import Engine
from execmock.service.faults.upload import fault_names
from execmock.service.refusals import Refusal, unavailable
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.service.scenarios.shipped import shipped
from execmock.service.world_upload import world_names
from execmock.version import __version__

__all__ = ["ControlApi", "control_contract"]

_PATHS = ("a path of the control API, as /_execmock/openapi.yaml describes it", "")
_GROUPS = (
    ClockOperations,
    ContractOperations,
    ScenarioOperations,
    ExecutionOperations,
    ExecutionTimeOperations,
    CreationOperations,
    FaultOperations,
    JournalOperations,
    CoverageOperations,
    SandboxOperations,
)
_LARGEST_BODY = 2 << 20
"""Bytes of the body of a request that is no snapshot and no world."""
_WITH_LARGE_BODIES = ("putSnapshot", "startWorld")
_MOST_VALUES = 5_000_000
"""Values in a body, each of which takes up much more memory than its text does."""


@lru_cache(maxsize=1)
def control_contract() -> Contract:
    """Return the control API's own contract."""
    return shipped(Path(__file__).with_name("openapi.yaml"))


class ControlApi:
    """Answers calls under the prefix."""

    def __init__(
        self, engine: Engine, request_ids: RequestIds, elsewhere: Callable[[], Mapping[str, int]]
    ) -> None:
        self._engine = engine
        self._elsewhere = elsewhere
        self._sandboxes = engine.sandboxes
        self._guard = ControlAccess(engine.options.control_key)
        self._streams = Streams(engine)
        self._contract = control_contract()
        handlers: dict[str, ControlHandler] = {
            "getHealth": self._health,
            "getServer": self._server,
            "streamChanges": _not_here,
        }
        self._groups = [group(engine, request_ids) for group in _GROUPS]
        for group in self._groups:
            handlers.update(group.handlers())
        served = {name: _handler(serve) for name, serve in handlers.items()}
        refusing = Strictness(unknown_parameters=False)
        strictness = dict.fromkeys(self._contract.operations, refusing)
        self._api = Api(
            self._contract,
            served,
            self._guard,
            request_ids,
            strictness,
            paths=_PATHS,
            secrets=engine.secrets,
            background=engine.background,
        )

    def end(self) -> None:
        """End what is open: the server is about to stop."""
        self._streams.end()

    async def admit(self, request: Request) -> Result | None:
        """Return the refusal of a caller without access, before any body is read, else None."""
        try:
            await self._guard.admit(self._api.operation(request), request.headers)
        except Refusal as refusal:
            return self.refuse(refusal)
        return None

    def page(self, request: Request) -> Result:
        """Return a file of the console, which needs no key, or the refusal that says why not."""
        try:
            self._guard.admit_page(request.headers)
        except Refusal as refusal:
            return self.refuse(refusal)
        return console_file(request.method, request.path)

    def refuse(self, refusal: Refusal) -> Result:
        """Return the result of a request that is refused before any operation is asked."""
        return self._api.refuse(refusal)

    def largest_body(self, request: Request) -> int:
        """Return the most bytes that the body of a request may have, unpacked."""
        most, operation = self._engine.options.max_snapshot, self._api.operation(request)
        return most if operation and operation.id in _WITH_LARGE_BODIES else min(most, _LARGEST_BODY)

    async def handle(self, request: Request) -> Result:
        """Return what comes of a request, the contract's own text included."""
        if len(request.body) > _LARGEST_BODY:
            try:
                await self._engine.background.run(_refuse_many_values, request.body)
            except Refusal as refusal:
                return self.refuse(refusal)
        reads = request.method in ("GET", "HEAD")
        if reads and request.path == f"{PREFIX}/openapi.yaml":
            return _document(Path(self._contract.file).read_bytes(), "application/yaml")
        if reads and request.path == f"{PREFIX}/openapi.json":
            return _document(encode(self._contract.document), JSON)
        return await self._api.handle(request)

    async def _health(self, checked: ValidatedRequest) -> bytes:
        # A server whose store does not answer is up, but of no use to a load balancer.
        await self._sandboxes.get(DEFAULT_SANDBOX)
        return encode({"status": "ok", "version": __version__, "url": "/openapi.yaml", "auth": self._auth})

    @property
    def _auth(self) -> str:
        return "strict" if self._engine.options.strict else "open"

    async def _server(self, checked: ValidatedRequest) -> bytes:
        options = self._engine.options
        known = await example_keys(self._sandboxes, options)
        keys: list[Any] = [{"key": one.key, "scope": one.scope, "sandbox": one.sandbox} for one in known]
        if not options.strict:
            anyone = any_key(known)
            keys.append({"key": anyone.key, "scope": anyone.scope, "sandbox": anyone.sandbox})
        return encode(
            {
                "version": __version__,
                "auth": self._auth,
                "keys": keys,
                "origins": list(options.cors_origins),
                "elsewhere": dict(self._elsewhere()),
                "faults": fault_names(),
                "worlds": world_names(),
            }
        )

    async def stream(self, incoming: web.BaseRequest, request: Request) -> web.StreamResponse | Result:
        """Serve the live stream, or return the refusal that says why not."""
        sandbox = parse_qs(request.query).get("sandbox", [DEFAULT_SANDBOX])[-1]
        unknown = unknown_parameters(request.query, query_names(self._contract.operation("streamChanges")))
        if unknown:
            return self.refuse(Refusal(400, breaks(len(unknown)), unknown))
        try:
            await self._groups[0].named(sandbox, "query/sandbox")
        except Refusal as refusal:
            return self.refuse(refusal)
        except StoreError as error:
            return self.refuse(unavailable(error))
        if request.method == "HEAD":
            return Result(Answer(200, b"", {"Content-Type": "text/event-stream"}))
        return await self._streams.serve(incoming, sandbox, request.headers.get("Last-Event-ID"))


async def _not_here(checked: ValidatedRequest) -> bytes:
    raise Refusal(406, "The stream is served to GET as text/event-stream")


def _handler(serve: ControlHandler) -> Handler:
    async def handle(request: Request, validated: ValidatedRequest, caller: Caller | None) -> Handled:
        return Handled(await serve(validated))

    return Handler(handle)


def _document(text: bytes, content_type: str) -> Result:
    return Result(Answer(200, text, content_type=content_type))


def _refuse_many_values(body: bytes) -> None:
    """Raise Refusal 413 for a body with too many values: each has a comma or a bracket."""
    count = sum(map(body.count, (b",", b"[", b"{")))
    if count > _MOST_VALUES:
        violation = Violation("body", f"at most {_MOST_VALUES} values", count)
        raise Refusal(413, "The request body holds too many values", [violation])
