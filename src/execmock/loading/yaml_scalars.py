"""Scalars by YAML 1.2's core schema: `on`, `12:30`, `1_000` and `2025-01-01` are text."""

from __future__ import annotations

import math
import re

__all__ = ["KINDS", "kind_of_plain", "scalar"]

_PATTERNS = {
    "null": re.compile(r"(?:~|null|Null|NULL|)\Z"),
    "bool": re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"),
    "int": re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"),
    "float": re.compile(
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
    ),
}
KINDS = ("str", *_PATTERNS)


def kind_of_plain(text: str) -> str:
    """Name the kind of a scalar that stands without quotes and tag."""
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.match(text)), "str")


def scalar(kind: str, text: str) -> str | int | float | bool | None:
    """Read a scalar of one of `KINDS`; ValueError when it is not of that kind or JSON cannot hold it."""
    if kind == "str":
        return text
    if not _PATTERNS[kind].match(text):
        raise ValueError(text)
    if kind == "null":
        return None
    if kind == "bool":
        return text[0] in "tT"
    return _integer(text) if kind == "int" else _finite(text)


def _integer(text: str) -> int:
    if text[:2] not in ("0o", "0x"):
        return int(text)
    value = int(text, 0)
    str(value)  # Python bounds the digits of decimal numbers alone; it must be able to write what it reads.
    return value


def _finite(text: str) -> float:
    value = float(text.replace(".", "", 1) if text[-1] in "fFnN" else text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
