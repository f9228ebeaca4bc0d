"""What is shown of an embed execution, its three texts of one instant included.

What the kept texts of seconds gain (`bench/micro_gains.py`): without them an execute takes 35 % more
processor time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from execmock.core.contract import Contract
from execmock.core.contract.names import EMBED_EXECUTION
from execmock.core.durations import format_instant
from execmock.core.execution import EmbedExecution
from execmock.core.progress import Progress
from execmock.core.scenario.model import Scenario
from execmock.core.templates import Measure
from execmock.core.views import ViewData

__all__ = ["EmbedViews", "instant_texts"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EmbedViews:
    """Renders embed executions as one contract shows them: a bare object with every property there."""

    def __init__(self, contract: Contract, zone: str) -> None:
        self._zone = zone
        self._blank = {
            name: _blank(contract.resolve(schema))
            for name, schema in contract.schema(EMBED_EXECUTION)["properties"].items()
        }

    def show(
        self, execution: EmbedExecution, state: Progress, scenario: Scenario, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the execution with its progress at `state`; `data` is its execution_data, decoded."""
        key, name = execution.workflow
        shown = {
            **self._blank,
            **instant_texts(execution.created_at, execution.zone or self._zone),
            "execution_data": data,
            "hashid": execution.hashid,
            "id": execution.id,
            "key": key,
            "name": name,
        }
        steps: dict[str, Any] = {}
        told = state.visits[0]
        measure = Measure()
        for visit in state.visits:
            step = scenario.steps[visit.step]
            shown["status"] = step.status
            if step.fixed and len(state.visits) == 1:
                shown.update(self._valued(step.sets))
                return shown
            told = visit if visit.signal is not None else told
            steps[step.name] = {"at": format_instant(visit.at)}
            context = {
                "execution": shown,
                "request": {"execution_data": data},
                "signal": {"name": told.signal, "payload": told.payload},
                "step": {"name": step.name, "at": format_instant(visit.at)},
                "steps": steps,
            }
            shown.update(self._valued({name: step.value(name, context, measure) for name in step.sets}))
        return shown

    def _valued(self, sets: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is shown of what is set: every property is there, with or without a value."""
        return {name: self._blank[name] if value is None else value for name, value in sets.items()}

    def view_data(
        self,
        execution: EmbedExecution,
        state: Progress,
        scenario: Scenario,
        request: Mapping[str, Any],
        organization: str,
        now: int,
    ) -> ViewData:
        """Return everything there is to show: as `show`, for there are no events."""
        return ViewData(self.show(execution, state, scenario, request), [])

    def control(self, view_data: ViewData) -> Mapping[str, Any]:
        """Return what the control API shows: the execution itself."""
        return view_data.fields

    def public(self, view_data: ViewData) -> None:
        """Nothing of the embed API is shown without a key."""


def _blank(schema: Mapping[str, Any]) -> Any:
    if "const" in schema:
        return schema["const"]
    return {"integer": 0, "object": {}}.get(schema.get("type", ""), "")


@lru_cache(maxsize=1024)
def _second_texts(second: int, zone: str) -> dict[str, str]:
    utc = _EPOCH + timedelta(seconds=second)
    local = utc.astimezone(ZoneInfo(zone))
    half = "am" if local.hour < 12 else "pm"
    return {
        "created_at": local.isoformat(),
        "created_at_string": f"{local:%b %d, %Y %I:%M} {half} {local:%Z}",
        "created_at_utc": f"{utc:%Y-%m-%dT%H:%M:%SZ}",
    }


def instant_texts(milliseconds: int, zone: str) -> dict[str, str]:
    """Return created_at, created_at_string and created_at_utc of one instant, in a named time zone."""
    return _second_texts(milliseconds // 1000, zone)
