"""Control operations on faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from execmock.clocks import monotonic
from execmock.core.durations import format_instant
from execmock.core.fault_count import FaultCount
from execmock.core.faults import AskedExecution, AskedRequest, Fault, FaultPreview, never_striking
from execmock.core.json_text import decode_kept, encode
from execmock.core.sandbox import Sandbox
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations, read_duration
from execmock.service.faults.faults import MOST_FAULTS, ActiveFault
from execmock.service.faults.upload import read_fault_upload
from execmock.service.refusals import Refusal

__all__ = ["FaultOperations"]


_LONGEST_PREVIEW = 10
"""Seconds of work that a preview may take."""


class FaultOperations(Operations):
    """List with counts, add, read, remove, clear, preview."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {
            "listFaults": self._list,
            "addFaults": self._add,
            "clearFaults": self._clear,
            "getFault": self._read,
            "deleteFault": self._delete,
            "previewFaults": self._preview,
        }

    async def _list(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.sandbox(checked)
        held = [answer.as_json() for answer in self.engine.waits.held(sandbox.id)]
        return encode({"faults": await self._shown(sandbox), "held": held})

    async def _add(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.sandbox(checked)
        faults = await self.engine.background.run(read_fault_upload, checked.body, self.engine.faults.words)
        names = {fault.name for fault in faults}
        if len({*names, *(kept.name for kept in sandbox.faults)}) > MOST_FAULTS:
            expected = f"at most {MOST_FAULTS} faults in a sandbox"
            raise Refusal(409, "Too many faults", [Violation("body", expected, len(sandbox.faults))])
        stays = checked.parameters["stays"]
        changed = await self.engine.faults.add(sandbox.id, faults, stays=stays) or sandbox
        await self._changed(sandbox.id)
        shown = await self._shown(changed)
        return encode({"faults": [fault for fault in shown if fault["name"] in names]})

    async def _clear(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.sandbox(checked)
        count = await self.engine.faults.remove(sandbox.id)
        await self._changed(sandbox.id)
        return encode({"count": count})

    async def _read(self, checked: ValidatedRequest) -> bytes:
        shown = await self._shown(await self.sandbox(checked))
        name = checked.parameters["name"]
        found = next((fault for fault in shown if fault["name"] == name), None)
        if found is None:
            raise _unknown(name, shown)
        return encode(found)

    async def _delete(self, checked: ValidatedRequest) -> bytes:
        sandbox, name = await self.sandbox(checked), checked.parameters["name"]
        if not await self.engine.faults.remove(sandbox.id, name):
            raise _unknown(name, await self._shown(sandbox))
        await self._changed(sandbox.id)
        return b""

    async def _preview(self, checked: ValidatedRequest) -> bytes:
        return await self.engine.background.run(self._previewed, await self.sandbox(checked), checked.body)

    def _previewed(self, sandbox: Sandbox, body: Mapping[str, Any]) -> bytes:
        faults = self.engine.faults
        if "faults" in body:
            tried = list(read_fault_upload({"faults": body["faults"]}, faults.words))
        else:
            tried = [one.fault for one in faults.of(sandbox)]
        now = self.engine.sandboxes.now(sandbox)
        preview = FaultPreview(tried, sandbox.draw_root or sandbox.root, now)
        rows: list[Mapping[str, Any]] = []
        end = monotonic() + _LONGEST_PREVIEW
        for number, wanted in enumerate(body["requests"]):
            asked = self._planned(wanted, f"body/requests/{number}", sandbox, now)
            for _ in range(wanted.get("repeat", 1)):
                if monotonic() > end:
                    came = f"more, {len(rows)} requests tried"
                    violation = Violation("body", f"at most {_LONGEST_PREVIEW} s of work", came)
                    raise Refusal(422, "The preview takes too long", [violation])
                rows.append(preview.row(asked))
        return encode({"requests": rows})

    def _planned(self, wanted: Mapping[str, Any], where: str, sandbox: Sandbox, now: int) -> AskedRequest:
        """Return a request that is to be sent, as faults look at it."""
        operations, name = self.engine.contract.operations, wanted["operation"]
        if name not in operations:
            known, hint = f"one of {', '.join(operations)}", nearest(name, operations)
            raise Refusal(404, "Unknown operation", [Violation(f"{where}/operation", known, name, hint=hint)])
        execution = wanted.get("execution")
        return AskedRequest(
            operation=name,
            method=operations[name].method,
            path=wanted.get("path", operations[name].path),
            at=now + read_duration(wanted.get("at", "0s"), f"{where}/at"),
            sandbox=sandbox.id,
            key=wanted.get("key", ""),
            query=wanted.get("query", {}),
            headers={name.lower(): value for name, value in wanted.get("header", {}).items()},
            body=wanted.get("body"),
            execution=None if execution is None else AskedExecution(**execution),
        )

    async def _changed(self, sandbox: str) -> None:
        await self.engine.sandboxes.look_for_faults()
        self.engine.changes.publish(sandbox, "sandbox", {"id": sandbox, "change": "faults"})

    async def _shown(self, sandbox: Sandbox) -> list[dict[str, Any]]:
        counts = await self.engine.faults.counts(sandbox.id)
        active = self.engine.faults.of(sandbox)
        words = self.engine.faults.words
        idle = never_striking([one.fault for one in active], words, (), sandbox.id)
        reasons = {finding.path[0]: finding.message for finding in idle}
        return [_as_json(one, counts, reasons.get(number)) for number, one in enumerate(active)]


def _as_json(one: ActiveFault, counts: Mapping[int, FaultCount], never: str | None) -> dict[str, Any]:
    fault: Fault = one.fault
    count = counts.get(one.edition, FaultCount(fault.name))
    return {
        "name": fault.name,
        "does": fault.said,
        "fault": decode_kept(fault.text.encode()),
        "stays": one.stays,
        "addedAt": None if one.began is None else format_instant(one.began),
        "seen": count.seen,
        "struck": count.struck,
        **({"neverStrikes": never} if never else {}),
    }


def _unknown(name: str, shown: Sequence[Mapping[str, Any]]) -> Refusal:
    hint = nearest(name, [str(fault["name"]) for fault in shown])
    violation = Violation("path/name", "the name of a fault of the sandbox", name, hint=hint)
    return Refusal(404, "Unknown fault", [violation])
