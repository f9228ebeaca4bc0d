"""The journal of a sandbox, to look at and to assert on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, overload

from execmock.errors import MockError, nearest
from execmock.testing.control import Control
from execmock.testing.matching import Wanted, nearest_requests
from execmock.testing.seen import SeenRequest, seen

__all__ = ["MockRequests"]

_MOST = 10_000


class MockRequests(Sequence[SeenRequest]):
    """The requests that came for a sandbox, oldest first. It is read anew each time it is looked at.

    A request belongs to the sandbox that its key opens, whatever else is wrong with it.
    """

    def __init__(self, control: Control, operations: Collection[str]) -> None:
        self._control = control
        self._operations = operations

    def __len__(self) -> int:
        return int(self._control.call("GET", "/journal/count")["count"])

    def __iter__(self) -> Iterator[SeenRequest]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> SeenRequest: ...
    @overload
    def __getitem__(self, index: slice) -> list[SeenRequest]: ...
    def __getitem__(self, index: int | slice) -> SeenRequest | list[SeenRequest]:
        return self._all()[index]

    def __repr__(self) -> str:
        return f"<MockRequests {[str(request) for request in self]}>"

    @property
    def violations(self) -> list[SeenRequest]:
        """The requests that break the contract: an unknown path or method, a bad parameter or body."""
        return [request for request in self if request.breaks_contract]

    def filter(
        self,
        operation: str | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        execution: str | None = None,
        body: Any = None,
    ) -> list[SeenRequest]:
        """Return the requests that are meant; of a body that is an object, the named properties count."""
        wanted = self._wanted(operation, method, path, status, execution, body)
        return [request for request in self if wanted.fits(request)]

    def assert_called(
        self,
        operation: str | None = None,
        *,
        times: int | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        execution: str | None = None,
        body: Any = None,
    ) -> list[SeenRequest]:
        """Return the requests that are meant, of which there must be `times`, by default at least one.

        The AssertionError shows the nearest requests and what is different about each.
        """
        wanted = self._wanted(operation, method, path, status, execution, body)
        every = self._all()
        found = [request for request in every if wanted.fits(request)]
        if len(found) == times or (times is None and found):
            return found
        raise AssertionError(_failure(wanted, times, found, every))

    def assert_not_called(self, operation: str | None = None, **meant: Any) -> None:
        """Fail if a request is meant; the arguments are those of `assert_called`."""
        self.assert_called(operation, **{**meant, "times": 0})

    def assert_no_violations(self) -> None:
        """Fail with every request that breaks the contract, and why."""
        text = self.violations_text()
        if text:
            raise AssertionError(text)

    def violations_text(self) -> str:
        """Return every request that breaks the contract, and why; empty if none does."""
        found = self.violations
        if not found:
            return ""
        lines = [line for request in found for line in (f"  {request}", *_reasons(request))]
        count = "A request breaks" if len(found) == 1 else f"{len(found)} requests break"
        return "\n".join([f"{count} the contract:", *lines])

    def clear(self) -> None:
        """Forget the requests so far."""
        self._control.call("DELETE", "/journal")

    def _all(self) -> list[SeenRequest]:
        return [seen(entry) for entry in self._control.call("GET", "/journal", limit=_MOST)["entries"]]

    def _wanted(self, operation: str | None, *others: Any) -> Wanted:
        if operation is not None and operation not in self._operations:
            known = ", ".join(self._operations)
            hint = nearest(operation, self._operations)
            raise MockError(f"unknown operation {operation!r}; expected one of {known}.{hint}")
        return Wanted(operation, *others)


def _failure(wanted: Wanted, times: int | None, found: list[SeenRequest], every: list[SeenRequest]) -> str:
    expected = "at least once" if times is None else _times(times)
    first = f"{wanted}: expected {expected}, came {_times(len(found))}."
    if not every:
        return f"{first}\nNo request came for this sandbox at all."
    if found:
        return "\n".join([first, "They were:", *(f"  {request}" for request in found)])
    return "\n".join([first, "The nearest requests:", *nearest_requests(wanted, every)])


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _reasons(request: SeenRequest) -> list[str]:
    return [f"      {violation}" for violation in request.violations]
