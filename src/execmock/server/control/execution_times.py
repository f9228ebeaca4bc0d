"""Control operations on what an execution was, follows, and will be."""

from __future__ import annotations

from collections.abc import Mapping

from execmock.core.durations import format_instant
from execmock.core.json_text import encode
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations, read_instant
from execmock.server.control.scenario_json import scenario_as_json

__all__ = ["ExecutionTimeOperations"]

_MOST_AHEAD = 100


class ExecutionTimeOperations(Operations):
    """Tell what an execution follows, how it looked at an instant, and where time alone leads it."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {
            "getFollowedScenario": self._scenario,
            "getExecutionAhead": self._ahead,
            "getExecutionViews": self._views,
        }

    async def _scenario(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.sandbox(checked)
        state = await self.engine.commands.standing(sandbox, checked.parameters["id"])
        return encode({**scenario_as_json(state.scenario, sandbox), "text": state.scenario.text})

    async def _ahead(self, checked: ValidatedRequest) -> bytes:
        sandbox, name = await self.sandbox(checked), checked.parameters["id"]
        steps = await self.engine.commands.ahead(sandbox, name, _MOST_AHEAD + 1)
        return encode({"steps": steps[:_MOST_AHEAD], "more": len(steps) > _MOST_AHEAD})

    async def _views(self, checked: ValidatedRequest) -> bytes:
        sandbox, name = await self.sandbox(checked), checked.parameters["id"]
        text = checked.parameters.get("at")
        at = None if text is None else read_instant(text, "query/at")
        state = await self.engine.commands.standing_at(sandbox, name, at)
        shown = self.engine.commands.view_data(state, sandbox)
        views = self.engine.services.views[state.execution.api.name]
        return encode(
            {
                "at": format_instant(state.now),
                "status": state.status,
                "step": state.step,
                "private": views.control(shown),
                "public": views.public(shown),
            }
        )
