"""One request as the journal has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["SeenRequest", "seen"]


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request and how it was answered. Keys and tokens are hidden.

    `at` is the sandbox's instant, `took` milliseconds of real time; header names are lower-case; `body` is
    decoded where it is JSON; `operation` is None where no operation was meant; `execution` is the id it
    was about. `violations` says, in sentences, why it was refused; `fits` whether it keeps the contract.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any
    status: int
    took: float
    operation: str | None
    execution: str | None
    violations: tuple[str, ...]
    fits: bool

    @property
    def breaks_contract(self) -> bool:
        """Whether the client asked for something that the contract does not allow."""
        return not self.fits and bool(self.violations)

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        about = " ".join(part for part in (self.operation, self.execution) if part)
        clock = f"{self.at:%H:%M:%S}.{self.at.microsecond // 1000:03d}"
        line = f"{clock}  {self.method} {self.path}{query} -> {self.status}"
        return f"{line}  {about}" if about else line


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
        status=entry["status"],
        took=entry["took"],
        operation=entry["operation"],
        execution=entry["execution"],
        violations=tuple(violation["message"] for violation in entry["violations"]),
        fits=entry["fits"],
    )
