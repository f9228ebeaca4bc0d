"""`execmock check`: every mistake in files of every kind, with its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from execmock.cli.findings import Checked, existing, format_option, report
from execmock.cli.options import FILE_NAME
from execmock.cli.scenarios.sources import Configured, config_option, configured, shipped_files
from execmock.errors import ConfigError, ContractError, ExecmockError, Place
from execmock.files import real_path

if TYPE_CHECKING:
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.scenarios import ScenarioFile

__all__ = ["command"]

_KINDS = "a scenario, a world, faults, a configuration or a contract"
_KEYS = "the key `scenario`, `world`, `faults`, `serve`, `verify` or `openapi`"

Groups = Mapping[str, Sequence[Path]]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@format_option
@config_option
def command(paths: tuple[Path, ...], form: str, config: str | None) -> int:
    """Check files of every kind, and folders of them: scenarios, worlds, faults, configurations, contracts.

    What a file is shows by its keys; other YAML files in a folder are left alone. Worlds follow the
    scenarios that are checked with them, the shipped ones, and those that the configuration names. The exit
    code is 1 when there are problems; advice does not count.
    """
    groups, findings = _grouped(paths)
    findings += [finding for file in groups["contract"] for finding in _of_contract(file)]
    findings += [finding for file in groups["configuration"] for finding in _of_configuration(file)]
    here = _configured(config, bool(findings))
    scenarios, doubts = _scenarios(groups["scenario"], here)
    findings += [finding for file in scenarios for finding in file.findings]
    if groups["world"]:
        from execmock.cli.world_check import world_findings

        findings += world_findings(groups["world"], here, scenarios)
    if groups["faults"]:
        from execmock.cli.fault_check import fault_findings

        findings += fault_findings(groups["faults"], here, scenarios)
    files = sum(map(len, groups.values()))
    return report(Checked(files, [*findings, *doubts]), form)


def _grouped(paths: Sequence[Path]) -> tuple[Groups, list[LocatedFinding]]:
    """Return the files by kind, and what is wrong with those of which that cannot be told."""
    groups: defaultdict[str, list[Path]] = defaultdict(list)
    findings: list[LocatedFinding] = []
    named = {real_path(path) for path in paths}
    for file in existing(paths, "YAML"):
        kind, wrong = _kind(file, named=real_path(file) in named)
        if kind:
            groups[kind].append(file)
        findings += wrong
    if not groups:
        raise ConfigError(f"no YAML file there is {_KINDS}; expected {_KEYS} in one")
    return groups, findings


def _kind(file: Path, *, named: bool) -> tuple[str | None, list[LocatedFinding]]:
    from execmock.loading.file_kinds import kind_of
    from execmock.loading.located_findings import located_at
    from execmock.loading.text_file import read_text_file

    try:
        text, _ = read_text_file(file, ConfigError)
    except ConfigError as error:
        return "unreadable", [located_at(error.place or Place(str(file)), error.message, [])]
    kind = "configuration" if file.name == FILE_NAME else kind_of(text)
    if kind:
        return kind, []
    if not text.strip():
        said = f"the file is empty; expected {_KINDS}"
    elif named:
        said = f"this is not {_KINDS}; expected {_KEYS}"
    else:
        return None, []
    return "unknown", [located_at(Place(str(file), 1, 1), said, text.splitlines())]


def _configured(config: str | None, broken: bool) -> Configured:
    try:
        return configured(config)
    except (ConfigError, ContractError):
        if not broken:
            raise
        # It is among the files that are checked, and what is wrong with it is told there.
        return Configured.without_configuration()


def _scenarios(
    paths: Sequence[Path], here: Configured
) -> tuple[Sequence[ScenarioFile], list[LocatedFinding]]:
    from execmock.cli.scenarios.check import doubtful
    from execmock.cli.scenarios.sources import files_in

    shipped = shipped_files(here.contract)
    named = [path for path in here.paths if path.exists()]
    checked = {real_path(path) for path in paths}
    read = files_in([*named, *paths], here.contract)
    own = [file for file in read if real_path(Path(file.path)) in checked]
    return own, list(doubtful(own, shipped, here.contract))


def _of_contract(file: Path) -> Sequence[LocatedFinding]:
    from execmock.loading.contract import contract_mistakes

    try:
        return contract_mistakes(file)
    except ContractError as error:
        return [_located(error, file)]


def _of_configuration(file: Path) -> Sequence[LocatedFinding]:
    from execmock.loading.yaml_marks import load_marked_file
    from execmock.settings import SECTIONS, file_mistakes

    try:
        return [_located(error, file) for error in file_mistakes(load_marked_file(file), SECTIONS)]
    except ConfigError as error:
        return [_located(error, file)]


def _located(error: ExecmockError, file: Path) -> LocatedFinding:
    from execmock.files import read_file
    from execmock.loading.located_findings import located_at

    place = error.place or Place(str(file))
    try:
        lines = read_file(Path(place.file)).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        lines = []
    return located_at(place, error.message, lines)
