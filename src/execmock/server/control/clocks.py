"""Control operations on a sandbox's clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.clock import ClockState
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations, read_duration, read_instant

__all__ = ["ClockOperations"]


class ClockOperations(Operations):
    """Read, freeze, speed up, advance."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {"getClock": self._read, "setClock": self._change, "advanceClock": self._advance}

    async def _read(self, checked: ValidatedRequest) -> bytes:
        return self.clock_of(await self.sandbox(checked))

    async def _change(self, checked: ValidatedRequest) -> bytes:
        wanted, name = checked.body, checked.parameters["sandbox"]
        move = self.engine.commands.move_clock
        return self.clock_of(await move(name, lambda clock, real: _changed(clock, real, wanted)))

    async def _advance(self, checked: ValidatedRequest) -> bytes:
        wanted, name = checked.body, checked.parameters["sandbox"]
        move = self.engine.commands.move_clock
        if "by" in wanted:
            by = read_duration(wanted["by"], "body/by")
            return self.clock_of(await move(name, lambda clock, real: clock.advance(by, real)))
        to = await self._target(wanted, checked)
        return self.clock_of(await move(name, lambda clock, real: clock.advance_to(to, real)))

    async def _target(self, wanted: Mapping[str, Any], checked: ValidatedRequest) -> int:
        if "to" in wanted:
            return read_instant(wanted["to"], "body/to")
        sandbox = await self.sandbox(checked)
        if "next" in wanted:
            return await self.engine.commands.next_change(sandbox)
        until = wanted["until"]
        return await self.engine.commands.instant_of(sandbox, until["execution"], until["status"])


def _changed(clock: ClockState, real: int, wanted: Mapping[str, Any]) -> ClockState:
    frozen = wanted.get("frozen", clock.frozen)
    if "speed" in wanted:
        clock = clock.at_speed(wanted["speed"], real)
    return clock.freeze(real) if frozen else clock.unfreeze(real)
