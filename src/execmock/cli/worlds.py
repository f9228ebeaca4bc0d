"""`execmock worlds`: check world files."""

from __future__ import annotations

from pathlib import Path

import click

from execmock.cli.findings import Checked, existing, format_option, report
from execmock.cli.groups import HelpfulGroup
from execmock.cli.scenarios.sources import config_option, configured, files_in

__all__ = ["command"]


@click.group(cls=HelpfulGroup)
def command() -> None:
    """Check worlds."""


@command.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@format_option
@config_option
def check(paths: tuple[Path, ...], form: str, config: str | None) -> int:
    """Check world files and folders of them.

    Without PATH, the shipped worlds are checked. Scenarios are the shipped ones and those that the
    configuration names. The exit code is 1 when there are problems. `execmock check` takes files of every
    kind.
    """
    from execmock.cli.world_check import world_findings
    from execmock.loading.worlds import shipped_worlds

    here = configured(config)
    files = existing(paths, "world") if paths else list(shipped_worlds().values())
    scenarios = files_in(here.paths, here.contract, here.named)
    return report(Checked(len(files), world_findings(files, here, scenarios)), form)
