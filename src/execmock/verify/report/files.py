"""The formats of reports, and writing them to files."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from execmock.errors import ConfigError, nearest
from execmock.verify.report.model import Report

__all__ = ["FORMATS", "check_formats", "is_plain", "write"]

FORMATS = {
    "junit": "junit",
    "json": "json_",
    "html": "html",
    "markdown": "markdown",
    "sarif": "sarif",
    "har": "har",
}


def check_formats(reports: Iterable[tuple[str, str]]) -> None:
    """Raise ConfigError for an unknown format, a library that is missing, or a folder that does not exist."""
    for name, path in reports:
        if name not in FORMATS:
            valid = ", ".join(FORMATS)
            raise ConfigError(
                f"{name!r} is no form of a report; expected one of {valid}.{nearest(name, FORMATS)}"
            )
        if name == "html" and find_spec("jinja2") is None:
            raise ConfigError("html needs Jinja2; expected it installed: pip install 'execmock[verify]'")
        if not Path(path).parent.is_dir():
            raise ConfigError(f"{name}={path}: there is no folder {Path(path).parent}")


def is_plain(path: str) -> bool:
    """Whether a path is, or would become, a file that can be written several times: no pipe, no terminal."""
    return Path(path).is_file() or not Path(path).exists()


def write(report: Report, reports: Iterable[tuple[str, str]]) -> None:
    """Write each report; when all were tried, ConfigError says which files cannot be written."""
    failed: list[str] = []
    for name, path in reports:
        module = import_module(f"execmock.verify.report.{FORMATS[name]}")
        try:
            _put(Path(path), module.render(report))
        except (OSError, ValueError) as error:
            failed.append(f"{name}={path} cannot be written: {getattr(error, 'strerror', None) or error}")
    if failed:
        raise ConfigError("; ".join(failed))


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all, so that a killed run leaves the report that was there before."""
    if not is_plain(str(path)) or path.is_symlink():
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", errors="backslashreplace")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
