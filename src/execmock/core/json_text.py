"""JSON in and out: strict in what it takes, exact in what it keeps.

orjson does the work. Integers beyond 64 bits, which it would round, take the standard library's way.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

import orjson

from execmock.errors import ExecmockError

__all__ = ["DEEPEST", "JsonError", "canonical", "decode", "decode_kept", "encode"]

DEEPEST = 128
"""How deep a document from outside may nest. What is kept nests deeper by the levels that wrap it."""

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_NO_BRACKET = bytes(sorted(set(range(256)) - set(b"[]{}")))
_STEPS = bytes.maketrans(b"{}", b"[]")
_PIECE = 1 << 16


class JsonError(ExecmockError):
    """A text is not JSON, or is JSON that cannot be kept exactly."""


def decode(text: bytes, deepest: int = DEEPEST) -> Any:
    """Return the value of a JSON text from outside.

    Refuses NaN, infinities, lone surrogates and nesting over `deepest`.
    """
    value = _decode(text)
    if text.count(b"{") + text.count(b"[") > deepest and _depth(text) > deepest:
        raise JsonError(f"nested deeper than {deepest} levels")
    return _whole(text, value)


def decode_kept(text: bytes) -> Any:
    """Return the value of a JSON text that `encode` wrote, however deep."""
    return _whole(text, _decode(text))


def _decode(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise JsonError(str(error)) from None


def _whole(text: bytes, value: Any) -> Any:
    return _exact(text) if _LONG_NUMBER in text.translate(_DIGITS) else value


def _exact(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        # The standard library refuses integers of more than 4300 digits.
        raise JsonError(str(error).partition(";")[0]) from None


def _depth(text: bytes) -> int:
    """Return how deep a JSON text nests. A walk through its values takes 50 times as long."""
    brackets = _STRING.sub(b"", text).translate(_STEPS, _NO_BRACKET)
    deepest = level = 0
    for start in range(0, len(brackets), _PIECE):
        # In pieces, between which other threads may run.
        steps = [1 if bracket == 0x5B else -1 for bracket in brackets[start : start + _PIECE]]
        levels = [*accumulate(steps, initial=level)]
        deepest, level = max(deepest, max(levels)), levels[-1]
    return deepest


def encode(value: Any) -> bytes:
    """Return a value as compact JSON in UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes `?`."""
    try:
        # orjson leaves a text in the 4 KiB it wrote it into; a copy takes what it needs, wherever it is kept.
        return b"%b" % orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def canonical(value: Any) -> bytes:
    """Return a value as compact JSON with sorted keys: equal values give equal bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
