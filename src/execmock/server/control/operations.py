"""What the groups of control operations share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from execmock.core.durations import DurationError, OutOfRangeError, parse_duration, parse_instant
from execmock.core.json_text import encode
from execmock.core.scenario import Scenario
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import ValidatedRequest
from execmock.service.engine import Engine
from execmock.service.executions.commands import clock_as_json
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox

__all__ = ["ControlHandler", "Operations", "read_duration", "read_instant"]

_INSTANT = "an instant such as 2026-01-01T09:00:00Z"

ControlHandler = Callable[[ValidatedRequest], Awaitable[bytes]]
"""Serves one control operation: returns the bytes of its body."""


class Operations:
    """A group of control operations over an engine."""

    def __init__(self, engine: Engine, request_ids: RequestIds) -> None:
        self.engine = engine
        self.request_ids = request_ids

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        raise NotImplementedError

    async def sandbox(self, checked: ValidatedRequest) -> Sandbox:
        """Return the sandbox that the query names; Refusal 404 if there is none."""
        return await self.named(checked.parameters["sandbox"], "query/sandbox")

    async def named(self, name: str, where: str) -> Sandbox:
        """Return a sandbox by name; Refusal 404 if there is none."""
        sandbox = await self.engine.sandboxes.get(name)
        if sandbox is None:
            hint = nearest(name, [known.id for known in await self.engine.sandboxes.all()])
            violation = Violation(where, "the name of a sandbox", name, hint=hint)
            raise Refusal(404, "Unknown sandbox", [violation])
        return sandbox

    async def known_scenario(self, name: str, where: str, sandbox: str = "") -> Scenario:
        """Return a scenario that a sandbox sees, or that all do if none is named; Refusal 404 if none is."""
        await self.engine.scenario_sync.refresh(sandbox)
        seen = self.engine.registry.seen_by(sandbox)
        if name not in seen:
            violation = Violation(where, "the name of a scenario", name, hint=nearest(name, seen))
            raise Refusal(404, "Unknown scenario", [violation])
        return seen[name]

    def clock_of(self, sandbox: Sandbox) -> bytes:
        """Return a sandbox's clock as it is now."""
        return encode(clock_as_json(sandbox.clock, self.engine.clock.now()))


def read_instant(text: str, where: str) -> int:
    """Return a body's instant in milliseconds; Refusal 400 when it is not one, 409 out of range."""
    try:
        return parse_instant(text)
    except OutOfRangeError as error:
        raise Refusal(409, error.message, [Violation(where, "an instant from 1970 on", text)]) from None
    except DurationError as error:
        raise Refusal(400, error.message, [Violation(where, _INSTANT, text)]) from None


def read_duration(text: str, where: str) -> int:
    """Return a body's duration in milliseconds; Refusal 409 when it is longer than clocks go."""
    try:
        return parse_duration(text)
    except DurationError as error:
        raise Refusal(409, error.message, [Violation(where, "a duration", text)]) from None
