"""Heads of requests, read by rules far stricter than HTTP, and known again by their bytes.

Most requests are plain: a method, a path, a few headers of visible characters, each once, and a body of a
length that is told. Those are read here. Whatever is not plain is left to aiohttp, so nothing is decided
here that HTTP leaves open. A client sends the same headers with every request, and one that polls sends
the same request, so both are read once. The mock's own pages are left to aiohttp too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from multidict import CIMultiDict, CIMultiDictProxy

from execmock.core.bounded_cache import BoundedCache
from execmock.core.contract.reserved import RESERVED, first_segment

__all__ = ["END", "RequestHead", "RequestHeads"]

END = b"\r\n\r\n"
_LONGEST = 4096
_MOST = 1000
_LINE = re.compile(rb"(GET|POST) (/[\w.~%!$&'()*+,;=:@/-]*)(?:\?([\w.~%!$&'()*+,;=:@/?-]*))? HTTP/1\.1\r\n")
_HEADER = re.compile(rb"([\w!#$%&'*+.^`|~-]+): *([!-~](?:[ -~]*[!-~])?|) *")
_LENGTH = re.compile(r"[0-9]{1,9}")
# Blocks with one of these mean more than headers and a length.
_SPECIAL = ("Transfer-Encoding", "Content-Encoding", "Expect", "Upgrade", "Proxy-Connection", "Trailer", "TE")


class RequestHead(NamedTuple):
    """A plain request's head. `size` is its own length with the empty line, `length` its body's."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    size: int
    length: int
    last: bool
    """Whether the client wants the connection closed after the answer."""


class _Block(NamedTuple):
    """What the lines after the first say."""

    headers: Mapping[str, str]
    length: int
    last: bool


class RequestHeads:
    """Reads plain heads, and keeps those that were read last."""

    def __init__(self) -> None:
        self._kept: BoundedCache[bytes, RequestHead] = BoundedCache(_MOST)
        self._blocks: BoundedCache[bytes, _Block | None] = BoundedCache(_MOST)

    def read(self, data: bytes) -> RequestHead | None:
        """Return the head that `data` begins with, or None if there is no whole and plain one."""
        end = data.find(END)
        found = self._kept.get(data[:end])
        return found if found is not None else self._read(data, end)

    def _read(self, data: bytes, end: int) -> RequestHead | None:
        line = _LINE.match(data)
        if line is None or not line.end() <= end <= _LONGEST:
            return None
        text = data[line.end() : end]
        block = self._blocks.get(text)
        if block is None:
            block = _block(text)
            if block is None:
                return None
            self._blocks.keep(text, block)
        method, path, query = (part.decode() for part in line.groups(b""))
        if first_segment(path) in RESERVED:
            return None
        head = RequestHead(method, path, query, block.headers, end + len(END), block.length, block.last)
        self._kept.keep(data[:end], head)
        return head


def _block(text: bytes) -> _Block | None:
    """Return what a block of headers says, or None if it is not plain."""
    headers: CIMultiDict[str] = CIMultiDict()
    for line in text.split(b"\r\n"):
        found = _HEADER.fullmatch(line)
        if found is None or found[1].decode() in headers:
            return None
        headers[found[1].decode()] = found[2].decode()
    length = headers.get("Content-Length", "0")
    connection = headers.get("Connection", "keep-alive").lower()
    plain = (
        _LENGTH.fullmatch(length)
        and connection in ("keep-alive", "close")
        and not any(name in headers for name in _SPECIAL)
    )
    return _Block(CIMultiDictProxy(headers), int(length), connection == "close") if plain else None
