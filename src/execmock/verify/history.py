"""What was seen of each execution over time, gathered from every answer that shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE, GET, LIST, PUBLIC

__all__ = ["History", "Sample", "View", "histories"]

View = Literal["create", "get", "list", "public"]
_PLACES: Mapping[str, tuple[View, str, str]] = {
    CREATE: ("create", "/data/execution", ""),
    GET: ("get", "/data/execution", "/data/events"),
    PUBLIC: ("public", "/data", "/data/events"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One sight of an execution. `pointer` leads to it in the answer; without a timeline `events` is None."""

    view: View
    seen: Exchange
    pointer: str
    execution: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...] | None

    @property
    def private(self) -> bool:
        """Whether it is the organization's view."""
        return self.view != "public"

    @property
    def status(self) -> str:
        """The status, or an empty text."""
        status = self.execution.get("status")
        return status if isinstance(status, str) else ""

    def value(self, name: str) -> Any:
        """Return a property; empty ones (absent, null, "", {}) are None."""
        value = self.execution.get(name)
        return None if value in ("", {}) else value


@dataclass(frozen=True)
class History:
    """The sights of one execution, in the order in which their requests were sent."""

    id: str
    samples: tuple[Sample, ...]

    @cached_property
    def private(self) -> tuple[Sample, ...]:
        """The sights with the organization's key."""
        return tuple(sample for sample in self.samples if sample.private)

    @cached_property
    def public(self) -> tuple[Sample, ...]:
        """The sights with the client token."""
        return tuple(sample for sample in self.samples if not sample.private)

    @cached_property
    def creation(self) -> Exchange | None:
        """The exchange that created it, if it was ours."""
        return next((sample.seen for sample in self.samples if sample.view == "create"), None)


def histories(journal: Iterable[Exchange]) -> tuple[History, ...]:
    """Return a history for each execution that any success shows, in the order of first sight."""
    found: defaultdict[str, list[Sample]] = defaultdict(list)
    for seen in journal:
        if seen.ok and seen.judged:
            for sample in _samples(seen):
                found[sample.execution["id"]].append(sample)
    return tuple(
        History(name, tuple(sorted(samples, key=lambda sample: sample.seen.sent)))
        for name, samples in found.items()
    )


def _samples(seen: Exchange) -> Iterator[Sample]:
    if seen.operation == LIST:
        items = seen.at("/data/items")
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if _identified(item):
                yield Sample("list", seen, f"/data/items/{number}", item, None)
    elif seen.operation in _PLACES:
        view, place, timeline = _PLACES[seen.operation]
        execution = seen.at(place)
        if _identified(execution):
            yield Sample(view, seen, place, execution, _events(seen, timeline))


def _identified(execution: Any) -> bool:
    return isinstance(execution, dict) and isinstance(execution.get("id"), str) and bool(execution["id"])


def _events(seen: Exchange, pointer: str) -> tuple[Mapping[str, Any], ...] | None:
    if not pointer:
        return None
    events = seen.at(pointer)
    return tuple(event for event in events if isinstance(event, dict)) if isinstance(events, list) else ()
