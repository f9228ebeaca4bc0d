"""YAML with comments: plain data in flow style where it fits a line, and in block style where not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["block", "comment", "flow"]

_PLAIN = re.compile(
    r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*"
    r"|(?:[0-9]+(?:ms|s|m|h|d))+(?:\.\.(?:[0-9]+(?:ms|s|m|h|d))+)?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z"
)
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_HIDDEN = re.compile(
    r"[^ -~\u00a1-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\u200e\u200f]"
)
_WIDTH = 110


def flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def block(name: str, value: Any, indent: int) -> Iterator[str]:
    """Yield the lines of a member of a mapping, `indent` spaces in."""
    space, key = " " * indent, flow(name)
    line = f"{space}{key}: {flow(value)}"
    if len(line) <= _WIDTH or not isinstance(value, Mapping | list) or not value:
        yield line
    else:
        yield f"{space}{key}:"
        yield from _inside(value, indent + 2)


def _inside(value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from block(str(name), inner, indent)
        return
    for item in value:
        line = f"{' ' * indent}- {flow(item)}"
        if len(line) <= _WIDTH or not isinstance(item, Mapping | list) or not item:
            yield line
        else:
            first, *rest = _inside(item, indent + 2)
            yield f"{' ' * indent}- {first.lstrip(' ')}"
            yield from rest


def comment(text: str, indent: int) -> Iterator[str]:
    """Yield a sentence as lines of comments."""
    line = f"{' ' * indent}#"
    for word in _HIDDEN.sub("?", text).split():
        if len(line) + len(word) + 1 > _WIDTH:
            yield line
            line = f"{' ' * indent}#"
        line += f" {word}"
    yield line


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _HIDDEN.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xD800 <= code < 0xE000:
        return "\\ufffd"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
