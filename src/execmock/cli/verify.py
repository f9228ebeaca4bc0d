"""`execmock verify`: judge a service by the contract."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from execmock.cli.options import resolved_settings, takes_options
from execmock.cli.output import show, warn
from execmock.errors import ExecmockError
from execmock.settings import VerifySettings, build

if TYPE_CHECKING:
    from execmock.verify.generator_process import Generators
    from execmock.verify.report.model import Report

__all__ = ["command"]

INTERRUPTED = 130
_SUMMARY = "GITHUB_STEP_SUMMARY"


@click.command()
@click.argument("base_url", required=False)
@takes_options(VerifySettings)
@click.option(
    "--quick",
    "effort_flag",
    flag_value="quick",
    help="The same as --effort quick: about 5 s against a local mock.",
)
@click.option(
    "--thorough", "effort_flag", flag_value="thorough", help="The same as --effort thorough: minutes."
)
@click.option("--rules", is_flag=True, help="List the catalogue of rules and end.")
def command(base_url: str | None, effort_flag: str | None, rules: bool, **given: Any) -> int:
    """Judge the service at BASE_URL by the contract.

    Exit codes: 0 it conforms, 1 it does not, 2 a mistake in an option, 3 it does not answer, refuses the key,
    or less than four fifths of the selected rules were judged, 130 interrupted (143 by SIGTERM).

    Each option can also be given as a variable (--token-b as EXECMOCK_TOKEN_B) or under `verify:` in
    execmock.yaml. A flag wins over a variable, a variable over the file.
    """
    typed = {}
    if effort_flag:
        given["effort"], typed["effort"] = effort_flag, f"--{effort_flag}"
    if base_url:
        given["url"], typed["url"] = base_url, "BASE_URL"
    settings = build(VerifySettings, resolved_settings(given, ["verify"], typed)["verify"])
    if rules:
        return _list_rules(settings)
    return _judge(settings)


def _list_rules(settings: VerifySettings) -> int:
    from execmock.loading.contract import contract_at
    from execmock.verify.registry import all_rules
    from execmock.verify.report.rules_table import as_lines

    for line in as_lines(all_rules(contract_at(settings.contract))):
        show(line)
    return 0


def _judge(settings: VerifySettings) -> int:
    from execmock.verify.generator_process import Generators

    with Generators.for_run(settings) as generators, _garbage_kept():
        return _judge_with(generators, settings)


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Collect garbage rarely: answers are kept to the end, and looking through them finds nothing."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _judge_with(generators: Generators, settings: VerifySettings) -> int:
    # Only now: neither help nor a mistake in an option should wait for the judge's libraries.
    from execmock.verify.clock import present
    from execmock.verify.report.facts import NOT_AGAIN
    from execmock.verify.report.files import check_formats, is_plain, write
    from execmock.verify.report.kept import Kept
    from execmock.verify.report.terminal import lines

    reports = [pair for pairs in settings.reports for pair in pairs]
    with settings.naming("reports"):
        check_formats(reports)
    started = present()
    files = [(form, path) for form, path in reports if is_plain(path)]
    try:
        keep = (lambda found: write(found, files)) if files else None
        report = _run(generators, settings, started, keep)
    except KeyboardInterrupt:
        warn("interrupted; nothing was judged")
        return INTERRUPTED
    kept = Kept(_cache() / "verify")
    here = replace(report, kept=kept.options(settings, NOT_AGAIN))  # written reports are read elsewhere
    for line in lines(here, kept, *_columns()):
        show(line)
    # What cannot be written changes nothing about what was found.
    _say_failure(lambda: write(report, reports), settings.named("reports"))
    _say_failure(lambda: _summarize(report), _SUMMARY)
    return report.exit_code


def _columns() -> Iterator[int]:
    """Yield the width of the terminal, if one is written to."""
    if sys.stdout.isatty():
        yield shutil.get_terminal_size().columns


def _say_failure(write: Callable[[], None], called: str) -> None:
    """Write, and say on stderr what cannot be written."""
    try:
        write()
    except (ExecmockError, OSError) as error:
        warn(f"{called}: {error}")


def _run(
    generators: Generators,
    settings: VerifySettings,
    started: int,
    keep: Callable[[Report], None] | None,
) -> Report:
    import asyncio

    from execmock.loading.contract import contract_at
    from execmock.verify.interruption import Interruption
    from execmock.verify.report.progress import progress
    from execmock.verify.runner import Callbacks, run

    contract = contract_at(settings.contract)
    with progress() as update:
        callbacks = Callbacks(
            progress=update,
            say=lambda said: warn(said, "verify"),
            keep=keep,
            interruption=Interruption(warn),
        )
        return asyncio.run(
            run(settings, contract, started=started, callbacks=callbacks, generators=generators)
        )


def _cache() -> Path:
    """Return where files are kept that would else appear in the directory of the caller."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path("~/.cache").expanduser()) / "execmock"


def _summarize(report: Report) -> None:
    """Leave a summary where a CI job on GitHub shows it."""
    from execmock.verify.report.markdown import summary

    path = os.environ.get(_SUMMARY)
    if path:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(summary(report))
