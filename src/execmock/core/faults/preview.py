"""What a list of faults will do to a sequence of requests, without sending any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from execmock.core.durations import format_duration
from execmock.core.fault_count import FaultCount
from execmock.core.faults.model import Fault
from execmock.core.faults.request import AskedRequest
from execmock.core.faults.strike import Counted, Strike, run, trying
from execmock.core.faults.timing import counted
from execmock.core.ids import derive

__all__ = ["FaultPreview", "fault_seed"]


def fault_seed(root: bytes, fault: str, per: str) -> bytes:
    """Return what the draws of a fault follow from in a sandbox, for the execution `per` if it counts so."""
    return derive(root, "fault", fault, per)


@dataclass(slots=True)
class FaultPreview:
    """Tries faults that were added at the instant `began` (ms) on one request after the other."""

    faults: Sequence[Fault]
    root: bytes
    began: int
    _counts: dict[tuple[str, str], FaultCount] = field(default_factory=dict)

    def strike(self, request: AskedRequest) -> Strike | None:
        """Return what the faults do to the next request."""
        return run(trying(self.faults, request), lambda place: self._count(self.faults[place], request))

    def row(self, request: AskedRequest) -> Mapping[str, Any]:
        """Return what they do to the next request, as JSON-like data."""
        strike = self.strike(request)
        shown = {"operation": request.operation, "method": request.method, "path": request.path}
        if strike is None or not strike.names:
            return {**shown, "faults": [], "does": None, "waits": []}
        waits = [
            {"fault": wait.fault, "for": format_duration(wait.milliseconds), "on": wait.on}
            for wait in strike.waits
        ]
        does = None if strike.effect is None else strike.effect.said
        return {**shown, "faults": list(strike.names), "does": does, "waits": waits}

    def _count(self, fault: Fault, request: AskedRequest) -> Counted:
        per = request.execution.id if fault.counting.per_execution and request.execution else ""
        seed = fault_seed(self.root, fault.name, per)
        before = self._counts.get((fault.name, per), FaultCount(fault.name, per=per))
        count, strikes, limit = counted(before, fault, request.at, self.began, seed)
        self._counts[fault.name, per] = count
        end = fault.window.ends(self.began)
        return Counted(count.seen, strikes, seed, None if end is None else end - request.at, limit)
