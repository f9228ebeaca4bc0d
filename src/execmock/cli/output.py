"""What commands print: nothing in it steers a terminal, wherever it comes from."""

from __future__ import annotations

import json
from typing import Any

import click

from execmock.errors import visible

__all__ = ["as_json_text", "show"]


def show(text: str) -> None:
    """Print lines of text."""
    click.echo(visible(text))


def as_json_text(data: Any) -> str:
    """Return data as indented JSON that keeps other scripts readable."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    # JSON itself escapes no more than the first 32 characters.
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
