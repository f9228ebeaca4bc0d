"""Control operations on sandboxes and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from execmock.core.clock import LATEST
from execmock.core.durations import format_instant
from execmock.core.ids import derive
from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.core.zones import unknown_zone
from execmock.errors import ConfigError, WorldError
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations, read_instant
from execmock.service.draw_by import checked_draw_by
from execmock.service.executions.commands import clock_as_json
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox, Scope
from execmock.service.scenarios.upload import ScenarioFinding
from execmock.service.world_upload import read_world_upload

__all__ = ["SandboxOperations"]


class SandboxOperations(Operations):
    """Create, list, read, reset, delete; start from worlds; take and restore snapshots."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {
            "listSandboxes": self._list,
            "createSandbox": self._create,
            "getSandbox": self._read,
            "deleteSandbox": self._delete,
            "resetSandbox": self._reset,
            "startWorld": self._start_world,
            "getSnapshot": self._take,
            "putSnapshot": self._restore,
        }

    async def _create(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self._made(checked.body, checked.body.get("name") or await self._free_name())
        if await self.engine.sandboxes.get(sandbox.id) is not None:
            raise _taken(sandbox)
        keys = await self._keys(checked.body.get("keys", [{}]), sandbox)
        if not await self.engine.sandboxes.add(sandbox, keys):
            raise _taken(sandbox)
        self._tell(sandbox.id, "created")
        shown = await self._shown(sandbox)
        return encode({**shown, "keys": [{"key": key, "scope": scope} for key, scope in keys]})

    async def _list(self, checked: ValidatedRequest) -> bytes:
        return encode(
            {"sandboxes": [await self._shown(sandbox) for sandbox in await self.engine.sandboxes.all()]}
        )

    async def _read(self, checked: ValidatedRequest) -> bytes:
        return encode(await self._shown(await self.named(checked.parameters["name"], "path/name")))

    async def _delete(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.named(checked.parameters["name"], "path/name")
        if sandbox.id == DEFAULT_SANDBOX:
            raise Refusal(409, "The sandbox default stays; it can be reset")
        self.engine.coverage.declare_faults(sandbox)
        await self.engine.sandboxes.delete(sandbox.id)
        await self.engine.scenario_sync.forget(sandbox.id)
        await self._forget(sandbox.id, "deleted")
        return b""

    async def _reset(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.named(checked.parameters["name"], "path/name")
        self.engine.coverage.declare_faults(sandbox)
        if checked.parameters["empty"] or not await self._begun_again(sandbox):
            await self.engine.sandboxes.reset(sandbox.id)
        await self._forget(sandbox.id, "reset")
        return encode(await self._shown(await self.named(sandbox.id, "path/name")))

    async def _begun_again(self, sandbox: Sandbox) -> bool:
        try:
            return await self.engine.worlds.begin_again(sandbox)
        except WorldError as error:
            expected = "a world that can be used; `?empty=true` empties the sandbox"
            violation = ScenarioFinding("world", f"{error}; {expected}")
            raise Refusal(409, "The sandbox's world cannot be used any more", [violation]) from None

    async def _start_world(self, checked: ValidatedRequest) -> bytes:
        name = checked.parameters.get("sandbox")
        sandbox = None if name is None else await self.named(name, "query/sandbox")
        worlds, options = self.engine.worlds, self.engine.options
        await self.engine.scenario_sync.refresh()
        world = await self.engine.background.run(read_world_upload, checked.body, worlds.words)
        try:
            if sandbox is None:
                await worlds.apply(world, options)
            else:
                await worlds.fill(sandbox.id, (), world, options)
        except WorldError as error:
            raise Refusal(409, "The world cannot be used", [ScenarioFinding("body", str(error))]) from None
        made = [sandbox.id] if sandbox else [plan.name for plan in world.sandboxes]
        for changed in made:
            await self._forget(changed, "world")
        shown = [await self._shown(await self.named(changed, "query/sandbox")) for changed in made]
        return encode({"world": world.name, "sandboxes": shown})

    async def _take(self, checked: ValidatedRequest) -> bytes:
        return await self.engine.snapshots.written(await self.sandbox(checked))

    async def _restore(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.engine.snapshots.restore(await self.sandbox(checked), checked.body)
        await self._forget(sandbox.id, "restored")
        return encode(await self._shown(sandbox))

    async def _made(self, wanted: Mapping[str, Any], name: str) -> Sandbox:
        clock, scenario = wanted.get("clock", {}), wanted.get("scenario")
        if scenario is not None:
            await self.known_scenario(scenario, "body/scenario")
        sandbox = self.engine.sandboxes.make(
            name,
            seed=wanted.get("seed"),
            start=_start(clock["now"]) if "now" in clock else None,
            speed=float(clock.get("speed", 1.0)),
            frozen=clock.get("frozen", False),
            draw_by=self._draw_by(wanted.get("drawBy")),
        )
        return replace(
            sandbox,
            default_scenario=scenario,
            journal_size=wanted.get("journalSize"),
            journal_answers=wanted.get("journalAnswers"),
            timezone=_zone(wanted.get("timezone")),
        )

    def _draw_by(self, wanted: list[str] | None) -> tuple[str, ...] | None:
        if wanted is None:
            return None
        try:
            return checked_draw_by(self.engine.contract, wanted, "body/drawBy")
        except ConfigError as error:
            raise Refusal(404, error.message) from None

    async def _keys(self, wanted: list[Mapping[str, Any]], sandbox: Sandbox) -> list[tuple[str, Scope]]:
        keys: dict[str, Scope] = {}
        for number, entry in enumerate(wanted):
            # A key that is made follows from the seed, as all else does.
            key = entry.get("key") or "b3sk_" + derive(sandbox.root, "key", number, size=10).hex()
            if key in keys or await self.engine.sandboxes.is_taken(key):
                violation = Violation(f"body/keys/{number}", "a key that opens no sandbox yet")
                raise Refusal(409, "The key opens a sandbox already", [violation])
            keys[key] = entry.get("scope", "read-write")
        return list(keys.items())

    async def _free_name(self) -> str:
        while True:
            number = await self.engine.store.next_number("")
            name = derive(self.engine.entropy.root("sandbox"), "sandbox", number, size=10).hex()
            if await self.engine.sandboxes.get(name) is None:
                return name

    async def _shown(self, sandbox: Sandbox) -> dict[str, Any]:
        origin = await self.engine.sandboxes.world_of(sandbox.id)
        return {
            "id": sandbox.id,
            "organizationId": sandbox.organization,
            "clock": clock_as_json(sandbox.clock, self.engine.clock.now()),
            "scenario": sandbox.default_scenario,
            "timezone": sandbox.timezone or self.engine.options.timezone,
            "world": origin.world if origin else None,
            "executions": await self.engine.repository.count(sandbox),
        }

    async def _forget(self, sandbox: str, change: str) -> None:
        await self.engine.journal.clear(sandbox)
        self.engine.coverage.close(sandbox)
        self.request_ids.forget(sandbox)
        await self.engine.sandboxes.look_for_faults()
        self.engine.waits.release(sandbox)
        self._tell(sandbox, change)

    def _tell(self, sandbox: str, change: str) -> None:
        self.engine.changes.publish("", "sandbox", {"id": sandbox, "change": change})


def _taken(sandbox: Sandbox) -> Refusal:
    violation = Violation("body/name", "a name that no sandbox has", sandbox.id)
    return Refusal(409, "The sandbox exists", [violation])


def _zone(name: str | None) -> str | None:
    if name is not None and (wrong := unknown_zone(name)):
        raise Refusal(404, wrong)
    return name


def _start(text: str) -> int:
    start = read_instant(text, "body/clock/now")
    if start > LATEST:
        violation = Violation("body/clock/now", f"at most {format_instant(LATEST)}", text)
        raise Refusal(409, "No clock goes that far", [violation])
    return start
