"""JSON that is read by people as well: indented, and with nothing in it that steers a terminal."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["visible_json", "visible_text"]


def visible_json(value: Any) -> str:
    """Return a value as JSON that can be shown and written anywhere: what is not printable is escaped."""
    return visible_text(json.dumps(value, indent=2, ensure_ascii=False))


def visible_text(json_text: str) -> str:
    """Return JSON with what is not printable escaped: JSON itself escapes no more than 32 characters."""
    if json_text.isprintable():
        return json_text
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in json_text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]
