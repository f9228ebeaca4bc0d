"""Other clients that create executions in the organization: what lists then hold cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.pagination import page_of
from execmock.verify.requests import LIST
from execmock.verify.rule import Check, not_judged

__all__ = ["OTHERS_CREATE", "others_create", "unless_others_create"]

OTHERS_CREATE = "others create executions in the organization: judge one in which nothing else works"
"""Why what lists hold is not judged."""
_SAME_SECOND = 1_000
"""Milliseconds: a time in whole seconds may lie so much before or after another."""


def others_create(evidence: Evidence) -> bool:
    """Whether lists show executions that another client has created in the organization during the run.

    Nothing that was counted then bounds what a page holds later. A create whose answer was lost counts as
    another's: its execution is not known.
    """
    made = (seen.at("/data/execution/id") for seen in evidence.journal if seen.request.method == "POST")
    ours = {name for name in made if isinstance(name, str)}
    born = [instant(seen.at("/data/execution/createdAt")) for seen in evidence.ok_creates()]
    first = min((time for time in born if time is not None), default=None)
    if first is None:
        return False
    listed = (page_of(seen) for seen in evidence.journal if seen.operation == LIST and seen.ok)
    items = (item for page in listed if page is not None for item in page.items)
    young = (item for item in items if (instant(item.get("createdAt")) or 0) > first + _SAME_SECOND)
    return any(isinstance(item.get("id"), str) and item["id"] not in ours for item in young)


def unless_others_create(evidence: Evidence, checks: Iterable[Check]) -> Iterator[Check]:
    """Yield checks of what lists hold; what looks wrong is not judged where others create meanwhile."""
    known: list[bool] = []
    for each in checks:
        if each.ok is False and not known:
            known.append(others_create(evidence))
        yield not_judged(OTHERS_CREATE, each.seen) if each.ok is False and known[0] else each
