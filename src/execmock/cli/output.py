"""What commands print: nothing in it steers a terminal, wherever it comes from."""

from __future__ import annotations

import click

from execmock.errors import visible

__all__ = ["show"]


def show(text: str) -> None:
    """Print lines of text."""
    click.echo(visible(text))
