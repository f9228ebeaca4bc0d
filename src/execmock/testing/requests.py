"""The journal of a sandbox, to look at and to assert on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Unpack, overload

from execmock.errors import MockError, nearest
from execmock.service.events.seen import DroppedRequests, SeenRequest, dropped, seen
from execmock.testing.control import Control
from execmock.testing.evidence import MORE, Bounds, Counted, Evidence
from execmock.testing.matching import Meant, Wanted, wanted_from
from execmock.testing.sequence import others_text, sequence_text
from execmock.testing.tracebacks import hides

__all__ = ["MockRequests", "Step"]

__tracebackhide__ = hides

_PAGE = 1000
_MOST_VIOLATIONS = 10_000

Step = str | Mapping[str, Any]
"""A request that is meant: the name of an operation, or what `assert_called` takes as a mapping."""


class MockRequests(Sequence[SeenRequest]):
    """The requests that came for a sandbox, oldest first. It is read anew each time it is looked at.

    A request belongs to the sandbox that its key opens, whatever else is wrong with it. The latest
    `journal_size` are kept; those before are counted by operation, method, path and status. An assertion
    whose answer may lie in what is no longer kept fails and says so; other questions raise MockError then.
    """

    def __init__(self, control: Control, operations: Collection[str]) -> None:
        self._control = control
        self._operations = operations

    def __len__(self) -> int:
        return int(self._control.call("GET", "/journal", limit=1)["count"])

    def __iter__(self) -> Iterator[SeenRequest]:
        return iter(self._evidence().requests)

    @overload
    def __getitem__(self, index: int) -> SeenRequest: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SeenRequest]: ...
    def __getitem__(self, index: int | slice) -> SeenRequest | Sequence[SeenRequest]:
        return self._evidence().requests[index]

    def __repr__(self) -> str:
        return f"<MockRequests {[str(request) for request in self]}>"

    @property
    def dropped(self) -> Sequence[DroppedRequests]:
        """The requests that came before those that are kept, by kind."""
        return self._evidence().dropped

    @property
    def violations(self) -> list[SeenRequest]:
        """The requests that break the contract: an unknown path or method, a bad parameter or body.

        Of those that are no longer in the journal, the latest 100.
        """
        return self.violations_and_number()[0]

    @property
    def misspelt(self) -> list[SeenRequest]:
        """The requests with properties, parameters or headers that the contract does not know, but nearly.

        Of those that are no longer in the journal, the latest 100.
        """
        answer = self._control.call("GET", "/journal/misspellings", limit=_MOST_VIOLATIONS)
        return [seen(entry) for entry in answer["entries"]]

    def filter(self, operation: str | None = None, **meant: Unpack[Meant]) -> list[SeenRequest]:
        """Return the requests that are meant; of a body that is an object, the named properties count.

        MockError where some that are meant, or may be, are no longer kept.
        """
        counted = self._counted("filter", operation, meant)
        if counted.dropped:
            gone = counted.least - len(counted.found)
            raise MockError(f"{gone} of the requests are no longer in the journal; {MORE}")
        return list(_sure(counted).found)

    def count(self, operation: Any = None, **meant: Unpack[Meant]) -> int:
        """Return how many requests came that are meant; MockError where that is not known."""
        if isinstance(operation, SeenRequest):
            return super().count(operation)
        return _sure(self._counted("count", operation, meant)).least

    def assert_called(
        self,
        operation: str | None = None,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        **meant: Unpack[Meant],
    ) -> list[SeenRequest]:
        """Return the requests that are meant, of which there must be `times`, by default at least one.

        Or from `at_least` to `at_most`. Those that are no longer kept count, and are not returned.
        The AssertionError shows the nearest requests and what is different about each.
        """
        wanted = self._wanted("assert_called", operation, meant)
        evidence = self._evidence()
        if problem := evidence.failure(wanted, _bounds(times, at_least, at_most)):
            raise AssertionError(problem)
        return list(evidence.count(wanted).found)

    def assert_not_called(self, operation: str | None = None, **meant: Unpack[Meant]) -> None:
        """Fail if a request is meant; the arguments are those of `assert_called`."""
        wanted = self._wanted("assert_not_called", operation, meant)
        if problem := self._evidence().failure(wanted, Bounds(0, 0)):
            raise AssertionError(problem)

    def assert_sequence(self, *steps: Step) -> list[SeenRequest]:
        """Return the requests that came in this order; others may have come in between.

        A step is the name of an operation, or a mapping with what `assert_called` takes.
        """
        found, problem = sequence_text(
            self._evidence(), [self._step("assert_sequence", step) for step in steps]
        )
        if problem:
            raise AssertionError(problem)
        return found

    def assert_nothing_else(self, *expected: Step) -> None:
        """Fail with every request that none of the steps means; without any, with every request."""
        wanted = [self._step("assert_nothing_else", step) for step in expected]
        if problem := others_text(self._evidence(), wanted):
            raise AssertionError(problem)

    def assert_no_violations(self) -> None:
        """Fail with every request that breaks the contract, and why."""
        if text := self.violations_text():
            raise AssertionError(text)

    def violations_text(self) -> str:
        """Return every request that breaks the contract, and why; empty if none does."""
        found, number = self.violations_and_number()
        if not number:
            return ""
        lines = [line for request in found for line in (f"  {request}", *_reasons(request))]
        count = "A request breaks" if number == 1 else f"{number} requests break"
        more = [f"  ({number - len(found)} more, no longer in the journal)"] if number > len(found) else []
        return "\n".join([f"{count} the contract:", *more, *lines])

    def clear(self) -> None:
        """Forget the requests so far."""
        self._control.call("DELETE", "/journal")

    def violations_and_number(self) -> tuple[list[SeenRequest], int]:
        """Return the requests that break the contract, as far as kept, and how many there were."""
        answer = self._control.call("GET", "/journal/violations", limit=_MOST_VIOLATIONS)
        return [seen(entry) for entry in answer["entries"]], int(answer["count"])

    def _evidence(self) -> Evidence:
        """Return all that the journal has, read backwards page by page."""
        pages: list[Sequence[Any]] = []
        before = None
        while True:
            page = self._control.call("GET", "/journal", limit=_PAGE, before=before)
            pages.append(page["entries"])
            if len(page["entries"]) == page["count"]:
                break
            before = page["entries"][0]["number"]
        # What was dropped while it was read is counted already.
        gone = page["dropped"]
        entries = [entry for part in reversed(pages) for entry in part if entry["number"] > gone["upTo"]]
        return Evidence([seen(entry) for entry in entries], [dropped(row) for row in gone["counts"]])

    def _counted(self, call: str, operation: str | None, meant: Meant) -> Counted:
        wanted = self._wanted(call, operation, meant)
        return self._evidence().count(wanted)

    def _step(self, call: str, step: Step) -> Wanted:
        if isinstance(step, str):
            return self._wanted(call, step, {})
        rest: Any = {name: value for name, value in step.items() if name != "operation"}
        return self._wanted(call, step.get("operation"), rest)

    def _wanted(self, call: str, operation: str | None, meant: Meant) -> Wanted:
        if operation is not None and operation not in self._operations:
            known = ", ".join(self._operations)
            hint = nearest(str(operation), self._operations)
            raise MockError(f"unknown operation {operation!r}; expected one of {known}.{hint}")
        return wanted_from(call, {"operation": operation, **meant})


def _bounds(times: int | None, at_least: int | None, at_most: int | None) -> Bounds:
    if times is not None and (at_least is not None or at_most is not None):
        raise MockError("assert_called takes times=, or at_least= and at_most=, not both")
    if times is not None:
        return Bounds(times, times)
    if at_least is not None and at_most is not None and at_least > at_most:
        raise MockError(f"at_least={at_least} is more than at_most={at_most}")
    least = at_least if at_least is not None else 0 if at_most is not None else 1
    return Bounds(least, at_most)


def _sure(counted: Counted) -> Counted:
    if counted.unknown:
        raise MockError(counted.unsure_text())
    return counted


def _reasons(request: SeenRequest) -> list[str]:
    return [f"      {violation}" for violation in request.violations]
