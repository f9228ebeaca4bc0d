"""Where the scenario commands find scenarios: the shipped ones, and those that the configuration names."""

from __future__ import annotations

from collections.abc import Sequence
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

__all__ = ["config_option", "configured", "contract", "files_in", "one_scenario", "served", "shipped"]

config_option = click.option(
    "--config", metavar="FILE", help="Configuration file that names scenarios.  [default: execmock.yaml]"
)


def shipped() -> Path:
    """Return the folder of the scenarios that come with execmock."""
    from execmock.loading.contract import data_path

    return data_path("fixtures") / "scenarios"


def configured(config: str | None) -> Sequence[Path]:
    """Return the scenario files and folders that `execmock serve` would be given here."""
    settings = build(ServeSettings, resolved_settings({"config": config}, ["serve"])["serve"])
    return settings.scenarios


def files_in(paths: Sequence[Path]) -> Sequence[ScenarioFile]:
    """Read scenario files and folders of them; ConfigError for a path that is not there."""
    from execmock.loading.scenarios import read_folder, vocabularies

    for path in paths:
        if not path.exists():
            raise ConfigError(f"there is no scenario file or folder {str(path)!r}")
    return read_folder(paths, vocabularies(contract()))


def contract() -> Contract:
    """Return the contract that scenarios are checked against."""
    from execmock.loading.contract import shipped_contract

    return shipped_contract()


def served(config: str | None) -> dict[str, ScenarioFile]:
    """Return by name the scenarios that `execmock serve` would know here; a later one replaces a shipped one.

    ScenarioError shows what is wrong with a file.
    """
    files = [*files_in([shipped()]), *files_in(configured(config))]
    _refuse_problems(files)
    return {file.scenario.name: file for file in files if file.scenario}


def one_scenario(named: str, config: str | None) -> tuple[Scenario, ScenarioFile]:
    """Return the scenario of a name, or of a file; an error names the nearest name, or every mistake."""
    path = Path(named)
    if "/" in named or path.suffix in (".yaml", ".yml"):
        files = files_in([path])
        _refuse_problems(files)
        if not files:
            raise ConfigError(f"there is no scenario in {named!r}")
        found = files[0]
    else:
        known = served(config)
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
