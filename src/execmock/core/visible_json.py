"""JSON that is read by people as well: indented, and with nothing in it that steers a terminal."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["visible_json"]


def visible_json(value: Any) -> str:
    """Return a value as JSON that can be shown and written anywhere: what is not printable is escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # JSON itself escapes no more than the first 32 characters.
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]
