"""`execmock scenarios check`: every mistake in scenario files, with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from execmock.cli.scenarios.sources import config_option, configured, files_in, shipped

if TYPE_CHECKING:
    from execmock.loading.problems import Problem
    from execmock.loading.scenarios import ScenarioFile

__all__ = ["check"]

_OWN_FOLDER = Path("fixtures/scenarios")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="Output form; github makes annotations of a pull request.",
)
@config_option
def check(paths: tuple[Path, ...], form: str, config: str | None) -> int:
    """Check scenario files and folders of them.

    Without PATH, the shipped scenarios are checked, and those that the configuration names or that lie in
    ./fixtures/scenarios. The exit code is 1 when there are findings.
    """
    groups = [paths] if paths else [(shipped(),), _own(config)]
    files = {Path(file.path).resolve(): file for group in groups for file in files_in(group)}
    problems = [problem for file in files.values() for problem in file.problems]
    _FORMS[form](list(files.values()), problems)
    return 1 if problems else 0


def _own(config: str | None) -> Sequence[Path]:
    return configured(config) or ([_OWN_FOLDER] if _OWN_FOLDER.is_dir() else [])


def _as_text(files: Sequence[ScenarioFile], problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(problem.shown)
    wrong = sum(1 for file in files if file.problems)
    checked = f"{len(files)} file{'' if len(files) == 1 else 's'} checked"
    many = f"{len(problems)} finding{'' if len(problems) == 1 else 's'} in {wrong}"
    click.echo(f"{checked}, {many if problems else 'no findings'}")


def _as_json(files: Sequence[ScenarioFile], problems: Sequence[Problem]) -> None:
    found = [
        {
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "message": problem.message,
            "source": problem.line,
        }
        for problem in problems
    ]
    click.echo(json.dumps({"files": len(files), "findings": found}, indent=2, ensure_ascii=False))


def _as_annotations(files: Sequence[ScenarioFile], problems: Sequence[Problem]) -> None:
    for problem in problems:
        place = problem.place
        file = _escaped(place.file).replace(":", "%3A").replace(",", "%2C")
        where = f",line={place.line},col={place.column}" if place.line else ""
        click.echo(f"::error file={file}{where},title=execmock::{_escaped(problem.message)}")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


_FORMS: dict[str, Callable[[Sequence[ScenarioFile], Sequence[Problem]], None]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
}
