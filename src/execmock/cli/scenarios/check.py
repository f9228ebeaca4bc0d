"""`execmock scenarios check`: every mistake in scenario files, with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from execmock.cli.scenarios.sources import config_option, configured, files_in, shipped_files

if TYPE_CHECKING:
    from execmock.loading.located_findings import LocatedFinding
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
    here = configured(config)
    own = paths or here.paths or ([_OWN_FOLDER] if _OWN_FOLDER.is_dir() else [])
    read = [*([] if paths else shipped_files(here.contract)), *files_in(own, here.contract)]
    files = {Path(file.path).resolve(): file for file in read}
    findings = [finding for file in files.values() for finding in file.findings]
    _FORMS[form](list(files.values()), findings)
    return 1 if findings else 0


def _as_text(files: Sequence[ScenarioFile], findings: Sequence[LocatedFinding]) -> None:
    for finding in findings:
        click.echo(finding.shown)
    wrong = sum(1 for file in files if file.findings)
    checked = f"{len(files)} file{'' if len(files) == 1 else 's'} checked"
    many = f"{len(findings)} finding{'' if len(findings) == 1 else 's'} in {wrong}"
    click.echo(f"{checked}, {many if findings else 'no findings'}")


def _as_json(files: Sequence[ScenarioFile], findings: Sequence[LocatedFinding]) -> None:
    found = [
        {
            "file": finding.place.file,
            "line": finding.place.line,
            "column": finding.place.column,
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
        click.echo(f"::error file={file}{where},title=execmock::{_escaped(finding.message)}")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


_FORMS: dict[str, Callable[[Sequence[ScenarioFile], Sequence[LocatedFinding]], None]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
}
