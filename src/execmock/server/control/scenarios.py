"""Control operations on scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from json import dumps
from typing import Any

from execmock.core.json_text import encode
from execmock.core.scenario import Scenario
from execmock.core.validation import Violation
from execmock.server.api import Handler
from execmock.server.calls import Call
from execmock.server.checks import Checked
from execmock.server.control.operations import Operations
from execmock.server.doorman import Caller
from execmock.service.refusals import Refusal

__all__ = ["ScenarioOperations"]


class ScenarioOperations(Operations):
    """List, read, put, and choose the default."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return operation id to handler."""
        return {
            "listScenarios": self._list,
            "getScenario": self._read,
            "putScenario": self._put,
            "getDefaultScenario": self._read_default,
            "setDefaultScenario": self._set_default,
        }

    async def _list(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        await self.engine.keeper.refresh()
        current = sorted(self.engine.library.current.values(), key=lambda scenario: scenario.name)
        return encode({"scenarios": [_as_json(scenario) for scenario in current]})

    async def _read(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        scenario = await self._known(checked.parameters["name"], "path/name")
        return encode({**_as_json(scenario), "text": scenario.text})

    async def _put(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        body, name = checked.body, checked.parameters["name"]
        text = body["text"] if "text" in body else dumps(body["scenario"], ensure_ascii=False, indent=1)
        scenario = self.engine.read_scenario(text, name)
        if scenario.name != name:
            violation = Violation("body/scenario", f"{name}, as in the path", scenario.name)
            raise Refusal(422, "The scenario has another name", [violation])
        await self.engine.share_scenario(scenario)
        return encode(_as_json(scenario))

    async def _read_default(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode({"scenario": (await self.sandbox(checked)).default_scenario})

    async def _set_default(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        name, sandbox = checked.body["scenario"], await self.sandbox(checked)
        if name is not None:
            await self._known(name, "body/scenario")
        await self.engine.sandboxes.change(sandbox.id, lambda old: replace(old, default_scenario=name))
        return encode({"scenario": name})

    async def _known(self, name: str, where: str) -> Scenario:
        await self.engine.keeper.refresh()
        scenario = self.engine.library.current.get(name)
        if scenario is None:
            raise Refusal(404, "Unknown scenario", [Violation(where, "the name of a scenario", name)])
        return scenario


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
