"""What was asked and how it was answered: a bounded ring per sandbox, rendered only when it is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from msgspec import Struct

from execmock.core.durations import format_instant
from execmock.core.json_text import JsonError, decode
from execmock.core.schema.violation import Violation
from execmock.service.events.redaction import (
    HIDDEN,
    hidden,
    is_secret,
    redacted_query,
    secrets_of,
    violations_without,
)

__all__ = ["Found", "Journal", "JournalEntry", "JournalFilter", "rendered"]

_LONGEST_BODY = 64 * 1024


class JournalEntry(Struct, frozen=True, gc=False):
    """One request and its answer. `at` is the sandbox's instant, `took` milliseconds of real time.

    `fits` says that the request keeps the contract; `violations` are why it was refused all the same.
    """

    number: int
    at: int
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    took: float
    operation: str
    subject: str
    violations: Sequence[Violation]
    fits: bool = True


class JournalFilter(NamedTuple):
    """Which entries are wanted; what is None does not matter. `after` is the number of the last one known."""

    after: int = 0
    operation: str | None = None
    method: str | None = None
    status: int | None = None
    execution: str | None = None

    def admits(self, entry: JournalEntry) -> bool:
        """Whether an entry is wanted, by all but its number."""
        return (
            self.operation in (None, entry.operation)
            and self.method in (None, entry.method)
            and self.status in (None, entry.status)
            and self.execution in (None, entry.subject)
        )

    def admits_shown(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry is wanted that is kept as it is shown; its number is not looked at."""
        return (
            self.operation in (None, entry["operation"])
            and self.method in (None, entry["method"])
            and self.status in (None, entry["status"])
            and self.execution in (None, entry["execution"])
        )


class Found(NamedTuple):
    """Entries as they are shown, oldest first, and how many were found in all."""

    total: int
    entries: Sequence[Mapping[str, Any]]


class Journal:
    """The entries of every sandbox, at most `size` each; the oldest go first."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._rings: dict[str, deque[JournalEntry]] = {}

    def add(self, sandbox: str, entry: JournalEntry) -> None:
        """Keep an entry."""
        ring = self._rings.get(sandbox)
        if ring is None:
            ring = self._rings[sandbox] = deque(maxlen=self._size)
        ring.append(entry)

    def entries(self, sandbox: str, wanted: JournalFilter) -> list[JournalEntry]:
        """Return the wanted entries, oldest first."""
        # From the latest backwards: a reader that asks often has seen most of them.
        late = takewhile(lambda entry: entry.number > wanted.after, reversed(self._rings.get(sandbox, ())))
        return [entry for entry in late if wanted.admits(entry)][::-1]

    async def find(self, sandbox: str, wanted: JournalFilter, most: int | None = None) -> Found:
        """Return the wanted entries as they are shown, the latest `most` of them."""
        entries = self.entries(sandbox, wanted)
        shown = entries if most is None else entries[max(0, len(entries) - most) :]
        return Found(len(entries), [rendered(entry) for entry in shown])

    async def clear(self, sandbox: str) -> int:
        """Forget a sandbox's entries; return how many there were."""
        return len(self._rings.pop(sandbox, ()))

    async def flush(self) -> None:
        """Nothing waits to be kept elsewhere."""


def rendered(entry: JournalEntry) -> dict[str, Any]:
    """Return an entry as JSON-like data, without keys and tokens."""
    shown: dict[str, Any] = {
        "number": entry.number,
        "at": format_instant(entry.at),
        "method": entry.method,
        "path": entry.path,
        "query": redacted_query(entry.query),
        "headers": dict(_visible(entry.headers.items())),
        "body": _body(entry.body),
        "status": entry.status,
        "took": round(entry.took, 3),
        "operation": entry.operation or None,
        "execution": entry.subject or None,
        "violations": [violation.as_json() for violation in violations_without(entry.violations)],
        "fits": entry.fits,
    }
    # A client that sends a key where it belongs may send it where it does not belong too.
    secrets = secrets_of(entry.query, entry.headers)
    return {name: hidden(value, secrets) for name, value in shown.items()} if secrets else shown


def _visible(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        text = value.encode("utf-8", "replace").decode("utf-8", "replace")
        yield name, HIDDEN if is_secret(name) else text


def _body(body: bytes) -> Any:
    if not body:
        return None
    try:
        return decode(body)
    except JsonError:
        return body[:_LONGEST_BODY].decode("utf-8", "replace")
