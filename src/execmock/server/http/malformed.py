"""Why a request cannot be read, from what aiohttp's parser raises; no byte of the request is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp.http_exceptions import (
    BadHttpMethod,
    BadStatusLine,
    InvalidHeader,
    InvalidURLError,
    LineTooLong,
)
from aiohttp.http_writer import HttpVersion11

from execmock.core.schema.violation import Violation
from execmock.service.refusals import Refusal

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["BAD_HOST", "field_limit", "line_limit", "unreadable", "unsupported"]

BAD_HOST = Refusal(
    400,
    "The request cannot be read: its Host header is not a host",
    [Violation("header/Host", "one host, alone or with :PORT", "something else")],
)
_NO_HOST = Refusal(
    400,
    "The request cannot be read: it has no Host header",
    [Violation("header/Host", "one host, alone or with :PORT")],
)
_TLS = "it speaks TLS, which this port does not"
_KINDS = {
    InvalidURLError: "its address is not valid",
    BadHttpMethod: "its method is not valid",
    BadStatusLine: "its first line is not valid",
    InvalidHeader: "a header is not valid",
}


def unsupported(incoming: web.BaseRequest) -> Refusal | None:
    """Return the refusal of a request in a version of HTTP or a transfer coding that is not spoken here.

    Whatever body it has cannot be told from the next request.
    """
    version = getattr(incoming.protocol, "came_as", None)
    if version is not None:
        if version.major < 1:
            return _refused("its first line names no version of HTTP")
        violation = Violation("version", "HTTP/1.1 or HTTP/1.0", f"HTTP/{version.major}.{version.minor}")
        return Refusal(505, "The version of HTTP is not supported", [violation])
    codings = incoming.headers.getall("Transfer-Encoding", ())
    if not codings:
        return None
    if incoming.version < HttpVersion11:
        return _refused("it has a Transfer-Encoding, which HTTP/1.0 does not know")
    if [coding.strip().lower() for coding in codings] != ["chunked"]:
        violation = Violation("header/Transfer-Encoding", "chunked", "something else")
        return Refusal(501, "The transfer coding is not supported", [violation])
    return None


def line_limit(max_header: int) -> int:
    """Return the most bytes that aiohttp reads of a request's address."""
    return max_header


def field_limit(max_header: int) -> int:
    """Return the most bytes that aiohttp reads of a header's name and value, without the colon and space.

    It differs from `line_limit`, for that is how an error says which of them was passed.
    """
    return max_header - len(": ")


def unreadable(error: BaseException | None, max_header: int) -> Refusal:
    """Return the refusal of a request that the parser failed on."""
    text = str(getattr(error, "message", "")).splitlines()
    said = text[0].rstrip(".:") if text else "it is no HTTP"
    if isinstance(error, LineTooLong):
        return _too_long(len(error.args) > 1 and error.args[1] == line_limit(max_header), max_header)
    if said == "Too many headers received":
        return Refusal(
            431, "The request has too many headers", [Violation("header", "fewer headers", "more")]
        )
    if said == "Missing 'Host' header in request":
        return _NO_HOST
    if "HTTPS traffic" in said:
        return _refused(_TLS)
    for kind, told in _KINDS.items():
        if isinstance(error, kind):
            return _refused(told)
    # The rest are the parser's own sentences; what they quote of the request stands in their later lines.
    return _refused(said if re.fullmatch(r"[\w /`'-]{1,80}", said) else "it is no HTTP")


def _too_long(of_line: bool, most: int) -> Refusal:
    size = f"at most {most} bytes; `execmock serve --max-header BYTES` takes more"
    if of_line:
        return Refusal(414, "The address of the request is too long", [Violation("path", size, "more")])
    return Refusal(431, "A header of the request is too large", [Violation("header", size, "more")])


def _refused(why: str) -> Refusal:
    return Refusal(400, f"The request cannot be read: {why}")
