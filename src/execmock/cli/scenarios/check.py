"""`execmock scenarios check`: every mistake in scenario files, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from execmock.cli.findings import Checked, existing, format_option, report
from execmock.cli.scenarios.sources import config_option, configured, files_in, shipped_files
from execmock.files import real_path

if TYPE_CHECKING:
    from execmock.core.contract import Contract
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.scenarios import ScenarioFile

__all__ = ["check", "doubtful"]

_MOST_ADVICE = 100
_OWN_FOLDER = Path("fixtures/scenarios")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@format_option
@config_option
def check(paths: tuple[Path, ...], form: str, config: str | None) -> int:
    """Check scenario files and folders of them.

    Without PATH, the shipped scenarios are checked, and those that the configuration names or that lie in
    ./fixtures/scenarios. The exit code is 1 when there are problems; advice does not count. `execmock check`
    takes files of every kind.
    """
    here = configured(config)
    own = paths or here.paths or ([_OWN_FOLDER] if _OWN_FOLDER.is_dir() else [])
    if paths:
        existing(paths, "scenario")
    shipped = shipped_files(here.contract)
    read = [*([] if paths else shipped), *files_in(own, here.contract)]
    files = {real_path(Path(file.path)): file for file in read}
    findings = [finding for file in files.values() for finding in file.findings]
    findings += doubtful(list(files.values()), shipped, here.contract)
    return report(Checked(len(files), findings), form)


def doubtful(
    files: Sequence[ScenarioFile], shipped: Iterable[ScenarioFile], contract: Contract
) -> Iterator[LocatedFinding]:
    """Yield what can never happen in usable scenarios, and as advice what may be meant otherwise.

    That is a word that is no usual one, or a request that two files can fit, or one and a shipped scenario.
    """
    from execmock.loading.scenarios import doubts, overlapping, vocabularies

    words = vocabularies(contract)
    for file in files:
        yield from doubts(file, words)
    read = [file for file in files if file.scenario]
    names = {file.scenario.name for file in read if file.scenario}
    # What is shipped is loaded first; one of a file's name is not loaded at all.
    others = [file for file in shipped if file.scenario and file.scenario.name not in names]
    yield from islice(overlapping([*others, *read]), _MOST_ADVICE)
