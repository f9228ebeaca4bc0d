"""What the answers of a run show of each execution over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE, GET, LIST, PUBLIC

__all__ = ["History", "Observation", "View", "histories"]

View = Literal["create", "get", "list", "public"]
_PLACES: Mapping[str, tuple[View, str, str]] = {
    CREATE: ("create", "/data/execution", ""),
    GET: ("get", "/data/execution", "/data/events"),
    PUBLIC: ("public", "/data", "/data/events"),
}


@dataclass(frozen=True, slots=True)
class Observation:
    """An execution as one answer shows it, at `pointer`. Without a timeline `events` is None."""

    view: View
    seen: Exchange
    pointer: str
    execution: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...] | None

    @property
    def private(self) -> bool:
        """Whether it is the private view, read with an organization's key."""
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
    """The observations of one execution, in the order in which their requests were sent."""

    id: str
    observations: tuple[Observation, ...]

    @cached_property
    def private(self) -> tuple[Observation, ...]:
        """The observations with the organization's key."""
        return tuple(observation for observation in self.observations if observation.private)

    @cached_property
    def public(self) -> tuple[Observation, ...]:
        """The observations with the client token."""
        return tuple(observation for observation in self.observations if not observation.private)

    @cached_property
    def creation(self) -> Exchange | None:
        """The exchange that created it, if this run did."""
        return next(
            (observation.seen for observation in self.observations if observation.view == "create"), None
        )


def histories(journal: Iterable[Exchange]) -> tuple[History, ...]:
    """Return a history for each execution that any success shows, in the order of first appearance."""
    found: defaultdict[str, list[Observation]] = defaultdict(list)
    for seen in journal:
        if seen.ok and seen.judged:
            for observation in _observations(seen):
                found[observation.execution["id"]].append(observation)
    return tuple(
        History(name, tuple(sorted(observations, key=lambda observation: observation.seen.sent)))
        for name, observations in found.items()
    )


def _observations(seen: Exchange) -> Iterator[Observation]:
    if seen.operation == LIST:
        items = seen.at("/data/items")
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if _identified(item):
                yield Observation("list", seen, f"/data/items/{number}", item, None)
    elif seen.operation in _PLACES:
        view, place, timeline = _PLACES[seen.operation]
        execution = seen.at(place)
        if _identified(execution):
            yield Observation(view, seen, place, execution, _events(seen, timeline))


def _identified(execution: Any) -> bool:
    return isinstance(execution, dict) and isinstance(execution.get("id"), str) and bool(execution["id"])


def _events(seen: Exchange, pointer: str) -> tuple[Mapping[str, Any], ...] | None:
    if not pointer:
        return None
    events = seen.at(pointer)
    return tuple(event for event in events if isinstance(event, dict)) if isinstance(events, list) else ()
