"""Scenario files to scenarios. Every finding carries its place and the line it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from execmock.core.contract import Contract
from execmock.core.scenario import (
    Finding,
    Scenario,
    ScenarioSource,
    Vocabulary,
    compile_scenario,
    scenario_schema,
)
from execmock.core.scenario.findings import DataPath
from execmock.core.scenario.model import Api
from execmock.core.validation import SchemaValidator, Violation
from execmock.errors import Place, ScenarioError
from execmock.loading.yaml_marks import Marked, load_marked

__all__ = ["Problem", "ScenarioFile", "Vocabularies", "read_data", "read_folder", "read_text", "vocabularies"]

Vocabularies = Mapping[Api, Vocabulary]


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding with its place in a file and the source line, fit to be shown."""

    place: Place
    message: str
    line: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """One file read: its scenario and no problems, or no scenario and why."""

    path: str
    text: str
    scenario: Scenario | None
    problems: tuple[Problem, ...] = ()


def vocabularies(contract: Contract) -> Vocabularies:
    """Return what the contract lets scenarios of either API say."""
    return {"executions": Vocabulary.of(contract, "executions"), "embed": Vocabulary.of(contract, "embed")}


def read_text(text: str, file: str, words: Vocabularies) -> ScenarioFile:
    """Read one scenario; never raises for what the text holds."""
    lines = text.splitlines()
    try:
        marked = load_marked(text, file, ScenarioError)
    except ScenarioError as error:
        place = error.place or Place(file)
        return ScenarioFile(file, text, None, (_problem(place, error.message, lines),))
    scenario, findings = read_data(marked.data, text, words)
    problems = tuple(_problem(_place(marked, finding.path), finding.message, lines) for finding in findings)
    return ScenarioFile(file, text, scenario, tuple(sorted(problems, key=_where)))


def read_data(data: Any, text: str, words: Vocabularies) -> tuple[Scenario | None, list[Finding]]:
    """Read a scenario from plain data; `text` is what its version is the digest of."""
    try:
        source = msgspec.convert(data, ScenarioSource)
    except msgspec.ValidationError as error:
        found = [_as_finding(violation, data) for violation in _shape().violations(data)]
        return None, found or [Finding((), str(error))]
    version = blake2b(text.encode(), digest_size=4).hexdigest()
    scenario, findings = compile_scenario(source, words[source.api], version)
    return (replace(scenario, text=text) if scenario else None), findings


def read_folder(paths: Iterable[Path], words: Vocabularies) -> Sequence[ScenarioFile]:
    """Read every .yaml and .yml file in folders (deep), and the files named themselves, in name order."""
    found: list[ScenarioFile] = []
    for path in paths:
        files = sorted(p for p in path.rglob("*.y*ml") if p.is_file()) if path.is_dir() else [path]
        found += [_read_file(file, words) for file in files]
    return found


def _read_file(path: Path, words: Vocabularies) -> ScenarioFile:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ScenarioFile(str(path), "", None, (Problem(Place(str(path)), "is not UTF-8 text"),))
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        return ScenarioFile(str(path), "", None, (Problem(Place(str(path)), reason),))
    return read_text(text, str(path), words)


@lru_cache(maxsize=1)
def _shape() -> SchemaValidator:
    return SchemaValidator(scenario_schema(), "")


def _as_finding(violation: Violation, data: Any) -> Finding:
    path: list[str | int] = []
    for part in violation.where.split("/")[1:]:
        path.append(int(part) if isinstance(data, list) and part.isdecimal() else part)
        data = _member(data, path[-1])
    return Finding(tuple(path), violation.sentence)


def _member(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def _place(marked: Marked, path: DataPath) -> Place:
    # A finding about a member that is there points at its key; one about a missing member, at its parent.
    return marked.key(path) if path and isinstance(path[-1], str) else marked.place(path)


def _problem(place: Place, message: str, lines: Sequence[str]) -> Problem:
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    return Problem(place, message, line)


def _where(problem: Problem) -> tuple[int, int]:
    return problem.place.line, problem.place.column
