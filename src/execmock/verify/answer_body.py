"""Reads the body of an answer within bounds, however long it is and however far it unpacks."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

__all__ = ["ACCEPTED", "Room", "Unreadable", "read_body", "unpacker"]

ACCEPTED = "gzip, deflate"
"""The content codings that are asked for."""

_MOST = 1 << 26
_LEAST = 1 << 16
_CHUNK = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS


class Unreadable(Exception):  # noqa: N818 - a limit of ours, or an answer that is broken off
    """A body cannot be read; the text says why."""


@dataclass(slots=True)
class Room:
    """How many bytes of bodies a run keeps; once they are used up, only short answers are read."""

    left: int = 1 << 29

    def take(self, size: int, taken: int) -> None:
        """Count bytes of an answer of which `taken` have come; Unreadable at a limit."""
        if taken > _MOST:
            raise Unreadable(f"the answer is longer than {_MOST >> 20} MiB, unpacked")
        self.left -= size
        if self.left < 0 and taken > _LEAST:
            raise Unreadable("the answers of this run fill the memory that it may use")


async def read_body(answer: aiohttp.ClientResponse, room: Room) -> bytes:
    """Return the body, unpacked as Content-Encoding says."""
    coding = answer.headers.get("Content-Encoding", "").strip().lower()
    unpack = unpacker(coding)
    parts: list[bytes] = []
    taken = 0
    async for packed in answer.content.iter_chunked(_CHUNK):
        for part in unpack(packed):
            taken += len(part)
            room.take(len(part), taken)
            parts.append(part)
    return b"".join(parts)


def unpacker(coding: str) -> Callable[[bytes], Iterable[bytes]]:
    """Return what unpacks the parts of a body with a content coding; Unreadable for one that is not known."""
    if coding in ("", "identity"):
        return lambda packed: (packed,)
    if coding in ("gzip", "x-gzip", "deflate"):
        return _Inflate(deflate=coding == "deflate")
    raise Unreadable(f"the answer has the content coding {coding[:40]}, which was not asked for")


class _Inflate:
    """Unpacks in parts of bounded size, so that a few bytes cannot become many before they are counted."""

    def __init__(self, *, deflate: bool) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS if deflate else _GZIP)
        self._may_be_raw = deflate

    def __call__(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            try:
                part = self._stream.decompress(packed, _CHUNK)
            except zlib.error as error:
                if not self._may_be_raw:
                    raise Unreadable(f"the answer's compression is broken: {error}") from error
                # Some services send deflate without the zlib header that HTTP asks for.
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
                self._may_be_raw = False
                continue
            self._may_be_raw = False
            yield part
            packed = self._stream.unconsumed_tail
