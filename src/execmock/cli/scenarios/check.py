"""`execmock scenarios check`: every mistake in scenario files, with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from execmock.cli.scenarios.sources import config_option, configured, files_in, shipped_files

if TYPE_CHECKING:
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.scenarios import ScenarioFile

__all__ = ["check"]

_MOST_ADVICE = 100
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
    ./fixtures/scenarios. The exit code is 1 when there are findings; advice does not count.
    """
    here = configured(config)
    own = paths or here.paths or ([_OWN_FOLDER] if _OWN_FOLDER.is_dir() else [])
    read = [*([] if paths else shipped_files(here.contract)), *files_in(own, here.contract)]
    files = {Path(file.path).resolve(): file for file in read}
    findings = [finding for file in files.values() for finding in file.findings]
    _FORMS[form](list(files.values()), findings + _advice(files.values(), shipped_files(here.contract)))
    return 1 if findings else 0


def _advice(files: Iterable[ScenarioFile], shipped: Iterable[ScenarioFile]) -> list[LocatedFinding]:
    """Return which files can fit the same request as each other, or as one that comes with execmock."""
    from execmock.loading.scenarios import overlapping

    read = [file for file in files if file.scenario]
    names = {file.scenario.name for file in read if file.scenario}
    # What is shipped is loaded first; one of a file's name is not loaded at all.
    others = [file for file in shipped if file.scenario and file.scenario.name not in names]
    return list(islice(overlapping([*others, *read]), _MOST_ADVICE))


def _as_text(files: Sequence[ScenarioFile], findings: Sequence[LocatedFinding]) -> None:
    for finding in findings:
        click.echo(finding.shown)
    wrong = sum(1 for file in files if file.findings)
    checked = f"{len(files)} file{'' if len(files) == 1 else 's'} checked"
    advice = sum(finding.advice for finding in findings)
    count = len(findings) - advice
    many = f"{count} finding{'' if count == 1 else 's'} in {wrong}" if count else "no findings"
    told = f", {advice} piece{'' if advice == 1 else 's'} of advice" if advice else ""
    click.echo(f"{checked}, {many}{told}")


def _as_json(files: Sequence[ScenarioFile], findings: Sequence[LocatedFinding]) -> None:
    found = [
        {
            "file": finding.place.file,
            "line": finding.place.line,
            "column": finding.place.column,
            "level": "advice" if finding.advice else "error",
            "message": finding.message,
            "source": finding.line,
        }
        for finding in findings
    ]
    click.echo(json.dumps({"files": len(files), "findings": found}, indent=2, ensure_ascii=False))


def _as_annotations(files: Sequence[ScenarioFile], findings: Sequence[LocatedFinding]) -> None:
    for finding in findings:
        place = finding.place
        file = _escaped(place.file).replace(":", "%3A").replace(",", "%2C")
        where = f",line={place.line},col={place.column}" if place.line else ""
        level = "notice" if finding.advice else "error"
        click.echo(f"::{level} file={file}{where},title=execmock::{_escaped(finding.message)}")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


_FORMS: dict[str, Callable[[Sequence[ScenarioFile], Sequence[LocatedFinding]], None]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
}
