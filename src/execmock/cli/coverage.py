"""`execmock coverage`: what tests met of the contract, and what they never met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from execmock.cli.groups import HelpfulGroup
from execmock.cli.output import show
from execmock.errors import CoverageError, Place

if TYPE_CHECKING:
    from execmock.coverage import Coverage

__all__ = ["command"]

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path)
_files = click.argument("files", nargs=-1, type=_FILE, metavar="[FILE]...")
_output = click.option("-o", "--output", type=_FILE, help="File to write, in place of the terminal.")


@click.group(cls=HelpfulGroup)
def command() -> None:
    """Tell what tests met of the contract: statuses, errors, transitions, branches, faults.

    Files are those that `pytest --execmock-coverage` or the control API's `/coverage` wrote. Several count
    as one. Without FILE it is .execmock-coverage in this folder, or else its parts, .execmock-coverage.*.
    """


@command.command()
@_files
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 where less was met of all that is declared.",
)
@click.option("--show-missing", is_flag=True, help="Name all that was never met, not only the first.")
def report(files: tuple[Path, ...], fail_under: float | None, show_missing: bool) -> int:
    """Print how much was met, what never was, and how to bring that about."""
    from execmock.coverage.text import as_text

    coverage = _read(files)
    show(as_text(coverage, all_missing=show_missing))
    if fail_under is None or coverage.percent >= fail_under:
        return 0
    show(f"{coverage.percent:.1f} % was met; expected at least {fail_under:g} %")
    return 1


@command.command()
@_files
@_output
def html(files: tuple[Path, ...], output: Path | None) -> None:
    """Write one HTML page, with matrices of operations by statuses and of transitions."""
    from execmock.coverage.html import as_html

    _write(as_html(_read(files)), output)


@command.command(name="json")
@_files
@_output
def json_(files: tuple[Path, ...], output: Path | None) -> None:
    """Write how much was met, and what never was, as JSON."""
    from execmock.coverage.summary import as_json

    _write(as_json(_read(files)), output)


@command.command()
@_files
@_output
def junit(files: tuple[Path, ...], output: Path | None) -> None:
    """Write JUnit XML: a test case for all that is declared, which fails where it was never met."""
    from execmock.coverage.junit import as_junit

    _write(as_junit(_read(files)), output)


@command.command()
@_files
@click.option("-o", "--output", type=_FILE, help="File to write.  [default: .execmock-coverage]")
@click.option("--keep", is_flag=True, help="Leave the parts that were found where they are.")
def combine(files: tuple[Path, ...], output: Path | None, keep: bool) -> None:
    """Write one coverage of several files. Without FILE, of the parts in this folder, which are removed."""
    from execmock.coverage.file import FILE_NAME, parts_of, read_all, write_coverage

    into = output or Path(FILE_NAME)
    parts = [] if files else parts_of(Path(FILE_NAME))
    if not (files or parts):
        raise CoverageError("there are no parts to combine; expected files", place=Place(f"{FILE_NAME}.*"))
    coverage = read_all(files or parts)
    write_coverage(into, coverage)
    for part in () if keep else parts:
        if part != into:
            part.unlink(missing_ok=True)
    number = len(files or parts)
    show(f"{into}: {number} file{'s' if number > 1 else ''}, {coverage.percent:.1f} % met")


def _read(files: Sequence[Path]) -> Coverage:
    from execmock.coverage.file import FILE_NAME, parts_of, read_all

    own = Path(FILE_NAME)
    return read_all(files or ([own] if own.exists() else parts_of(own) or [own]))


def _write(text: str, output: Path | None) -> None:
    if output is None:
        show(text.removesuffix("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        said = f"it cannot be written: {error.strerror or error}"
        raise CoverageError(said, place=Place(str(output))) from None
