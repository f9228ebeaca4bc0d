"""Control operations on sandboxes and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from execmock.core.ids import derive
from execmock.core.json_text import encode
from execmock.core.validation import Violation
from execmock.server.api import Handler
from execmock.server.calls import Call
from execmock.server.checks import Checked
from execmock.server.control.operations import Operations, read_instant
from execmock.server.doorman import Caller
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox, Scope
from execmock.service.steering import clock_as_json
from execmock.service.tracking import EMBED, EXECUTION

__all__ = ["SandboxOperations"]


class SandboxOperations(Operations):
    """Create, list, read, reset, delete; take and restore snapshots."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return operation id to handler."""
        return {
            "listSandboxes": self._list,
            "createSandbox": self._create,
            "getSandbox": self._read,
            "deleteSandbox": self._delete,
            "resetSandbox": self._reset,
            "getSnapshot": self._take,
            "putSnapshot": self._restore,
        }

    async def _create(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await self._made(checked.body)
        keys = await self._keys(checked.body.get("keys", [{}]))
        if not await self.engine.sandboxes.add(sandbox, keys):
            violation = Violation("body/name", "a name that no sandbox has", sandbox.id)
            raise Refusal(409, "The sandbox exists", [violation])
        self._tell(sandbox.id, "created")
        shown = await self._shown(sandbox)
        return encode({**shown, "keys": [{"key": key, "scope": scope} for key, scope in keys]})

    async def _list(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode(
            {"sandboxes": [await self._shown(sandbox) for sandbox in await self.engine.sandboxes.all()]}
        )

    async def _read(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode(await self._shown(await self.named(checked.parameters["name"], "path/name")))

    async def _delete(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await self.named(checked.parameters["name"], "path/name")
        if sandbox.id == DEFAULT_SANDBOX:
            raise Refusal(409, "The sandbox default stays; it can be reset")
        await self.engine.sandboxes.delete(sandbox.id)
        await self._forget(sandbox.id, "deleted")
        return b""

    async def _reset(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await self.named(checked.parameters["name"], "path/name")
        await self.engine.sandboxes.reset(sandbox.id)
        await self._forget(sandbox.id, "reset")
        return encode(await self._shown(sandbox))

    async def _take(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode(await self.engine.snapshots.take(await self.sandbox(checked)))

    async def _restore(self, call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await self.engine.snapshots.restore(await self.sandbox(checked), checked.body)
        await self._forget(sandbox.id, "restored")
        return encode(await self._shown(sandbox))

    async def _made(self, wanted: Mapping[str, Any]) -> Sandbox:
        await self.engine.keeper.refresh()
        clock, scenario = wanted.get("clock", {}), wanted.get("scenario")
        if scenario is not None and scenario not in self.engine.library.current:
            violation = Violation("body/scenario", "the name of a scenario", scenario)
            raise Refusal(409, "Unknown scenario", [violation])
        sandbox = self.engine.sandboxes.make(
            wanted.get("name") or await self._fresh_name("sandbox"),
            seed=wanted.get("seed"),
            start=read_instant(clock["now"], "body/clock/now") if "now" in clock else None,
            speed=float(clock.get("speed", 1.0)),
        )
        if clock.get("frozen"):
            sandbox = replace(sandbox, clock=sandbox.clock.freeze(self.engine.clock.now()))
        return replace(sandbox, default_scenario=scenario)

    async def _keys(self, wanted: list[Mapping[str, Any]]) -> list[tuple[str, Scope]]:
        keys: list[tuple[str, Scope]] = []
        for entry in wanted:
            key = entry.get("key") or "b3sk_" + await self._fresh_name("key")
            if await self.engine.sandboxes.key(key) is not None:
                violation = Violation("body/keys", "a key that opens no other sandbox")
                raise Refusal(409, "A key opens another sandbox already", [violation])
            keys.append((key, entry.get("scope", "read-write")))
        return keys

    async def _fresh_name(self, label: str) -> str:
        number = await self.engine.store.draw("")
        return derive(self.engine.entropy.root(label), label, number, size=10).hex()

    async def _shown(self, sandbox: Sandbox) -> dict[str, Any]:
        counts = [await self.engine.store.count(sandbox.id, kind) for kind in (EXECUTION, EMBED)]
        return {
            "id": sandbox.id,
            "organizationId": sandbox.organization,
            "clock": clock_as_json(sandbox.clock, self.engine.clock.now()),
            "scenario": sandbox.default_scenario,
            "executions": sum(counts),
        }

    async def _forget(self, sandbox: str, change: str) -> None:
        await self.engine.journal.clear(sandbox)
        self.request_ids.forget(sandbox)
        self._tell(sandbox, change)

    def _tell(self, sandbox: str, change: str) -> None:
        self.engine.changes.publish("", "sandbox", {"id": sandbox, "change": change})
