"""Views may show a new state a moment late; from two seconds on that is a violation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.contract import Transitions
from execmock.verify.equality import same_json, same_member
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.history import History, Observation
from execmock.verify.requests import PUBLIC

__all__ = ["LATE", "LATEST", "in_time", "is_late", "late_views", "may_be_late", "undisturbed"]

LATEST = 2.0
"""Seconds after which every view has to show what an answer has shown."""
LATE = f"another view may be up to {LATEST:g} s late"
"""Why an observation is not judged."""


def in_time(seen: Exchange, known: Exchange | None) -> bool:
    """Whether a view was asked for so long after an answer had shown something that it has to show it too."""
    return known is not None and seen.sent >= known.received + LATEST


def is_late(view: Observation, known: Observation) -> bool:
    """Whether a view may be behind what another answer showed: lists and public views may, reads may not."""
    return view.view in ("list", "public") and not in_time(view.seen, known.seen)


def undisturbed(before: Observation, after: Observation, graph: Transitions) -> bool:
    """Whether nothing can have moved between two reads that show the same.

    A status that can be left and reached again proves nothing: running and waiting take turns, and a clock of
    whole seconds does not show it.
    """
    status = before.status
    returns = any(graph.reaches(following, status) for following in graph.next.get(status, ()))
    timelines = (before.events, after.events)
    grown = None not in timelines and len(before.events or ()) != len(after.events or ())
    return status in graph.next and not returns and not grown and same_json(before.execution, after.execution)


def may_be_late(history: History, view: Observation, name: str, shown: Any, wanted: Any) -> bool:
    """Whether a view shows a value that was there before, and the one in its place is not known for long."""
    earlier = [one for one in history.private if one.seen.received <= view.seen.sent and one.view != "list"]
    was_shown = any(same_member(shown, one.execution.get(name)) for one in earlier)
    known = next((one.seen for one in earlier if same_member(wanted, one.execution.get(name))), None)
    return was_shown and not in_time(view.seen, known)


def late_views(evidence: Evidence) -> Iterator[tuple[Exchange, float | None]]:
    """Yield the last answers to reads that were sent again, with the seconds by which they were late.

    None stands for a read that was in time, or whose view came too late: other rules judge that. A public
    view was late only if it came to show what had been known before it was asked for the first time.
    """
    waiting: dict[tuple[str, str, str], Exchange] = {}
    for seen in evidence.journal:
        if seen.ok and seen.request.method == "GET":
            key = (seen.probe, seen.label, seen.request.url)
            if seen.again:
                waiting.setdefault(key, seen)
            else:
                first = waiting.pop(key, None)
                late = 0.0 if first is None else seen.received - first.sent
                is_late = first is not None and 0 < late < LATEST and _was_known(evidence, first, seen)
                yield seen, late if is_late else None


def _was_known(evidence: Evidence, first: Exchange, seen: Exchange) -> bool:
    """Whether a read by key had shown, before a view was asked for, in what its later answer differs."""
    if seen.operation != PUBLIC:
        return True
    before, after = first.at("/data"), seen.at("/data")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    changed = {name: value for name, value in after.items() if not same_member(value, before.get(name))}
    new = _event_ids(after.get("events")) - _event_ids(before.get("events"))
    named = (history for history in evidence.histories if history.id == after.get("id"))
    known = (one for history in named for one in history.private if one.seen.received <= first.sent)
    return any(
        any(same_member(value, one.value(name)) for name, value in changed.items())
        or not new.isdisjoint(_event_ids(one.events))
        for one in known
    )


def _event_ids(events: Any) -> set[str]:
    shown = events if isinstance(events, list | tuple) else ()
    ids = (event.get("id") for event in shown if isinstance(event, Mapping))
    return {name for name in ids if isinstance(name, str)}
