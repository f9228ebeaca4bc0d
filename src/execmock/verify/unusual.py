"""What is unusual in a request. A refusal of an unusual request says nothing about the plain one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from execmock.verify.exchange import Request
from execmock.verify.reader import NOT_JSON, UNREAD, parse_json

__all__ = ["unusual_parts"]

_HEADERS = frozenset({"authorization", "content-type", "accept", "origin"})
_JSON = re.compile(r"application/json(;\s*charset=utf-8)?", re.IGNORECASE)
_SEGMENT = re.compile(r"(?!\.\.?$)[A-Za-z0-9._~-]{0,200}")
_PARAMETERS = {
    "limit": re.compile(r"[0-9]{1,9}"),
    "offset": re.compile(r"[0-9]{1,9}"),
    "token": re.compile(r"[A-Za-z0-9._~-]{1,500}"),
}
_NAME = re.compile(r"(?!__)[^\W_][\w .:/#+-]{0,99}")
_LONGEST_TEXT = 1_000
_LARGEST_BODY = 1 << 16
_DEEPEST = 20
_LARGEST = 2**53


@lru_cache(maxsize=1 << 12)  # each rule on all answers asks about the same requests
def _parts(method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_in_headers(headers), *_in_address(url), *_in_body(body))))


def unusual_parts(request: Request) -> tuple[str, ...]:
    """Return what is unusual, such as `header X-Org-ID`, `query unknown`, `path` or `body: names`."""
    return _parts(request.method, request.url, tuple(request.headers.items()), request.body)


def _in_headers(headers: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, value in headers:
        kind = name.lower()
        if kind not in _HEADERS or (kind == "content-type" and not _JSON.fullmatch(value)):
            yield f"header {name}"


def _in_address(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if not all(_SEGMENT.fullmatch(unquote(segment)) for segment in parts.path.split("/")):
        yield "path"
    named = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    for number, (name, value) in enumerate(named):
        known = _PARAMETERS.get(name)
        repeated = any(name == other for other, _ in named[:number])
        if known is None or repeated or not known.fullmatch(value):
            yield f"query {name}"


def _in_body(body: bytes) -> Iterator[str]:
    if not body:
        return
    value = parse_json(body)
    if value in (NOT_JSON, UNREAD):
        yield "body: not JSON"
        return
    if len(body) > _LARGEST_BODY:
        yield "body: length"
    if body.startswith((b"\xef\xbb\xbf", b" ", b"\n")):
        yield "body: bytes"
    yield from _in_value(value)


def _in_value(value: Any) -> Iterator[str]:
    waiting = [(value, 0)]
    while waiting:
        at, level = waiting.pop()
        if isinstance(at, str) and not (at.isprintable() and at.strip() == at and len(at) <= _LONGEST_TEXT):
            yield "body: text"
        elif isinstance(at, Decimal) or (isinstance(at, int | float) and not _is_usual(at)):
            yield "body: number"
        elif isinstance(at, dict | list):
            if level >= _DEEPEST:
                yield "body: depth"
                return
            if isinstance(at, dict) and not all(_NAME.fullmatch(name) for name in at):
                yield "body: names"
            waiting.extend((each, level + 1) for each in (at.values() if isinstance(at, dict) else at))


def _is_usual(number: int | float) -> bool:
    return number == 0 or 1e-6 <= abs(number) <= _LARGEST
