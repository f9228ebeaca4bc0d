"""The timeline of an execution, put together from all answers that show some of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.recorder.model import RecordedEvent
from execmock.recorder.observed import Observed, Seen, instant_of

__all__ = ["timeline"]

_TEXTS = ("eventType", "title", "level", "message", "nodeId")


def timeline(seen: Observed) -> list[RecordedEvent]:
    """Return the events, oldest first; of equal instants, in the order in which the answers have them."""
    events: dict[Any, tuple[int, RecordedEvent]] = {}
    for one in seen.seen:
        for number, event in enumerate(one.events or ()):
            recorded = _event(event, one)
            if recorded is None:
                continue
            name = event.get("id")
            known_by = name if isinstance(name, str) and name else None
            key = known_by or (recorded.at, recorded.fields["eventType"], number)
            known = events.get(key)
            if known is None:
                events[key] = (len(events), recorded)
            else:
                # The public view leaves out what the private one has.
                known[1].fields |= recorded.fields
    return [event for _, event in sorted(events.values(), key=lambda pair: (pair[1].at, pair[0]))]


def _event(event: Mapping[str, Any], one: Seen) -> RecordedEvent | None:
    kind = event.get("eventType")
    if not isinstance(kind, str) or not kind.strip():
        return None
    at = instant_of(event.get("createdAt"))
    fields = {name: event[name] for name in _TEXTS if isinstance(event.get(name), str) and event[name]}
    fields["eventType"] = kind.replace("{{", "{ {")  # a type cannot be a template
    data = event.get("data")
    if isinstance(data, dict) and data:
        fields["data"] = data
    return RecordedEvent(one.high if at is None else at, fields)
