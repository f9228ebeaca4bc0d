"""`execmock scenarios`: check, list, show, preview and start scenario files."""

from __future__ import annotations

from importlib import import_module

import click

from execmock.cli.groups import HelpfulGroup

__all__ = ["command"]

_MODULES = {"check": "check", "list": "browse", "show": "browse", "preview": "preview", "new": "new"}


class _Scenarios(HelpfulGroup):
    """The subcommands, each imported from its module when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the subcommands."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a subcommand, or None when there is none of this name."""
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"execmock.cli.scenarios.{_MODULES[cmd_name]}")
        found: click.Command = getattr(module, "list_" if cmd_name == "list" else cmd_name)
        return found


@click.group(cls=_Scenarios)
def command() -> None:
    """Check, list, show, preview and start scenarios."""
