"""Which requests are meant, and how far the others are from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from execmock.testing.seen import SeenRequest

__all__ = ["Wanted", "nearest_requests"]

_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request is expected to be; None does not matter.

    `body` is what the body holds at least: of an object the named properties, all else as it is.
    """

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    execution: str | None = None
    body: Any = None

    def fits(self, request: SeenRequest) -> bool:
        """Whether a request is meant."""
        return not list(self.differences(request))

    def differences(self, request: SeenRequest) -> Iterator[str]:
        """Yield what keeps a request from being meant, one sentence each."""
        for name in ("operation", "method", "path", "status", "execution"):
            wanted, came = getattr(self, name), getattr(request, name)
            if wanted is not None and wanted != came:
                yield f"{name}: expected {wanted}, came {came if came is not None else 'none'}"
        if self.body is not None:
            yield from _differences(self.body, request.body, "body")

    def __str__(self) -> str:
        others = [
            f"{name} {getattr(self, name)}"
            for name in ("method", "path", "status", "execution")
            if getattr(self, name) is not None
        ]
        others += [f"body {_short(self.body)}"] if self.body is not None else []
        name = self.operation or "any operation"
        return f"{name} with {', '.join(others)}" if others else name


def nearest_requests(wanted: Wanted, requests: Sequence[SeenRequest]) -> list[str]:
    """Return the requests that come nearest, each with what is different about it, as lines of text."""
    ranked = sorted(requests, key=lambda request: _distance(wanted, request))
    lines: list[str] = []
    for request in ranked[:_MOST_SHOWN]:
        lines.append(f"  {request}")
        lines += [f"      {difference}" for difference in wanted.differences(request)]
        lines += [f"      refused: {violation}" for violation in request.violations]
    return lines


def _distance(wanted: Wanted, request: SeenRequest) -> tuple[float, int, int]:
    # The operation weighs most; among the same, what differs least; of those, the latest.
    other = 0.0
    if wanted.operation is not None:
        other = 1 - SequenceMatcher(None, wanted.operation, request.operation or "").ratio()
    return other, len(list(wanted.differences(request))), -request.number


def _differences(wanted: Any, came: Any, where: str) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(came, Mapping):
        for name, value in wanted.items():
            if name in came:
                yield from _differences(value, came[name], f"{where}.{name}")
            else:
                yield f"{where}.{name}: expected {_short(value)}, but it is not there"
    elif isinstance(wanted, list | tuple) and isinstance(came, list) and len(wanted) == len(came):
        for index, value in enumerate(wanted):
            yield from _differences(value, came[index], f"{where}[{index}]")
    elif wanted != came or _is_number(wanted, came) or _is_number(came, wanted):
        yield f"{where}: expected {_short(wanted)}, came {_short(came)}"


def _is_number(one: Any, other: Any) -> bool:
    # To Python 1 is True; in JSON they are two things.
    return type(one) in (int, float) and isinstance(other, bool)


def _short(value: Any, most: int = 200) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}..."
