"""Control operations on scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from execmock.core.json_text import encode
from execmock.core.preview import as_json
from execmock.core.schema.violation import Violation
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations
from execmock.server.control.scenario_json import scenario_as_json
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox
from execmock.service.scenarios.review import finding_as_json, review
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
            "checkScenario": self._check,
        }

    async def _list(self, checked: ValidatedRequest) -> bytes:
        owner = await self._owner(checked)
        await self.engine.scenario_sync.refresh(owner)
        seen = self.engine.registry.seen_by(owner).values()
        current = sorted(seen, key=lambda scenario: scenario.name)
        sandbox = await self._asking(checked)
        return encode({"scenarios": [scenario_as_json(scenario, sandbox) for scenario in current]})

    async def _read(self, checked: ValidatedRequest) -> bytes:
        scenario = await self.known_scenario(
            checked.parameters["name"], "path/name", await self._owner(checked)
        )
        shown = scenario_as_json(scenario, await self._asking(checked))
        return encode({**shown, "text": scenario.text})

    async def _put(self, checked: ValidatedRequest) -> bytes:
        name, owner = checked.parameters["name"], await self._owner(checked)
        await self.engine.scenario_sync.refresh(owner)
        others = list(self.engine.registry.seen_by(owner).values())
        scenario = await self.engine.background.run(read_upload, checked.body, self.engine.words, others)
        if scenario.name != name:
            violation = Violation("body/scenario", f"{name}, as in the path", scenario.name)
            raise Refusal(422, "The scenario has another name", [violation])
        await self.engine.share_scenario(scenario, owner)
        return encode(scenario_as_json(scenario, await self._asking(checked)))

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

    async def _check(self, checked: ValidatedRequest) -> bytes:
        owner, body = await self._owner(checked), checked.body
        await self.engine.scenario_sync.refresh(owner)
        others = list(self.engine.registry.seen_by(owner).values())
        reviewed = await self.engine.background.run(
            review, body["text"], self.engine.contract, self.engine.words, others, body.get("seed", 0)
        )
        scenario, played = reviewed.scenario, reviewed.played
        shown = None if scenario is None else scenario_as_json(scenario, await self._asking(checked))
        preview = None if played is None else as_json(played)
        findings = [finding_as_json(finding) for finding in reviewed.findings]
        return encode({"findings": findings, "scenario": shown, "preview": preview})

    async def _asking(self, checked: ValidatedRequest) -> Sandbox:
        """Return the sandbox whose requests are meant, by default the default one."""
        return await self.named(checked.parameters.get("sandbox", DEFAULT_SANDBOX), "query/sandbox")

    async def _owner(self, checked: ValidatedRequest) -> str:
        # Without the parameter, the scenarios that all sandboxes share are meant.
        name = checked.parameters.get("sandbox")
        return "" if name is None else (await self.named(name, "query/sandbox")).id
