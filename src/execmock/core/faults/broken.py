"""Answers that break at the socket or in their bytes: what is written, and how the connection ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from execmock.core.fault_effect_source import BrokenHow, BrokenSource
from execmock.core.faults.effects import Effect

__all__ = ["MOST_ENDLESS", "Broken", "Wire"]

End = Literal["close", "reset"]
Headers = tuple[tuple[str, str], ...]

MOST_ENDLESS = 16 << 20
"""Bytes after which an answer without an end ends all the same, unless the fault says another number."""
_UNDONE = ("reset", "close")
_UNANSWERED = (*_UNDONE, "lost", "lost-reset")
_RESET = ("reset", "lost-reset", "reset-during", "reset-after")
_MANY = 100


@dataclass(frozen=True, slots=True)
class Wire:
    """What is written: headers with those of the framing, then the parts of the body; `end` ends it.

    Without headers nothing is written at all. `filler` is written after the parts until so many bytes of it
    are out.
    """

    headers: Headers | None
    parts: Sequence[bytes]
    end: End
    filler: int = 0


@dataclass(frozen=True, slots=True)
class Broken(Effect):
    """One way in which an answer breaks. `size` is how many bytes an answer without an end has at most."""

    word = "broken"

    how: BrokenHow
    size: int = MOST_ENDLESS

    @classmethod
    def compiled(cls, value: Any) -> Broken:
        """Return the effect for a way, or for a model of one."""
        source = value if isinstance(value, BrokenSource) else BrokenSource(value)
        return cls(source.how, MOST_ENDLESS if source.bytes is None else source.bytes)

    @classmethod
    def wrong(cls, value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield a size that the way does not have."""
        if not isinstance(value, str) and value.bytes is not None and value.how != "endless":
            yield (
                ("bytes",),
                f"an answer that is broken by {value.how} has no `bytes`; expected it with endless",
            )

    @property
    def handled(self) -> bool:
        """Whether the request is served first."""
        return self.how not in _UNDONE

    @property
    def in_front(self) -> bool:
        """True: connections break wherever they pass."""
        return True

    @property
    def said(self) -> str:
        """Return `broken-reset`."""
        return f"broken-{self.how}"

    def wire(self, headers: Headers, body: bytes) -> Wire:
        """Return what is written in place of an answer with these headers and this body."""
        end: End = "reset" if self.how in _RESET else "close"
        if self.how in _UNANSWERED:
            return Wire(None, (), end)
        if self.how in _CHUNKED:
            return self._chunked(headers, body)
        made = _SPOILT.get(self.how, _whole)
        spoilt, written, length = made(headers, body)
        framed = (*spoilt, ("Content-Length", str(length)))
        return Wire(framed, (written,), end)

    def _chunked(self, headers: Headers, body: bytes) -> Wire:
        framed = (*headers, ("Transfer-Encoding", "chunked"))
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        if self.how == "no-last-chunk":
            return Wire(framed, (chunk,), "close")
        return Wire(framed, (chunk,), "close", self.size)


_Spoilt = tuple[Headers, bytes, int]
_CHUNKED = ("no-last-chunk", "endless")


def _whole(headers: Headers, body: bytes) -> _Spoilt:
    return headers, body, len(body)


def _cut(headers: Headers, body: bytes) -> _Spoilt:
    return headers, body[: len(body) // 2], len(body) + (not body)


def _long(headers: Headers, body: bytes) -> _Spoilt:
    return headers, body + b"\n" + body, len(body)


def _malformed(headers: Headers, body: bytes) -> _Spoilt:
    half = body[: max(1, len(body) * 2 // 3)]
    return headers, half, len(half)


def _truncated(headers: Headers, body: bytes) -> _Spoilt:
    # The first of the three bytes of a euro sign, in a text that is never closed.
    half = body[: len(body) // 2] + b'"\xe2'
    return headers, half, len(half)


def _wrong_type(headers: Headers, body: bytes) -> _Spoilt:
    return _with(headers, "Content-Type", "text/html; charset=utf-8"), body, len(body)


def _wrong_charset(headers: Headers, body: bytes) -> _Spoilt:
    return _with(headers, "Content-Type", "application/json; charset=utf-16"), body, len(body)


def _no_gzip(headers: Headers, body: bytes) -> _Spoilt:
    return _with(headers, "Content-Encoding", "gzip"), body, len(body)


def _twice(headers: Headers, body: bytes) -> _Spoilt:
    again = (("Content-Type", "text/plain"), ("X-Request-Id", "req_another"), ("Cache-Control", "max-age=60"))
    return (*headers, *again), body, len(body)


def _many(headers: Headers, body: bytes) -> _Spoilt:
    return (*headers, *((f"X-Header-{n}", "value") for n in range(1, _MANY + 1))), body, len(body)


def _with(headers: Headers, name: str, value: str) -> Headers:
    return (*(pair for pair in headers if pair[0].lower() != name.lower()), (name, value))


_SPOILT = {
    "reset-during": _cut,
    "short-body": _cut,
    "long-body": _long,
    "malformed-json": _malformed,
    "truncated-utf8": _truncated,
    "wrong-type": _wrong_type,
    "wrong-charset": _wrong_charset,
    "no-gzip": _no_gzip,
    "double-headers": _twice,
    "many-headers": _many,
}
