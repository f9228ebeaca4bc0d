"""Files of faults. Every finding carries its place and the line it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from execmock.core.faults import (
    Fault,
    FaultFileSource,
    FaultWords,
    compile_faults,
    fault_file_schema,
)
from execmock.core.findings import Finding
from execmock.errors import FaultError, Place, nearest
from execmock.loading.contract import data_path
from execmock.loading.file_model import FileModel
from execmock.loading.located_findings import LocatedFinding, locate, located_at
from execmock.loading.text_file import read_text_file
from execmock.loading.yaml_marks import load_marked

__all__ = [
    "faults_path",
    "load_faults",
    "located_in",
    "read_fault_data",
    "read_faults",
    "shipped_by_name",
    "shipped_faults",
]


def shipped_faults() -> dict[str, Path]:
    """Return the names and files of the faults that come with execmock."""
    return {path.stem: path for path in sorted((data_path("fixtures") / "faults").glob("*.yaml"))}


@lru_cache(maxsize=1)
def shipped_by_name() -> Mapping[str, Fault]:
    """Return the faults of all shipped files by their names. They name nothing of any contract."""
    found = [load_faults(path, FaultWords({}, (), ())) for path in shipped_faults().values()]
    return {fault.name: fault for faults in found for fault in faults}


def faults_path(named: Path | str) -> Path:
    """Return the file that a path or a shipped file's name means; FaultError names the nearest name."""
    if isinstance(named, Path):
        return named
    shipped = shipped_faults()
    if named not in shipped:
        known = ", ".join(shipped)
        raise FaultError(
            f"there are no faults {named!r}; expected a file or one of {known}.{nearest(named, shipped)}"
        )
    return shipped[named]


def load_faults(path: Path, words: FaultWords) -> Sequence[Fault]:
    """Read a file of faults; FaultError shows everything that is wrong with it."""
    text, _ = read_text_file(path, FaultError)
    faults, findings = read_faults(text, str(path), words)
    if faults is None:
        raise FaultError("\n".join(finding.shown for finding in findings))
    return faults


def read_faults(
    text: str, file: str, words: FaultWords
) -> tuple[Sequence[Fault] | None, Sequence[LocatedFinding]]:
    """Read faults; never raises for what the text holds."""
    try:
        marked = load_marked(text, file, FaultError)
    except FaultError as error:
        return None, (located_at(error.place or Place(file), error.message, text.splitlines()),)
    faults, findings = read_fault_data(marked.data, words)
    return faults, locate(findings, marked, text)


def located_in(findings: Iterable[Finding], text: str, file: str) -> Sequence[LocatedFinding]:
    """Return findings about a sound file of faults with their places."""
    return locate(findings, load_marked(text, file, FaultError), text)


def read_fault_data(data: Any, words: FaultWords) -> tuple[Sequence[Fault] | None, Sequence[Finding]]:
    """Read faults that are data already; never raises for what it holds."""
    source, findings = _shape().read(data)
    return (None, findings) if source is None else compile_faults(source, words)


@lru_cache(maxsize=1)
def _shape() -> FileModel[FaultFileSource]:
    return FileModel(FaultFileSource, fault_file_schema, "faults, as a list under the key `faults`")
