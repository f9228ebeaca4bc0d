"""`execmock config show`: every option, its value, and where that came from."""

from __future__ import annotations

from typing import Any

import click

from execmock.cli.groups import HelpfulGroup
from execmock.cli.options import resolved_settings, takes_options
from execmock.cli.output import show as show_text
from execmock.core.visible_json import visible_json
from execmock.settings import SECTIONS
from execmock.settings.table import as_columns, as_json

__all__ = ["command"]


@click.group(cls=HelpfulGroup)
def command() -> None:
    """Show what the configuration comes to."""


@command.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output form.",
)
@takes_options(*SECTIONS.values())
def show(form: str, **given: Any) -> None:
    """Print every option, its value and its origin.

    An origin is a flag, a variable, a place in the file, or the default. The options of all commands are
    taken, so that `config show` can stand in a command line in a command's place.
    """
    resolved = resolved_settings(given)
    show_text(visible_json(as_json(resolved)) if form == "json" else as_columns(resolved))
