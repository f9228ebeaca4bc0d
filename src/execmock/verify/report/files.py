"""Which forms a report can be written in, and writing them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from execmock.errors import ConfigError, nearest
from execmock.verify.report.model import Report

__all__ = ["FORMS", "check_forms", "write"]

FORMS = {
    "junit": "junit",
    "json": "json_",
    "html": "html",
    "markdown": "markdown",
    "sarif": "sarif",
    "har": "har",
}


def check_forms(reports: Iterable[tuple[str, str]]) -> None:
    """Raise ConfigError for an unknown form, a library that is missing, or a folder that does not exist."""
    for form, path in reports:
        if form not in FORMS:
            valid = ", ".join(FORMS)
            raise ConfigError(f"--report {form!r} is none of {valid}.{nearest(form, FORMS)}")
        if form == "html" and find_spec("jinja2") is None:
            raise ConfigError(
                "--report html needs Jinja2; expected it installed: pip install 'execmock[verify]'"
            )
        if not Path(path).parent.is_dir():
            raise ConfigError(f"--report {form}={path}: there is no folder {Path(path).parent}")


def write(report: Report, reports: Iterable[tuple[str, str]]) -> None:
    """Write each report; ConfigError says which file cannot be written."""
    for form, path in reports:
        module = import_module(f"execmock.verify.report.{FORMS[form]}")
        try:
            Path(path).write_text(module.render(report), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"--report {form}={path} cannot be written: {error.strerror}") from error
