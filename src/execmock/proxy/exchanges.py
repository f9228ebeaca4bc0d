"""What passes, as exchanges that `execmock verify` can judge; bodies are kept within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

import aiohttp
from aiohttp import web

from execmock.clocks import monotonic
from execmock.forwarding.relay import Decision, Watcher
from execmock.service.refusals import Refusal
from execmock.verify.answer_body import Unreadable, unpacker
from execmock.verify.exchange import Exchange, Request
from execmock.verify.reader import NOT_JSON, UNREAD, Reading, read_json

__all__ = ["LONGEST", "Inspect", "Inspection", "Keeping", "Watched"]

LONGEST = 1 << 20
"""Bytes that are kept of a body, and of an answer unpacked; a longer one is not kept at all."""
_ALL = 1 << 27  # bytes of all bodies under way


Inspect = Callable[[Exchange], Decision]


def _as_it_is(seen: Exchange) -> Exchange:
    return seen


@dataclass(frozen=True, slots=True)
class Inspection:
    """What becomes of an answer that was inspected: further headers, or a refusal in its place."""

    headers: Mapping[str, str]
    refusal: Refusal | None = None


@dataclass(slots=True)
class Keeping:
    """What is kept of bodies, of all exchanges under way together.

    `now` gives seconds; `mark` makes of each exchange what is handed on in its place.
    """

    longest: int = LONGEST
    now: Callable[[], float] = monotonic
    mark: Callable[[Exchange], Exchange] = _as_it_is
    left: int = _ALL
    numbers: count[int] = field(default_factory=lambda: count(1))

    def body(self, called: str) -> _Body:
        """Return where a body is kept."""
        return _Body(self, called)


class _Body:
    """The parts of one body as they pass; `unread` says why they are not kept."""

    __slots__ = ("_called", "_keeping", "_parts", "_size", "unread")

    def __init__(self, keeping: Keeping, called: str) -> None:
        self._keeping = keeping
        self._called = called
        self._parts: list[bytes] = []
        self._size = 0
        self.unread = ""

    def add(self, part: bytes) -> None:
        """Keep a part, unless a bound is reached."""
        if self.unread:
            return
        keeping = self._keeping
        if self._size + len(part) > keeping.longest:
            self.drop(f"the {self._called} is longer than {keeping.longest} bytes")
        elif len(part) > keeping.left:
            self.drop(f"the bodies under way are longer than {_ALL >> 20} MiB together")
        else:
            keeping.left -= len(part)
            self._size += len(part)
            self._parts.append(bytes(part))

    def drop(self, why: str) -> None:
        """Keep nothing of it."""
        self.take()
        self.unread = why

    def take(self) -> bytes:
        """Return what was kept, which counts no longer."""
        whole = b"".join(self._parts)
        self._keeping.left += self._size
        self._parts, self._size = [], 0
        return whole


class Watched(Watcher):
    """One exchange as it passes; `observe` gets it once it is finished."""

    def __init__(
        self,
        incoming: web.BaseRequest,
        base: str,
        operation: str,
        keeping: Keeping,
        observe: Callable[[Exchange], None],
        inspect: Inspect | None = None,
    ) -> None:
        self._incoming = incoming
        self._base = base
        self._operation = operation
        self._keeping = keeping
        self._observe = observe
        self._inspect = inspect
        self._done = False
        self._number = next(keeping.numbers)
        self._begun = keeping.now()
        self._request = keeping.body("request")
        self._answer = keeping.body("answer")
        self._head: aiohttp.ClientResponse | None = None

    def sent(self, part: bytes) -> None:
        """Keep a part of the request's body."""
        self._request.add(part)

    def answered(self, answer: aiohttp.ClientResponse) -> None:
        """Keep the head of the answer."""
        self._head = answer

    def received(self, part: bytes) -> None:
        """Keep a part of the answer's body."""
        self._answer.add(part)

    def ended(self, lost: str = "") -> None:
        """Hand the exchange on, unless it was whole before."""
        if not self._done:
            self._done = True
            self._observe(self.exchange(lost))

    def holds(self) -> int:
        """Return how much of the answer is held back: nothing of what is not inspected."""
        return self._keeping.longest if self._inspect is not None and self._operation else 0

    def whole(self) -> Decision:
        """Hand the exchange on, and return what becomes of its answer."""
        self._done = True
        seen = self.exchange()
        decision = self._inspect(seen) if self._inspect is not None else Decision()
        self._observe(seen)
        return decision

    def release(self) -> None:
        """Keep nothing; for an exchange that does not end, as its client has gone."""
        self._request.take()
        self._answer.take()

    def exchange(self, lost: str = "") -> Exchange:
        """Return the exchange; what was kept counts no longer."""
        head, unread = self._head, self._request.unread or self._answer.unread
        sent, body = self._request.take(), self._answer.take()
        reading = Reading(NOT_JSON)
        if head is None or lost:
            head, body = None, b""
        elif unread:
            reading = Reading(UNREAD, unread)
        else:
            body, reading = _read(body, head.headers.get("Content-Encoding", ""), self._keeping.longest)
        seen = Exchange(
            number=self._number,
            probe="",
            label="",
            operation=self._operation,
            identity="",
            request=Request(
                self._incoming.method,
                self._base.rstrip("/") + self._incoming.raw_path,
                dict(self._incoming.headers),
                sent,
            ),
            sent=self._begun,
            received=self._keeping.now(),
            status=head.status if head is not None else 0,
            headers=_headers(head),
            body=body,
            json=reading.value,
            unread=reading.unread,
            lost=lost,
        )
        return self._keeping.mark(seen)


def _headers(head: aiohttp.ClientResponse | None) -> Mapping[str, str]:
    return {} if head is None else {name.lower(): value for name, value in head.headers.items()}


def _read(packed: bytes, coding: str, longest: int) -> tuple[bytes, Reading]:
    """Return a body unpacked, and its JSON value."""
    parts: list[bytes] = []
    try:
        for part in unpacker(coding.strip().lower())(packed):
            longest -= len(part)
            if longest < 0:
                return b"", Reading(UNREAD, "the answer is too long, unpacked")
            parts.append(part)
    except Unreadable as limit:
        return b"", Reading(UNREAD, str(limit))
    body = b"".join(parts)
    return body, read_json(body)
