"""One request as the journal has it, and how many more of a kind there were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from execmock.errors import visible_line

__all__ = ["DroppedRequests", "SeenRequest", "dropped", "seen"]


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request and how it was answered. Keys and tokens are hidden.

    `at` is the sandbox's instant, `took` milliseconds of real time; header names are lower-case; `body` is
    decoded where it is JSON, and text where it was cut after 64 KiB, by `body_cut` bytes; so with `answer`,
    which is None unless the journal keeps answers. `operation` is None where no operation was meant;
    `execution` is the id it was about. `violations` says, in sentences, why it was refused; `fits` whether it
    keeps the contract; `misspelt` which names it has that the contract does not know, but nearly;
    `faults` the names of the faults that struck it.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any
    body_cut: int
    status: int
    took: float
    operation: str | None
    execution: str | None
    violations: tuple[str, ...]
    fits: bool
    answer: Any = None
    answer_cut: int = 0
    misspelt: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def breaks_contract(self) -> bool:
        """Whether the client asked for something that the contract does not allow."""
        return not self.fits and bool(self.violations)

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        about = " ".join(part for part in (self.operation, self.execution) if part)
        clock = f"{self.at:%H:%M:%S}.{self.at.microsecond // 1000:03d}"
        line = f"{clock}  {self.method} {self.path}{query} -> {self.status}"
        cut = f"  (body cut by {self.body_cut} bytes)" if self.body_cut else ""
        struck = f"  (fault {', '.join(self.faults)})" if self.faults else ""
        return visible_line(f"{line}  {about}{cut}{struck}" if about else line + cut + struck)


@dataclass(frozen=True, slots=True)
class DroppedRequests:
    """Requests of one kind that the journal no longer keeps, and how many.

    `path` is None for paths that are not counted apart; then `method` and `operation` may be unknown too:
    `method` is None there.
    """

    operation: str | None
    method: str | None
    path: str | None
    status: int
    breaks_contract: bool
    count: int

    def __str__(self) -> str:
        about = f"  {self.operation}" if self.operation else ""
        place = f"{self.method or 'any method'} {self.path or 'of other paths'}"
        return visible_line(f"{self.count} × {place} -> {self.status}{about}")


def seen(entry: Mapping[str, Any]) -> SeenRequest:
    """Return a journal entry of the control API, typed."""
    return SeenRequest(
        number=entry["number"],
        at=datetime.fromisoformat(entry["at"]),
        method=entry["method"],
        path=entry["path"],
        query=entry["query"],
        headers={name.lower(): value for name, value in entry["headers"].items()},
        body=entry["body"],
        body_cut=entry["bodyCut"],
        status=entry["status"],
        took=entry["took"],
        operation=entry["operation"],
        execution=entry["execution"],
        violations=tuple(violation["message"] for violation in entry["violations"]),
        fits=entry["fits"],
        answer=entry.get("answer"),
        answer_cut=entry.get("answerCut", 0),
        misspelt=tuple(violation["message"] for violation in entry["misspelt"]),
        faults=tuple(entry["faults"]),
    )


def dropped(row: Mapping[str, Any]) -> DroppedRequests:
    """Return a count of the control API, typed."""
    return DroppedRequests(
        row["operation"], row["method"], row["path"], row["status"], row["breaksContract"], row["count"]
    )
