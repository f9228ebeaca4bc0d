"""The control operation on coverage."""

from __future__ import annotations

from collections.abc import Mapping

from execmock.core.json_text import encode
from execmock.coverage import coverage_as_json
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations

__all__ = ["CoverageOperations"]


class CoverageOperations(Operations):
    """Read."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {"getCoverage": self._read}

    async def _read(self, checked: ValidatedRequest) -> bytes:
        sandbox, recorder = await self.sandbox(checked), self.engine.coverage
        await self.engine.scenario_sync.refresh(sandbox.id)
        if checked.parameters["all"]:
            return encode(coverage_as_json(recorder.total(await self.engine.sandboxes.all())))
        return encode(coverage_as_json(recorder.of(sandbox)))
