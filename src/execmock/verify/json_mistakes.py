"""Says where and why the body of an answer is not what was expected of it: JSON, and an object."""

from __future__ import annotations

import json
from typing import Any

from execmock.verify.reader import NOT_JSON
from execmock.verify.wording import Text, brief, told

__all__ = ["no_object"]

_AROUND = 20
_SHOWN = 80


def no_object(body: bytes, value: Any) -> Text:
    """Return what a body is, that was read as `value`: not JSON, from which place on, or another value."""
    if value is not NOT_JSON:
        return told("another value: {}", value)
    if not body.strip():
        return "an empty body" if not body else "a body of white space"
    begin = brief(body[:_SHOWN].decode("utf-8", "backslashreplace"))
    return f"not JSON: {_mistake(body)}; it begins with {begin}"


def _mistake(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte {error.start} is 0x{body[error.start]:02x}, which is not UTF-8"
    if text.startswith("\ufeff"):
        return "it has a byte order mark"
    try:
        json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        near = brief(text[error.pos : error.pos + _AROUND]) if error.pos < len(text) else "the end"
        return f"line {error.lineno} column {error.colno}, at {near}: {error.msg}"
    except (ValueError, RecursionError) as error:
        return str(error).partition(";")[0]
    return "it cannot be read"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
