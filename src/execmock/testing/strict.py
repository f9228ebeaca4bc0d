"""What a strict test holds its client to, and what is said of a client that fails it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from execmock.service.events.seen import SeenRequest

__all__ = ["StrayRequest", "Strictness", "strays_text", "strict_text"]

_MOST_SHOWN = 50
_KEY = "header/Authorization"


@dataclass(frozen=True, slots=True)
class Strictness:
    """Whether a client is judged, and what is allowed all the same."""

    strict_client: bool = False
    """Whether requests that break the contract, or reach no sandbox, fail the test."""
    allow_unknown_keys: bool = False
    """For tests of what a client does when its key is refused."""
    allow_misspelt: bool = False
    """For clients that send properties of their own which are like those of the contract."""


@dataclass(frozen=True, slots=True)
class StrayRequest:
    """A request that reached no sandbox by its key. `key` says what was wrong with the key, empty if nothing.

    `uncounted` says why it is not held against the test, empty if it is.
    """

    request: SeenRequest
    key: str
    uncounted: str

    @property
    def reasons(self) -> list[str]:
        """What is wrong with it, one line each."""
        others = [one for one in self.request.violations if not one.startswith(_KEY)]
        return [self.key, *others] if self.key else others

    def is_allowed(self, strictness: Strictness) -> bool:
        """Whether nothing is wrong but its key, and that is allowed."""
        return strictness.allow_unknown_keys and self.reasons == [self.key]


def strict_text(
    strictness: Strictness,
    violations: tuple[Sequence[SeenRequest], int],
    misspelt: Sequence[SeenRequest],
    strays: Sequence[StrayRequest],
) -> str:
    """Return what a client did that a strict test does not allow; empty if nothing.

    `violations` are requests to the sandbox that break the contract, and how many there were in all.
    """
    counted = [one for one in strays if not one.uncounted and not one.is_allowed(strictness)]
    known = {one.request.number for one in strays}
    found = [one for one in violations[0] if one.number not in known and one.status != 401]
    gone = violations[1] - len(violations[0])
    parts = []
    if found or gone:
        number = len(found) + gone
        title = "A request breaks the contract:" if number == 1 else f"{number} requests break the contract:"
        more = [f"  ({gone} more, no longer in the journal)"] if gone else []
        parts.append([title, *more, *_lines([(one, list(one.violations)) for one in found])])
    if counted:
        title = "A request" if len(counted) == 1 else f"{len(counted)} requests"
        parts.append(
            [
                f"{title} reached the port without a key of any sandbox:",
                *_lines([(one.request, one.reasons) for one in counted]),
            ]
        )
    if misspelt and not strictness.allow_misspelt:
        title = "A request has" if len(misspelt) == 1 else f"{len(misspelt)} requests have"
        parts.append(
            [
                f"{title} names that the contract does not know, but nearly:",
                *_lines([(one, list(one.misspelt)) for one in misspelt]),
            ]
        )
    return "\n".join(line for part in parts for line in part)


def strays_text(strays: Sequence[StrayRequest]) -> str:
    """Return requests that reached no sandbox as lines of text; empty if there are none."""
    hidden = len(strays) - _MOST_SHOWN
    lines = [f"(the last {_MOST_SHOWN} of {len(strays)})"] if hidden > 0 else []
    for one in strays[-_MOST_SHOWN:]:
        lines += [str(one.request), *(f"    {reason}" for reason in one.reasons)]
        lines += [f"    not counted: {one.uncounted}"] if one.uncounted else []
    return "\n".join(lines)


def _lines(requests: Sequence[tuple[SeenRequest, Sequence[str]]]) -> list[str]:
    hidden = len(requests) - _MOST_SHOWN
    lines = [f"  ({hidden} more)"] if hidden > 0 else []
    for request, reasons in requests[-_MOST_SHOWN:]:
        lines += [f"  {request}", *(f"      {reason}" for reason in reasons)]
    return lines
