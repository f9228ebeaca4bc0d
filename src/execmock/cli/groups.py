"""Groups of commands that import a command on use and name the nearest one when there is none."""

from __future__ import annotations

from importlib import import_module

import click

from execmock.errors import nearest_or_all

__all__ = ["HelpfulGroup", "LazyGroup"]


class HelpfulGroup(click.Group):
    """A group whose complaint about an unknown command says which one is meant, or which there are."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        name, known = args[0], self.list_commands(ctx)
        if name not in known and not name.startswith("-"):
            raise click.UsageError(
                f"{ctx.command_path} has no command {name!r}.{nearest_or_all(name, known)}"
            )
        return super().resolve_command(ctx, args)


class LazyGroup(HelpfulGroup):
    """A group of the modules of a package, each of which holds a click command named `command`."""

    package = "execmock.cli"
    modules = (
        *("check", "config", "coverage", "proxy", "record", "scenarios", "schema", "serve", "verify"),
        "worlds",
    )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or None when there is none of this name."""
        if cmd_name not in self.modules:
            return None
        command: click.Command = import_module(f"{self.package}.{cmd_name}").command
        return command
