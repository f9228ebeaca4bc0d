"""The journal is read page by page, and what is dropped meanwhile is counted once."""

from __future__ import annotations

from typing import Any

from execmock.testing import MockRequests

ENTRY = {
    "at": "2026-01-01T09:00:00.000Z",
    "method": "GET",
    "path": "/v1/executions",
    "query": "",
    "headers": {},
    "body": None,
    "bodyCut": 0,
    "status": 200,
    "took": 1.0,
    "operation": "listExecutions",
    "execution": None,
    "violations": [],
    "fits": True,
    "misspelt": [],
    "faults": [],
}
DROPPED = {name: ENTRY[name] for name in ("operation", "method", "path", "status")}


class Rolling:
    """A control API whose journal keeps 1500 requests, of which each page that is read drops the oldest."""

    def __init__(self, last: int) -> None:
        self.first, self.last = last - 1499, last

    def call(self, method: str, path: str, *, limit: int, before: int | None) -> Any:
        numbers = [n for n in range(self.first, self.last + 1) if before is None or n < before]
        self.first, self.last = self.first + 600, self.last + 600
        row = {**DROPPED, "breaksContract": False, "count": self.first - 1}
        return {
            "entries": [{**ENTRY, "number": number} for number in numbers[-limit:]],
            "count": len(numbers),
            "dropped": {"count": self.first - 1, "upTo": self.first - 1, "counts": [row]},
        }


def test_what_is_dropped_while_it_is_read_is_counted_once() -> None:
    control = Rolling(1500)
    requests = MockRequests(control, ["listExecutions"])  # type: ignore[arg-type]
    assert requests.count("listExecutions") == 1500
