"""Where the scenario commands find scenarios: the shipped ones, and those that the configuration names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from execmock.cli.options import resolved_settings
from execmock.errors import ConfigError, ScenarioError, nearest
from execmock.settings import ServeSettings, build

if TYPE_CHECKING:
    from execmock.core.contract import Contract
    from execmock.core.scenario import Scenario
    from execmock.loading.scenarios import ScenarioFile

__all__ = [
    "Configured",
    "config_option",
    "configured",
    "files_in",
    "one_scenario",
    "served",
    "shipped_files",
]

config_option = click.option(
    "--config", metavar="FILE", help="Configuration file that names scenarios.  [default: execmock.yaml]"
)


@dataclass(frozen=True, slots=True)
class Configured:
    """What `execmock serve` would be given here: scenario files and folders, and their contract.

    `named` is where the paths were given, as the user knows it; `alone` are options of a server that
    knows the contract and the shipped scenarios only.
    """

    paths: Sequence[Path]
    named: str
    contract: Contract
    alone: ServeSettings

    @classmethod
    def without_configuration(cls) -> Configured:
        """Return what `execmock serve` would be given without any options."""
        from execmock.loading.contract import shipped_contract

        return cls((), "", shipped_contract(), ServeSettings())


def configured(config: str | None) -> Configured:
    """Return what a configuration file and the variables say; ContractError for a contract that is none."""
    from execmock.loading.contract import contract_at
    from execmock.service.choices import as_chosen, choose

    settings = build(ServeSettings, resolved_settings({"config": config}, ["serve"])["serve"])
    contract = contract_at(settings.contract)
    with settings.naming("choose"):
        choices = choose(contract, settings.choose)
    alone = ServeSettings(contract=settings.contract, choose=settings.choose)
    return Configured(settings.scenarios, settings.named("scenarios"), as_chosen(contract, choices), alone)


def files_in(paths: Sequence[Path], contract: Contract, option: str = "") -> Sequence[ScenarioFile]:
    """Read scenario files and folders of them; ConfigError for a path that is not there.

    `option` is what gave them, if that was not an argument.
    """
    from execmock.loading.scenarios import read_folder, vocabularies

    for path in paths:
        if not path.exists():
            said = f"there is no scenario file or folder {str(path)!r}"
            raise ConfigError(f"{option}: {said}" if option else said)
    return read_folder(paths, vocabularies(contract))


def shipped_files(contract: Contract) -> Sequence[ScenarioFile]:
    """Return the files of the scenarios that come with execmock and fit a contract."""
    from execmock.service.scenarios.shipped import shipped_files

    return shipped_files(contract)


def served(here: Configured) -> dict[str, ScenarioFile]:
    """Return by name the scenarios that `execmock serve` would know; a later one replaces a shipped one.

    ScenarioError shows what is wrong with a file.
    """
    files = [*shipped_files(here.contract), *files_in(here.paths, here.contract, here.named)]
    _refuse_problems(files)
    return {file.scenario.name: file for file in files if file.scenario}


def one_scenario(named: str, here: Configured) -> tuple[Scenario, ScenarioFile]:
    """Return the scenario of a name, or of a file; an error names the nearest name, or every mistake."""
    path = Path(named)
    if "/" in named or path.suffix in (".yaml", ".yml"):
        files = files_in([path], here.contract)
        _refuse_problems(files)
        if not files:
            raise ConfigError(f"there is no scenario in {named!r}")
        found = files[0]
    else:
        known = served(here)
        if named not in known:
            raise ConfigError(
                f"there is no scenario {named!r}.{nearest(named, known)} "
                "`execmock scenarios list` shows all of them; a file is named with its ending"
            )
        found = known[named]
    if found.scenario is None:
        raise ScenarioError(f"{found.path} holds no scenario")
    return found.scenario, found


def _refuse_problems(files: Sequence[ScenarioFile]) -> None:
    shown = [finding.shown for file in files for finding in file.findings]
    if shown:
        raise ScenarioError("\n".join(shown))
