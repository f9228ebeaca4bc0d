"""Which requests a call means, and what it says of those that come nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypedDict

from execmock.errors import MockError, nearest_or_all
from execmock.service.events.matching import Wanted, ranked
from execmock.service.events.redaction import HIDDEN, is_secret
from execmock.service.events.seen import SeenRequest
from execmock.testing.tracebacks import hides

__all__ = ["Meant", "Wanted", "nearest_requests", "wanted_from"]

__tracebackhide__ = hides

_MOST_SHOWN = 3


class Meant(TypedDict, total=False):
    """What can be said of a request besides its operation, each as an argument of its own."""

    method: str | None
    path: str | None
    status: int | None
    execution: str | None
    body: Any
    headers: Mapping[str, str | None] | None
    query: Mapping[str, Any] | None


def wanted_from(call: str, given: Mapping[str, Any]) -> Wanted:
    """Return what a call's arguments mean; MockError for one that it does not have or that has no answer."""
    known = [field.name for field in fields(Wanted)]
    for name in given:
        if name not in known:
            raise MockError(f"{call} has no argument {name!r}.{nearest_or_all(name, known)}")
    wanted = Wanted(**given)
    for what, named in (("header", wanted.headers), ("parameter", wanted.query)):
        for name, value in (named or {}).items():
            if is_secret(name) and value not in (None, HIDDEN):
                raise MockError(
                    f"the journal never shows the {what} {name}; "
                    f"expected {HIDDEN!r}, which any value of it fits, or None where there must be none"
                )
    return wanted


def nearest_requests(wanted: Wanted, requests: Sequence[SeenRequest]) -> list[str]:
    """Return the requests that come nearest, each with what is different about it, as lines of text."""
    lines: list[str] = []
    for request in ranked(wanted, requests)[:_MOST_SHOWN]:
        lines.append(f"  {request}")
        lines += [f"      {difference}" for difference in wanted.differences(request)]
        lines += [f"      refused: {violation}" for violation in request.violations]
    return lines
