"""Control operations on scenarios."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from execmock.core.json_text import encode
from execmock.core.scenario import Scenario
from execmock.core.schema.violation import Violation
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations
from execmock.service.refusals import Refusal
from execmock.service.scenarios.upload import read_upload

__all__ = ["ScenarioOperations"]


class ScenarioOperations(Operations):
    """List, read, put, delete, and choose the default."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {
            "listScenarios": self._list,
            "getScenario": self._read,
            "putScenario": self._put,
            "deleteScenario": self._delete,
            "getDefaultScenario": self._read_default,
            "setDefaultScenario": self._set_default,
        }

    async def _list(self, checked: ValidatedRequest) -> bytes:
        owner = await self._owner(checked)
        await self.engine.scenario_sync.refresh(owner)
        seen = self.engine.registry.seen_by(owner).values()
        current = sorted(seen, key=lambda scenario: scenario.name)
        return encode({"scenarios": [_as_json(scenario) for scenario in current]})

    async def _read(self, checked: ValidatedRequest) -> bytes:
        scenario = await self.known_scenario(
            checked.parameters["name"], "path/name", await self._owner(checked)
        )
        return encode({**_as_json(scenario), "text": scenario.text})

    async def _put(self, checked: ValidatedRequest) -> bytes:
        name, owner = checked.parameters["name"], await self._owner(checked)
        await self.engine.scenario_sync.refresh(owner)
        others = list(self.engine.registry.seen_by(owner).values())
        # A long text takes seconds, and others are answered meanwhile.
        scenario = await asyncio.to_thread(read_upload, checked.body, self.engine.words, others)
        if scenario.name != name:
            violation = Violation("body/scenario", f"{name}, as in the path", scenario.name)
            raise Refusal(422, "The scenario has another name", [violation])
        await self.engine.share_scenario(scenario, owner)
        return encode(_as_json(scenario))

    async def _delete(self, checked: ValidatedRequest) -> bytes:
        name, owner = checked.parameters["name"], await self._owner(checked)
        await self.known_scenario(name, "path/name", owner)
        await self._refuse_default(name, owner)
        if not await self.engine.withdraw_scenario(name, owner):
            whose = f"sandbox {owner!r} has none of its own" if owner else "it comes from a file"
            violation = Violation("path/name", "a scenario that was put by this API", name)
            raise Refusal(409, f"Scenario {name!r} cannot be deleted: {whose}", [violation])
        return b""

    async def _refuse_default(self, name: str, owner: str) -> None:
        """Refusal 409 where new executions would have nothing to follow any more."""
        for sandbox in await self.engine.sandboxes.all():
            if sandbox.default_scenario == name and owner in ("", sandbox.id):
                message = f"Scenario {name!r} is the default of sandbox {sandbox.id!r}"
                expected = "a scenario that is no default; PUT /default-scenario sets another"
                raise Refusal(409, message, [Violation("path/name", expected, name)])

    async def _read_default(self, checked: ValidatedRequest) -> bytes:
        return encode({"scenario": (await self.sandbox(checked)).default_scenario})

    async def _set_default(self, checked: ValidatedRequest) -> bytes:
        name, sandbox = checked.body["scenario"], await self.sandbox(checked)
        if name is not None:
            await self.known_scenario(name, "body/scenario", sandbox.id)
        await self.engine.sandboxes.change(sandbox.id, lambda old: replace(old, default_scenario=name))
        return encode({"scenario": name})

    async def _owner(self, checked: ValidatedRequest) -> str:
        # Without the parameter, the scenarios that all sandboxes share are meant.
        name = checked.parameters.get("sandbox")
        return "" if name is None else (await self.named(name, "query/sandbox")).id


def _as_json(scenario: Scenario) -> dict[str, Any]:
    own = scenario.steps[: scenario.own]
    return {
        "name": scenario.name,
        "version": scenario.version,
        "summary": scenario.summary,
        "api": scenario.api,
        "bind": dict(scenario.bind),
        "signals": list(scenario.signals),
        "steps": [{"name": step.name, "status": step.status} for step in own],
    }
