"""What is wrong with files of faults: what their text says, and faults that can never strike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from execmock.cli.scenarios.sources import Configured, shipped_files
from execmock.errors import FaultError, Place

if TYPE_CHECKING:
    from execmock.core.faults import FaultWords
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.scenarios import ScenarioFile

__all__ = ["fault_findings"]


def fault_findings(
    files: Sequence[Path], here: Configured, scenarios: Sequence[ScenarioFile]
) -> list[LocatedFinding]:
    """Return every mistake in files of faults, which may name the shipped scenarios and `scenarios`."""
    from execmock.core.faults import FaultWords

    known = [file.scenario.name for file in (*shipped_files(here.contract), *scenarios) if file.scenario]
    words = FaultWords.of(here.contract, known)
    return [finding for file in files for finding in _findings(file, words)]


def _findings(file: Path, words: FaultWords) -> Sequence[LocatedFinding]:
    from execmock.core.faults import never_striking
    from execmock.loading.faults import located_in, read_faults
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.text_file import read_text_file

    try:
        text, _ = read_text_file(file, FaultError)
    except FaultError as error:
        return [LocatedFinding(error.place or Place(str(file)), error.message)]
    faults, findings = read_faults(text, str(file), words)
    if faults is None:
        return findings
    return located_in(never_striking(faults, words), text, str(file))
