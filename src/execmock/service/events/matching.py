"""Which requests are meant, and how far the others are from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import parse_qs

from execmock.service.events.seen import DroppedRequests, SeenRequest

__all__ = ["Wanted", "ranked"]

_PLAIN = ("operation", "method", "path", "status", "execution")
_COUNTED = ("operation", "method", "path", "status")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request is expected to be; None does not matter.

    `body` is what the body holds at least: of an object the named properties, all else as it is. Of `headers`
    and `query` the named ones count; None there means that it must not be there, a list all values in order.
    """

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    execution: str | None = None
    body: Any = None
    headers: Mapping[str, str | None] | None = None
    query: Mapping[str, Any] | None = None

    def fits(self, request: SeenRequest) -> bool | None:
        """Whether a request is meant; None where that cannot be known, for its body was cut."""
        if next(self._differences(request), None) is not None:
            return False
        if self.body is None:
            return True
        return None if request.body_cut else not list(_differences(self.body, request.body, "body"))

    def fits_dropped(self, dropped: DroppedRequests) -> bool | None:
        """Whether dropped requests are meant; None where that cannot be known of them."""
        # What was counted by its outcome alone has no method.
        unknown = {"operation", "method", "path"} if dropped.method is None else set()
        unknown |= {"path"} if dropped.path is None else set()
        asked = [name for name in _COUNTED if getattr(self, name) is not None]
        if any(getattr(self, name) != getattr(dropped, name) for name in asked if name not in unknown):
            return False
        others = (self.execution, self.body, self.headers, self.query)
        sure = unknown.isdisjoint(asked) and all(other is None for other in others)
        return True if sure else None

    def differences(self, request: SeenRequest) -> Iterator[str]:
        """Yield what keeps a request from being meant, one sentence each."""
        yield from self._differences(request)
        if self.body is not None and request.body_cut:
            yield f"body: only its start is kept, {request.body_cut} bytes were cut"
        elif self.body is not None:
            yield from _differences(self.body, request.body, "body")

    def _differences(self, request: SeenRequest) -> Iterator[str]:
        for name in _PLAIN:
            wanted, came = getattr(self, name), getattr(request, name)
            if wanted is not None and wanted != came:
                yield f"{name}: expected {wanted}, came {came if came is not None else 'none'}"
        for name, value in (self.headers or {}).items():
            found = request.headers.get(name.lower())
            yield from _one_difference(f"header {name}", _texts(value), [] if found is None else [found])
        given = parse_qs(request.query, keep_blank_values=True) if self.query else {}
        for name, value in (self.query or {}).items():
            yield from _one_difference(f"query {name}", _texts(value), given.get(name, []))

    def __str__(self) -> str:
        names = [field.name for field in fields(self) if field.name != "operation"]
        given = [(name, getattr(self, name)) for name in names if getattr(self, name) is not None]
        plain = [f"{name} {value if name in _PLAIN else _short(value)}" for name, value in given]
        name = self.operation or "any operation"
        return f"{name} with {', '.join(plain)}" if plain else name


def ranked(wanted: Wanted, requests: Sequence[SeenRequest]) -> list[SeenRequest]:
    """Return the requests, those first that come nearest to what is wanted."""
    return sorted(requests, key=lambda request: _distance(wanted, request))


def _distance(wanted: Wanted, request: SeenRequest) -> tuple[float, int, int]:
    # The operation weighs most; among the same, what differs least; of those, the latest.
    other = 0.0
    if wanted.operation is not None:
        other = 1 - SequenceMatcher(None, wanted.operation, request.operation or "").ratio()
    return other, len(list(wanted.differences(request))), -request.number


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    values = value if isinstance(value, list | tuple) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def _one_difference(where: str, wanted: list[str], came: list[str]) -> Iterator[str]:
    if wanted != came:
        expected = ", ".join(map(repr, wanted)) or "none"
        yield f"{where}: expected {expected}, " + (
            f"came {', '.join(map(repr, came))}" if came else "but it is not there"
        )


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
