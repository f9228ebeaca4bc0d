"""Control operations on the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from execmock.core.json_text import decode, encode
from execmock.core.request_counts import RequestCount
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations
from execmock.service.events.journal import Dropped, Found, JournalFilter
from execmock.service.events.matching import Wanted, ranked
from execmock.service.events.seen import seen
from execmock.service.refusals import Refusal

__all__ = ["JournalOperations"]


_MOST_COMPARED = 1000


class JournalOperations(Operations):
    """List, count, sum up, clear."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {
            "listJournal": self._list,
            "countJournal": self._count,
            "summarizeJournal": self._summary,
            "listViolations": self._violations,
            "listMisspellings": self._misspellings,
            "findNearestRequests": self._nearest,
            "clearJournal": self._clear,
        }

    async def _list(self, checked: ValidatedRequest) -> bytes:
        sandbox, wanted = await self.sandbox(checked), self._filter(checked)
        found = await self.engine.journal.find(sandbox.id, wanted, checked.parameters["limit"])
        dropped = {
            "count": found.dropped.total,
            "upTo": found.dropped.up_to,
            "counts": _rows(found.dropped.counts),
        }
        return _listed(found, {"count": found.kept, "dropped": dropped})

    async def _count(self, checked: ValidatedRequest) -> bytes:
        sandbox, wanted = await self.sandbox(checked), self._filter(checked)
        found = await self.engine.journal.find(sandbox.id, wanted, 0)
        return encode({"count": found.kept + _surely(wanted, found.dropped)})

    async def _summary(self, checked: ValidatedRequest) -> bytes:
        summary = await self.engine.journal.summary((await self.sandbox(checked)).id)
        total = sum(count.count for count in summary.counts)
        violations = sum(count.count for count in summary.counts if count.breaks_contract)
        shown = {"count": total, "dropped": summary.dropped, "violations": violations}
        return encode({**shown, "counts": _rows(summary.counts)})

    async def _violations(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.sandbox(checked)
        found = await self.engine.journal.violating(sandbox.id, checked.parameters["limit"])
        return _listed(found, {"count": found.kept + found.dropped.total})

    async def _misspellings(self, checked: ValidatedRequest) -> bytes:
        sandbox = await self.sandbox(checked)
        found = await self.engine.journal.misspelling(sandbox.id, checked.parameters["limit"])
        return _listed(found, {"count": found.kept})

    async def _nearest(self, checked: ValidatedRequest) -> bytes:
        sandbox, wanted = await self.sandbox(checked), Wanted(**checked.body)
        found = await self.engine.journal.find(sandbox.id, JournalFilter(), _MOST_COMPARED)
        background = self.engine.background
        compared = await background.run(_compared, wanted, found.entries, checked.parameters["limit"])
        return encode({"nearest": compared})

    async def _clear(self, checked: ValidatedRequest) -> bytes:
        journal, sandbox, wanted = self.engine.journal, await self.sandbox(checked), self._filter(checked)
        if wanted == JournalFilter():
            return encode({"count": await journal.clear(sandbox.id)})
        found = await journal.find(sandbox.id, wanted, 0)
        _surely(wanted, found.dropped)
        return encode({"count": await journal.forget(sandbox, wanted)})

    def _filter(self, checked: ValidatedRequest) -> JournalFilter:
        """Return what is asked for; Refusal 404 for an operation that the contract does not have."""
        known, name = self.engine.contract.operations, checked.parameters.get("operation")
        if name is not None and name not in known:
            violation = Violation(
                "query/operation", f"one of {', '.join(known)}", name, hint=nearest(name, known)
            )
            raise Refusal(404, "Unknown operation", [violation])
        return _filter(checked.parameters)


def _filter(given: Mapping[str, Any]) -> JournalFilter:
    method = given.get("method")
    return JournalFilter(
        after=given["after"],
        operation=given.get("operation"),
        method=method.upper() if method else None,
        path=given.get("path"),
        status=given.get("status"),
        execution=given.get("execution"),
        before=given.get("before"),
    )


def _compared(wanted: Wanted, entries: Sequence[bytes], most: int) -> list[dict[str, Any]]:
    nearest = ranked(wanted, [seen(decode(entry)) for entry in entries])[:most]
    return [{"number": one.number, "differences": [*wanted.differences(one)]} for one in nearest]


def _surely(wanted: JournalFilter, dropped: Dropped) -> int:
    """Return how many dropped requests a filter admits; Refusal 409 where that cannot be known."""
    unsure = sum(count.count for count in dropped.counts if wanted.admits_kind(count.kind) is None)
    if unsure:
        violation = Violation(
            "query", "filters that the counts of dropped requests can answer", f"{unsure} that may be meant"
        )
        raise Refusal(
            409,
            f"The count is not known: the journal dropped {unsure} requests that may be meant. "
            "--journal-size N keeps more, and --journal-bytes BYTES more of large ones; operation, method, "
            "path and status are counted for all.",
            [violation],
        )
    return dropped.total


def _rows(counts: Sequence[RequestCount]) -> list[dict[str, Any]]:
    ordered = sorted(counts, key=lambda count: tuple(map(str, count.kind)))
    return [
        {
            "operation": count.operation or None,
            "method": count.method,
            "path": count.path,
            "status": count.status,
            "breaksContract": count.breaks_contract,
            "count": count.count,
        }
        for count in ordered
    ]


def _listed(found: Found, rest: Mapping[str, Any]) -> bytes:
    """Return entries and the rest of an answer as JSON."""
    return b'{"entries":[%b],%b' % (b",".join(found.entries), encode(rest)[1:])
