"""Reads a form-encoded body as the JSON object that it stands for: `execution_data[user][name]=Ada`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

__all__ = ["FORM", "FormError", "read_form"]

FORM = "application/x-www-form-urlencoded"
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 20
_MOST = 1_000


class FormError(ValueError):
    """A body that stands for no object; the text says why, without what came."""


def read_form(body: bytes) -> dict[str, Any]:
    """Return the object that a form stands for, as Rails and PHP read it. Every value is text.

    `a[b]=1` is a value inside an object, `a[]=1` one more item of a list. Raises FormError.
    """
    found: dict[str, Any] = {}
    try:
        text = body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except UnicodeDecodeError:
        raise FormError("text in UTF-8") from None
    except ValueError:
        raise FormError(f"at most {_MOST} values") from None
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        if match is None:
            raise FormError("names such as execution_data[user_name]")
        _put(found, [match[1], *_PART.findall(match[2])], value)
    return found


def _put(into: dict[str, Any], names: list[str], value: str) -> None:
    """Put a value where its names lead; the last may be empty, for a list."""
    if len(names) > _DEEPEST:
        raise FormError(f"at most {_DEEPEST} names in one another")
    inner, is_list = into, len(names) > 1 and not names[-1]
    names = names[:-1] if is_list else names
    if not all(names):
        raise FormError("empty brackets only at the end of a name")
    for name in names[:-1]:
        inner = inner.setdefault(name, {})
        if not isinstance(inner, dict):
            raise FormError("one kind of value under one name")
    if is_list:
        values = inner.setdefault(names[-1], [])
        if not isinstance(values, list):
            raise FormError("one kind of value under one name")
        values.append(value)
    elif isinstance(inner.get(names[-1]), dict | list):
        raise FormError("one kind of value under one name")
    else:
        inner[names[-1]] = value
