"""Reads the bodies of requests: within a size, decoded, and at a least rate."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from execmock.clocks import monotonic
from execmock.core.schema.violation import Violation
from execmock.service.refusals import Refusal
from execmock.settings import ServeSettings

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["Limits", "read_body", "still_expects"]

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_RAW_DEFLATE = -15
_PIECE = 1 << 20
"""The most bytes that are decoded before others get their turn."""
_CODINGS = {"Accept-Encoding": "gzip, deflate"}


class Limits(NamedTuple):
    """What is read of requests: sizes in bytes, the time that a head may take (ms), and bytes a second.

    A body may take as long as a head, and a second more for each `body_rate` of its bytes.
    """

    max_body: int
    max_header: int
    head_timeout: int
    body_rate: int
    max_snapshot: int

    @classmethod
    def of(cls, options: ServeSettings) -> Limits:
        """Return the limits that options set."""
        return cls(
            options.max_body,
            options.max_header,
            options.head_timeout,
            options.body_rate,
            options.max_snapshot,
        )


async def read_body(
    incoming: web.BaseRequest, limits: Limits, most: int | None = None, too_large: int = 413
) -> bytes:
    """Return a request's body, decoded.

    Refusal: `too_large` over `most` bytes (the largest body by default), 415 for a coding that is not known,
    408 when it arrives too slowly, 400 when it cannot be read.
    """
    if not incoming.can_read_body:
        return b""
    most = limits.max_body if most is None else most
    decoder = _decoder(incoming.headers.getall("Content-Encoding", ()))
    if (incoming.content_length or 0) > most:
        raise _too_large(too_large, most, f"{incoming.content_length} bytes")
    if still_expects(incoming):
        await incoming.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        incoming.writer.output_size = 0
    chunks, size = [], 0
    async for arrived in _arriving(incoming, limits):
        pieces = (arrived,) if decoder is None else decoder.pieces(arrived)
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise _too_large(too_large, most, f"more than {most} bytes")
            chunks.append(piece)
            if len(piece) >= _PIECE:
                await asyncio.sleep(0)
    if decoder is not None:
        decoder.end()
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def still_expects(incoming: web.BaseRequest) -> bool:
    """Whether a client waits to be told to send the body of its request, of which nothing came yet."""
    expected = incoming.headers.get("Expect", "").lower() == "100-continue"
    return expected and not incoming.content.is_eof() and not incoming.content.total_bytes


async def _arriving(incoming: web.BaseRequest, limits: Limits) -> AsyncIterator[bytes]:
    """Yield what arrives of a body; Refusal when it comes too slowly, or not at all."""
    from aiohttp.http_exceptions import PayloadEncodingError
    from aiohttp.web import RequestPayloadError

    began, size = monotonic(), 0
    try:
        while True:
            allowed = limits.head_timeout / 1000 + size / limits.body_rate
            async with asyncio.timeout(max(0.0, began + allowed - monotonic())):
                chunk = await incoming.content.readany()
            if not chunk:
                return
            size += len(chunk)
            yield chunk
    except TimeoutError:
        least = Violation("body", f"at least {limits.body_rate} bytes a second", f"{size} bytes")
        raise Refusal(408, "The request body arrives too slowly", [least], {"Connection": "close"}) from None
    except (PayloadEncodingError, RequestPayloadError) as error:
        problem = str(error).splitlines()[-1].strip()
        raise Refusal(400, f"The request body cannot be read: {problem}") from None
    except ConnectionError:
        # The client disconnected in the middle of its body, and will not read this.
        raise Refusal(400, "The connection broke") from None


class _Decoder:
    """Decodes one body."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._zlib = zlib.decompressobj(_WINDOWS[coding])
        self._begun = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what bytes that arrived decode to, a bounded piece at a time."""
        if not self._begun and data:
            self._begun = True
            # Some clients send deflate without the header that its standard gives it.
            if self._coding == "deflate" and data[0] & 0x0F != zlib.DEFLATED:
                self._zlib = zlib.decompressobj(_RAW_DEFLATE)
        while data and not self._zlib.eof:
            try:
                piece = self._zlib.decompress(data, _PIECE)
            except zlib.error:
                raise self._refusal(f"it is no {self._coding}") from None
            data = self._zlib.unconsumed_tail
            if piece:
                yield piece
        if data or self._zlib.unused_data:
            raise self._refusal("more comes after its end")

    def end(self) -> None:
        """Raise Refusal where the end is missing."""
        if self._begun and not self._zlib.eof:
            raise self._refusal("it ends too early")

    def _refusal(self, problem: str) -> Refusal:
        violation = Violation("body", f"{self._coding}, as Content-Encoding says", problem)
        return Refusal(400, f"The request body cannot be read: {problem}", [violation])


def _decoder(headers: Sequence[str]) -> _Decoder | None:
    """Return what decodes a body, None for one that is not encoded."""
    named = [name.strip().lower() for header in headers for name in header.split(",")]
    codings = [name for name in named if name not in {"", "identity"}]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in _WINDOWS:
        violation = Violation("header/Content-Encoding", "gzip or deflate, once", ", ".join(codings))
        raise Refusal(415, "The content encoding is not supported", [violation], _CODINGS)
    return _Decoder(codings[0])


def _too_large(status: int, most: int, came: str) -> Refusal:
    violation = Violation("body", f"at most {most} bytes", came)
    return Refusal(status, "The request body is too large", [violation])
