"""Serves the control API under its prefix, on the API's port or on its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from aiohttp import web

from execmock.core.contract import Contract
from execmock.core.json_text import encode
from execmock.errors import StoreError
from execmock.server.api.authentication import Caller
from execmock.server.api.calls import Answer, Call, refused
from execmock.server.api.pipeline import Api, Handler
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control import PREFIX
from execmock.server.control.access import ControlAccess
from execmock.server.control.clocks import ClockOperations
from execmock.server.control.executions import ExecutionOperations
from execmock.server.control.journal import JournalOperations
from execmock.server.control.sandboxes import SandboxOperations
from execmock.server.control.scenarios import ScenarioOperations
from execmock.server.control.stream import Streams
from execmock.service.engine import Engine
from execmock.service.refusals import Refusal, unavailable
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.service.scenarios.shipped import shipped
from execmock.version import __version__

__all__ = ["ControlApi", "control_contract"]

_GROUPS = (ClockOperations, ScenarioOperations, ExecutionOperations, JournalOperations, SandboxOperations)


@lru_cache(maxsize=1)
def control_contract() -> Contract:
    """Return the control API's own contract."""
    return shipped(Path(__file__).with_name("openapi.yaml"))


class ControlApi:
    """Answers calls under the prefix."""

    def __init__(
        self, engine: Engine, request_ids: RequestIds, key: str | None, *, strict: bool = False
    ) -> None:
        self._auth = "strict" if strict else "open"
        self._request_ids = request_ids
        self._sandboxes = engine.sandboxes
        self._guard = ControlAccess(key)
        self._streams = Streams(engine)
        self._contract = control_contract()
        handlers: dict[str, Handler] = {"getHealth": self._health, "streamChanges": _not_here}
        self._groups = [group(engine, request_ids) for group in _GROUPS]
        for group in self._groups:
            handlers.update(group.handlers())
        self._api = Api(self._contract, handlers, self._guard, request_ids, {})

    def end(self) -> None:
        """End what is open: the server is about to stop."""
        self._streams.end()

    async def admit(self, call: Call) -> Answer | None:
        """Return the answer to a caller who may not use what is here, before any body is read, else None."""
        try:
            await self._guard.admit(self._contract.operation("getHealth"), call.headers)
        except Refusal as refusal:
            return self.refuse(refusal)
        return None

    def refuse(self, refusal: Refusal) -> Answer:
        """Return the answer to a call that is refused."""
        return refused(refusal, self._request_ids.next(None))

    async def answer(self, call: Call) -> Answer:
        """Return the answer to a call, the contract's own text included."""
        if call.method == "GET" and call.path == f"{PREFIX}/openapi.yaml":
            return Answer(200, Path(self._contract.file).read_bytes(), content_type="application/yaml")
        if call.method == "GET" and call.path == f"{PREFIX}/openapi.json":
            return Answer(200, encode(self._contract.document))
        return await self._api.answer(call)

    async def _health(self, call: Call, checked: ValidatedRequest, caller: Caller | None) -> bytes:
        # A server whose store does not answer is up, but of no use to a load balancer.
        await self._sandboxes.get(DEFAULT_SANDBOX)
        return encode({"status": "ok", "version": __version__, "url": "/openapi.yaml", "auth": self._auth})

    async def stream(self, request: web.BaseRequest, call: Call) -> web.StreamResponse | Answer:
        """Serve the live stream, or return the answer that says why not."""
        sandbox = parse_qs(call.query).get("sandbox", ["default"])[-1]
        try:
            await self._groups[0].named(sandbox, "query/sandbox")
        except Refusal as refusal:
            return self.refuse(refusal)
        except StoreError as error:
            return self.refuse(unavailable(error))
        return await self._streams.serve(request, sandbox, call.headers.get("Last-Event-ID"))


async def _not_here(call: Call, checked: ValidatedRequest, caller: Caller | None) -> bytes:
    raise Refusal(406, "The stream is served to GET as text/event-stream")
