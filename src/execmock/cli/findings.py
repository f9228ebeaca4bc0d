"""Findings about files, as text, as JSON and as annotations of a pull request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from execmock.cli.output import show
from execmock.core.visible_json import visible_json
from execmock.errors import ConfigError
from execmock.files import real_path
from execmock.loading.folders import yaml_files

if TYPE_CHECKING:
    from execmock.loading.located_findings import LocatedFinding

__all__ = ["Checked", "existing", "format_option", "report"]

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="Output form; github makes annotations of a pull request.",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: how many files there were, and all findings."""

    files: int
    findings: Sequence[LocatedFinding]

    @property
    def problems(self) -> Sequence[LocatedFinding]:
        """The findings without the advice."""
        return [finding for finding in self.findings if not finding.advice]


def existing(paths: Sequence[Path], what: str) -> list[Path]:
    """Return the files that are named and the YAML files in folders (deep), in name order, each once.

    Folders whose names begin with a dot are left out. ConfigError for a path that is not there, and for a
    folder without any.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise ConfigError(f"there is no {what} file or folder {str(path)!r}")
        inside = yaml_files(path) if path.is_dir() else [path]
        files = [file for file in inside if not _hidden(file.relative_to(path))]
        if not files:
            raise ConfigError(f"there is no .yaml or .yml file in the folder {str(path)!r}")
        for file in files:
            found.setdefault(real_path(file), file)
    return list(found.values())


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "node_modules" for part in path.parts[:-1])


def report(checked: Checked, form: str) -> int:
    """Print what came of a check; return the exit code, 1 if there are problems."""
    ordered = Checked(checked.files, sorted(checked.findings, key=lambda finding: finding.advice))
    if shown := _FORMS[form](ordered):
        show(shown)
    return 1 if checked.problems else 0


def _as_text(checked: Checked) -> str:
    problems = checked.problems
    wrong = len({finding.place.file for finding in problems})
    many = f"{_count(len(problems), 'problem')} in {_count(wrong, 'file')}" if wrong > 1 else ""
    told = many or (_count(len(problems), "problem") if problems else "no problems")
    advice = len(checked.findings) - len(problems)
    more = f", {_count(advice, 'piece')} of advice" if advice else ""
    summary = f"{_count(checked.files, 'file')} checked, {told}{more}"
    return "\n".join([*(finding.shown for finding in checked.findings), summary])


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _as_json(checked: Checked) -> str:
    found = [
        {
            "file": finding.place.file,
            "line": finding.place.line,
            "column": finding.place.column,
            "level": "advice" if finding.advice else "error",
            "message": finding.message,
            "source": finding.line,
        }
        for finding in checked.findings
    ]
    return visible_json({"files": checked.files, "findings": found})


def _as_annotations(checked: Checked) -> str:
    return "\n".join(map(_annotation, checked.findings))


def _annotation(finding: LocatedFinding) -> str:
    place = finding.place
    file = _escaped(place.file).replace(":", "%3A").replace(",", "%2C")
    where = f",line={place.line},col={place.column}" if place.line else ""
    level = "notice" if finding.advice else "error"
    return f"::{level} file={file}{where},title=execmock::{_escaped(finding.message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


_FORMS: dict[str, Callable[[Checked], str]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
}
