"""What a recording knows of one execution: its stays in statuses, with times as exact as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

from execmock.core.apis import ApiName

__all__ = ["Instant", "RecordedEvent", "Run", "Sent", "Stay", "Told"]


class Instant(NamedTuple):
    """Milliseconds since 1970, somewhere from `low` to `high`; `at` is what is written."""

    at: int
    low: int
    high: int

    @classmethod
    def exact(cls, at: int) -> Instant:
        """Return an instant that is known."""
        return cls(at, at, at)

    @classmethod
    def between(cls, low: int, high: int) -> Instant:
        """Return one that lies somewhere between two."""
        low = min(low, high)
        return cls((low + high) // 2, low, high)


class Sent(NamedTuple):
    """A request of the client, other than a read, that named an execution; `grace` is how late it may act."""

    name: str
    payload: Any
    sent: int
    received: int
    grace: int


@dataclass(slots=True)
class RecordedEvent:
    """A timeline entry, `at` milliseconds since 1970, with the fields of it that a scenario can write."""

    at: int
    fields: dict[str, Any]


class Told(IntEnum):
    """How much of what happened in a stay the timelines that were read can hold."""

    NOTHING = 0
    BEGINNING = 1
    ALL = 2


@dataclass(slots=True)
class Stay:
    """A stay in a status. `values` are the settable properties that an answer showed in it, None if none did.

    `seen` is false for a status that nothing showed and that the contract demands. `anchor` is the position
    in the timeline of the event that began it.
    """

    status: str
    since: Instant
    seen: bool = True
    told: Told = Told.NOTHING
    anchor: int | None = None
    values: dict[str, Any] | None = None
    events: list[RecordedEvent] = field(default_factory=list)
    signal: Sent | None = None


@dataclass(slots=True)
class Run:
    """One execution. `request` are the known properties of its create request, `watched` is when it was seen
    last, `created` whether its creation was seen. `timeline` says whether any answer showed its events,
    `named` what is known of the names of an embedded workflow.
    """

    id: str
    api: ApiName
    workflow: str
    created_at: int
    request: Mapping[str, Any]
    stays: list[Stay]
    watched: int
    created: bool
    timeline: bool
    named: Mapping[str, Any] = field(default_factory=dict)
