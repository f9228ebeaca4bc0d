"""Serves the control API under its prefix, on the API's port or on its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from aiohttp import web

from execmock import __version__
from execmock.core.contract import Contract
from execmock.core.json_text import encode
from execmock.loading.contract import load_contract
from execmock.loading.scenarios import Vocabularies
from execmock.server.api import Api
from execmock.server.calls import Answer, Call, refused
from execmock.server.checks import Checked
from execmock.server.control.guard import Guard
from execmock.server.control.moves import execution_handlers
from execmock.server.control.parts import Parts
from execmock.server.control.scenes import clock_handlers, scenario_handlers
from execmock.server.control.stream import Streams
from execmock.server.control.worlds import journal_handlers, sandbox_handlers
from execmock.server.doorman import Caller
from execmock.service.refusals import Refusal

__all__ = ["PREFIX", "ControlApi", "control_contract"]

PREFIX = "/_execmock"
_SOURCE = Path(__file__).with_name("openapi.yaml")


@lru_cache(maxsize=1)
def control_contract() -> Contract:
    """Return the control API's own contract."""
    return load_contract(_SOURCE)


class ControlApi:
    """Answers calls under the prefix."""

    def __init__(self, parts: Parts, words: Vocabularies, key: str | None) -> None:
        self._parts = parts
        self._guard = Guard(key)
        self._streams = Streams(parts)
        self._contract = control_contract()
        handlers = {
            "getHealth": _health,
            "streamChanges": _not_here,
            **clock_handlers(parts),
            **scenario_handlers(parts, words),
            **execution_handlers(parts),
            **journal_handlers(parts),
            **sandbox_handlers(parts),
        }
        self._api = Api(self._contract, handlers, self._guard, parts.request_ids, {})

    def end(self) -> None:
        """End what is open: the server is about to stop."""
        self._streams.end()

    async def answer(self, call: Call) -> Answer:
        """Return the answer to a call, the contract's own text included."""
        name = call.path.removeprefix(PREFIX)
        if name in ("/openapi.yaml", "/openapi.json") and call.method == "GET":
            text = _SOURCE.read_bytes() if name.endswith("yaml") else encode(self._contract.document)
            return Answer(
                200, text, content_type="application/yaml" if name.endswith("yaml") else "application/json"
            )
        return await self._api.answer(call)

    async def stream(self, request: web.BaseRequest, call: Call) -> web.StreamResponse | Answer:
        """Serve the live stream, or return the answer that says why not."""
        try:
            await self._guard.admit(self._contract.operation("streamChanges"), call.headers)
            sandbox = parse_qs(call.query).get("sandbox", ["default"])[-1]
            await self._parts.named(sandbox, "query/sandbox")
        except Refusal as refusal:
            return refused(refusal, self._parts.request_ids.next(""))
        return await self._streams.serve(request, sandbox, call.headers.get("Last-Event-ID"))


async def _health(call: Call, checked: Checked, caller: Caller | None) -> bytes:
    return encode({"status": "ok", "version": __version__, "url": "/openapi.yaml"})


async def _not_here(call: Call, checked: Checked, caller: Caller | None) -> bytes:
    raise Refusal(406, "The stream is served to GET as text/event-stream")
