"""Control operations on sandboxes, snapshots and the journal."""

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
from execmock.server.control.parts import Parts
from execmock.server.control.scenes import instant
from execmock.server.doorman import Caller
from execmock.service.journal import JournalFilter, rendered
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox, Scope
from execmock.service.steering import clock_as_json
from execmock.service.tracking import EMBED, EXECUTION

__all__ = ["journal_handlers", "sandbox_handlers"]


def sandbox_handlers(parts: Parts) -> Mapping[str, Handler]:
    """Return the operations on sandboxes and snapshots."""

    async def shown(sandbox: Sandbox) -> dict[str, Any]:
        counts = [await parts.store.count(sandbox.id, kind) for kind in (EXECUTION, EMBED)]
        return {
            "id": sandbox.id,
            "organizationId": sandbox.organization,
            "clock": clock_as_json(sandbox.clock, parts.clock.now()),
            "scenario": sandbox.default_scenario,
            "executions": sum(counts),
        }

    def fresh_name(label: str) -> str:
        return derive(parts.entropy.root(label), label, parts.changes.next_number(), size=10).hex()

    def made(body: Mapping[str, Any]) -> Sandbox:
        wanted = body.get("clock", {})
        start = instant(wanted["now"], "body/clock/now") if "now" in wanted else None
        name = body.get("name") or fresh_name("sandbox")
        sandbox = parts.sandboxes.make(
            name, seed=body.get("seed"), start=start, speed=float(wanted.get("speed", 1.0))
        )
        if wanted.get("frozen"):
            sandbox = replace(sandbox, clock=sandbox.clock.freeze(parts.clock.now()))
        return replace(sandbox, default_scenario=body.get("scenario"))

    async def create(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        body = checked.body
        scenario = body.get("scenario")
        if scenario is not None and scenario not in parts.library.current:
            violation = Violation("body/scenario", "the name of a scenario", scenario)
            raise Refusal(409, "Unknown scenario", [violation])
        sandbox = made(body)
        if await parts.sandboxes.get(sandbox.id) is not None:
            violation = Violation("body/name", "a name that no sandbox has", sandbox.id)
            raise Refusal(409, "The sandbox exists", [violation])
        asked = body.get("keys", [{}])
        keys: list[tuple[str, Scope]] = [
            (entry.get("key") or "b3sk_" + fresh_name("key"), entry.get("scope", "read-write"))
            for entry in asked
        ]
        for key, _ in keys:
            if await parts.sandboxes.key(key) is not None:
                raise Refusal(
                    409, "A key opens another sandbox already", [Violation("body/keys", "a new key")]
                )
        await parts.sandboxes.add(sandbox, keys)
        parts.changes.publish("", "sandbox", {"id": sandbox.id, "change": "created"})
        return encode({**await shown(sandbox), "keys": [{"key": key, "scope": scope} for key, scope in keys]})

    async def list_all(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode({"sandboxes": [await shown(sandbox) for sandbox in await parts.sandboxes.all()]})

    async def read(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode(await shown(await parts.named(checked.parameters["name"], "path/name")))

    async def delete(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await parts.named(checked.parameters["name"], "path/name")
        if sandbox.id == DEFAULT_SANDBOX:
            raise Refusal(409, "The sandbox default stays; it can be reset")
        await parts.sandboxes.delete(sandbox.id)
        _forget(parts, sandbox.id, "deleted")
        return b""

    async def reset(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await parts.named(checked.parameters["name"], "path/name")
        await parts.sandboxes.reset(sandbox.id)
        _forget(parts, sandbox.id, "reset")
        return encode(await shown(sandbox))

    async def take(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode(await parts.snapshots.take(await parts.sandbox(checked)))

    async def restore(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        sandbox = await parts.snapshots.restore(await parts.sandbox(checked), checked.body)
        _forget(parts, sandbox.id, "restored")
        return encode(await shown(sandbox))

    return {
        "listSandboxes": list_all,
        "createSandbox": create,
        "getSandbox": read,
        "deleteSandbox": delete,
        "resetSandbox": reset,
        "getSnapshot": take,
        "putSnapshot": restore,
    }


def _forget(parts: Parts, sandbox: str, change: str) -> None:
    parts.journal.clear(sandbox)
    parts.request_ids.forget(sandbox)
    parts.changes.publish("", "sandbox", {"id": sandbox, "change": change})


def journal_handlers(parts: Parts) -> Mapping[str, Handler]:
    """Return the operations on the journal."""

    async def found(checked: Checked) -> list[Any]:
        sandbox, given = await parts.sandbox(checked), checked.parameters
        method = given.get("method")
        wanted = JournalFilter(
            after=given["after"],
            operation=given.get("operation"),
            method=method.upper() if method else None,
            status=given.get("status"),
            execution=given.get("execution"),
        )
        return parts.journal.entries(sandbox.id, wanted)

    async def list_entries(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        entries = await found(checked)
        latest = entries[-checked.parameters["limit"] :]
        return encode({"entries": [rendered(entry) for entry in latest], "count": len(entries)})

    async def count(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode({"count": len(await found(checked))})

    async def clear(call: Call, checked: Checked, caller: Caller | None) -> bytes:
        return encode({"count": parts.journal.clear((await parts.sandbox(checked)).id)})

    return {"listJournal": list_entries, "countJournal": count, "clearJournal": clear}
