"""Header blocks that are known again by their bytes, so that each is parsed once.

A client sends the same headers with every request, and aiohttp's parser reads the same bytes the same
way. So a block that it has read once, in a request that it took whole, need not be read again: only the
request line is, by a pattern far stricter than HTTP. Whatever does not fit goes to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from execmock.server.calls import Call

__all__ = ["KnownHeads", "ends_with"]

_END = b"\r\n\r\n"
_LONGEST = 4096
_MOST = 1000
_LINE = re.compile(
    rb"(GET|POST) (/(?:v1|api)/[\w.~%!$&'()*+,;=:@/-]*)(?:\?([\w.~%!$&'()*+,;=:@/?-]*))? HTTP/1\.1(?=\r\n)"
)
# Blocks with one of these mean more than headers and a length.
_SPECIAL = ("Transfer-Encoding", "Content-Encoding", "Expect", "Upgrade")


class KnownHeads:
    """The header blocks that were learned, with what the parser made of them and how long a body follows."""

    def __init__(self) -> None:
        self._blocks: dict[bytes, tuple[Mapping[str, str], int]] = {}

    def read(self, data: bytes, max_body: int) -> Call | None:
        """Return the one whole request that `data` is, or None if that is not known for sure."""
        line = _LINE.match(data)
        if line is None:
            return None
        start = line.end()
        end = data.find(_END, start)
        known = self._blocks.get(data[start:end])
        if known is None:
            return None
        headers, length = known
        if end < 0 or end + 4 + length != len(data) or length > max_body:
            return None
        method, path, query = line.groups(b"")
        body = data[end + 4 :] if length else b""
        return Call(method.decode(), path.decode(), query.decode(), headers, body)

    def learn(self, data: bytes, message: Any) -> None:
        """Remember the header block of `data`, which the parser took for one whole message."""
        line = _LINE.match(data)
        headers = message.headers
        if line is None or any(name in headers for name in _SPECIAL):
            return
        end = data.find(_END, line.end())
        if end > _LONGEST:
            return
        if len(self._blocks) >= _MOST:
            self._blocks.clear()
        self._blocks[data[line.end() : end]] = (headers, _length(message))


def ends_with(message: Any, data: bytes) -> bool:
    """Whether a message, the only one found in `data`, fills it exactly."""
    return not message.chunked and data.find(_END) + len(_END) + _length(message) == len(data)


def _length(message: Any) -> int:
    return int(message.headers.get("Content-Length", 0))
