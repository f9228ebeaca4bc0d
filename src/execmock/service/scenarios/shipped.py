"""The scenarios of a server at its start: those that come with execmock, and the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from execmock.core.contract import Contract
from execmock.errors import ConfigError, ScenarioError
from execmock.loading.contract import data_path, load_contract, shipped_contract
from execmock.loading.scenarios import ScenarioFile, read_folder, vocabularies
from execmock.service.scenarios.registry import ScenarioRegistry

__all__ = ["left_out", "load_registry", "shipped", "shipped_files", "shipped_scenarios"]


def shipped(path: Path) -> Contract:
    """Return a contract that comes with execmock."""
    return load_contract(path)


def shipped_scenarios() -> Path:
    """Return the folder of the scenarios that come with execmock."""
    return (data_path("fixtures") / "scenarios").resolve()


def load_registry(contract: Contract, extra: Sequence[Path], option: str = "--scenarios") -> ScenarioRegistry:
    """Return the shipped scenarios and those in `extra`, which win; ScenarioError names every mistake.

    ConfigError for a path that is not there, which `option` gave.
    """
    words = vocabularies(contract)
    for path in extra:
        if not path.exists():
            raise ConfigError(f"{option}: there is no scenario file or folder {str(path)!r}")
    read = [*shipped_files(contract), *read_folder(extra, words)]
    findings = [str(finding) for file in read for finding in file.findings]
    if findings:
        raise ScenarioError("\n".join(findings))
    return ScenarioRegistry(file.scenario for file in read if file.scenario)


def shipped_files(contract: Contract) -> Sequence[ScenarioFile]:
    """Return the files of the scenarios that come with execmock and fit a contract."""
    if contract is shipped_contract():
        return _of_shipped_contract()
    # A contract of one's own may lack a status that a scenario goes through.
    read = read_folder([shipped_scenarios()], vocabularies(contract))
    return [file for file in read if file.scenario]


def left_out(contract: Contract) -> Sequence[str]:
    """Return the names of the scenarios that come with execmock and do not fit a contract."""
    fitting = {file.path for file in shipped_files(contract)}
    return [
        file.scenario.name for file in _of_shipped_contract() if file.scenario and file.path not in fitting
    ]


@lru_cache(maxsize=1)
def _of_shipped_contract() -> Sequence[ScenarioFile]:
    return read_folder([shipped_scenarios()], vocabularies(shipped_contract()))
