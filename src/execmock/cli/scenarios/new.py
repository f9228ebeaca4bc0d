"""`execmock scenarios new`: a commented file to start from."""

from __future__ import annotations

import re
from pathlib import Path

import click

from execmock.cli.output import show
from execmock.errors import ConfigError

__all__ = ["new"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@click.command()
@click.argument("name")
@click.option(
    "--api",
    type=click.Choice(["executions", "embed"]),
    default="executions",
    show_default=True,
    help="The API that the scenario drives.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default="the present one",
    help="Where to write it.",
)
def new(name: str, api: str, folder: Path) -> None:
    """Write NAME.yaml, a commented scenario to change. A file that is there already is kept."""
    from execmock.core.scenario.scaffold import start_text

    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no name of a scenario; expected letters, digits, - and _")
    path = folder / f"{name}.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(start_text(name, embed=api == "embed"))
    except FileExistsError:
        raise ConfigError(f"{path} is there already; it is not overwritten") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    show(f"wrote {path}; `execmock scenarios preview {path}` plays it")
