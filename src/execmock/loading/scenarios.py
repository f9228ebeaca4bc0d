"""Scenario files to scenarios. Every finding carries its place and the line it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from execmock.core.apis import APIS, ApiName
from execmock.core.contract import Contract
from execmock.core.scenario import (
    Finding,
    Scenario,
    ScenarioSource,
    Step,
    Vocabulary,
    compile_scenario,
    scenario_schema,
)
from execmock.core.scenario.advice import advise
from execmock.core.scenario.bind import check_workflow, with_place
from execmock.core.scenario.conflicts import Conflict, conflicts, overlaps
from execmock.core.scenario.precedence import check_precedence
from execmock.errors import Place, ScenarioError
from execmock.files import real_path
from execmock.loading.file_model import FileModel
from execmock.loading.folders import yaml_files
from execmock.loading.located_findings import LocatedFinding, locate, located_at, place_of
from execmock.loading.prepared import prepared
from execmock.loading.text_file import read_text_file
from execmock.loading.used_steps import UsableScenarios, UsedText, expand, uses_others

__all__ = [
    "ScenarioFile",
    "Vocabularies",
    "doubts",
    "overlapping",
    "read_data",
    "read_folder",
    "read_text",
    "vocabularies",
    "without_rivals",
]

Vocabularies = Mapping[ApiName, Vocabulary]


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """One file read: its scenario and no findings, or no scenario and why.

    `uses` names the scenarios whose steps it uses.
    """

    path: str
    text: str
    scenario: Scenario | None
    findings: tuple[LocatedFinding, ...] = ()
    uses: frozenset[str] = frozenset()


def vocabularies(contract: Contract) -> Vocabularies:
    """Return what the contract lets scenarios of either API say."""
    return {api: Vocabulary.of(contract, api) for api in APIS}


def read_text(
    text: str, file: str, words: Vocabularies, usable: UsableScenarios | None = None
) -> ScenarioFile:
    """Read one scenario; never raises for what the text holds. It can use the `usable` ones."""
    data = prepared("scenario", text.encode("utf-8", "surrogatepass"))
    # Only shipped files are prepared, and a test holds those to their schema.
    source = None if data is None else _shape().sound(data)
    if source is not None:
        scenario, findings = _compiled(source, text, words)
        if not findings:
            return ScenarioFile(file, text, scenario)
    return _read_marked(text, file, words, usable)


def _read_marked(text: str, file: str, words: Vocabularies, usable: UsableScenarios | None) -> ScenarioFile:
    from execmock.loading.yaml_marks import load_marked

    try:
        marked = load_marked(text, file, ScenarioError)
    except ScenarioError as error:
        finding = located_at(error.place or Place(file), error.message, text.splitlines())
        return ScenarioFile(file, text, None, (finding,))
    scenario, findings, uses = _read_data(marked.data, text, words, usable)
    return ScenarioFile(file, text, scenario, locate(findings, marked, text), uses)


def read_data(
    data: Any, text: str, words: Vocabularies, usable: UsableScenarios | None = None
) -> tuple[Scenario | None, list[Finding]]:
    """Read a scenario from plain data; `text` is what its version is the digest of.

    If it uses others, that is a text that holds all of its steps.
    """
    return _read_data(data, text, words, usable)[:2]


def _read_data(
    data: Any, text: str, words: Vocabularies, usable: UsableScenarios | None
) -> tuple[Scenario | None, list[Finding], frozenset[str]]:
    source, findings = _shape().read(data)
    if source is None:
        return None, [with_place(finding) for finding in findings], frozenset()
    if not uses_others(data):
        return (*_compiled(source, text, words), frozenset())
    from execmock.loading.yaml_text import yaml_text

    whole = expand(data, usable or UsableScenarios(), lambda other: _shape().read(other)[1])
    if whole.findings:
        return None, list(whole.findings), whole.uses
    source, findings = _shape().read(whole.data)
    if source is None:
        return None, [whole.placed(finding) for finding in findings], whole.uses
    scenario, findings = _compiled(source, yaml_text(whole.data).decode(), words)
    return scenario, [whole.placed(finding) for finding in findings], whole.uses


def _compiled(
    source: ScenarioSource, text: str, words: Vocabularies
) -> tuple[Scenario | None, list[Finding]]:
    version = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    scenario, findings = compile_scenario(source, words[source.api], version)
    return (replace(scenario, text=text) if scenario else None), findings


def read_folder(
    paths: Iterable[Path], words: Vocabularies, texts: Mapping[str, UsedText] | None = None
) -> Sequence[ScenarioFile]:
    """Read every .yaml and .yml file in folders (deep), and the files named themselves, in name order.

    A file that takes the name or the bound values of one before it is refused; each file is read once. They
    can use each other's steps, those of `texts`, by name, and those of shipped scenarios.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        files = yaml_files(path) if path.is_dir() else [path]
        for file in files:
            found.setdefault(real_path(file), file)
    usable = UsableScenarios(tuple(found.values()), texts)
    return without_rivals([_read_file(file, words, usable) for file in found.values()])


def _read_file(path: Path, words: Vocabularies, usable: UsableScenarios) -> ScenarioFile:
    try:
        text, _ = read_text_file(path, ScenarioError)
    except ScenarioError as error:
        finding = LocatedFinding(error.place or Place(str(path)), error.message)
        return ScenarioFile(str(path), "", None, (finding,))
    return read_text(text, str(path), words, usable)


def without_rivals(files: Sequence[ScenarioFile]) -> Sequence[ScenarioFile]:
    """Return the files in their order; one that takes what an earlier one has taken has that as a finding."""
    by_name = {file.path: file for file in files}
    scenarios = [(file.path, file.scenario) for file in files if file.scenario]
    for rival in conflicts(scenarios):
        first, second = by_name[rival.first], by_name[rival.second]
        message = f"{rival.message}; the first is at {_place(first, rival)}"
        place = _place(second, rival)
        finding = located_at(place, message, second.text.splitlines())
        by_name[rival.second] = replace(second, scenario=None, findings=(*second.findings, finding))
    return list(by_name.values())


def overlapping(files: Sequence[ScenarioFile]) -> Iterator[LocatedFinding]:
    """Yield each pair of scenarios that can fit the same request, as advice.

    `files` are in the order in which a server loads them.
    """
    by_name = {file.path: file for file in files}
    for overlap in overlaps([(file.path, file.scenario) for file in files if file.scenario]):
        first, second = by_name[overlap.first], by_name[overlap.second]
        message = f"{overlap.message}; the other is at {_place(first, overlap)}"
        place = _place(second, overlap)
        yield replace(located_at(place, message, second.text.splitlines()), advice=True)


def doubts(file: ScenarioFile, words: Vocabularies) -> Iterator[LocatedFinding]:
    """Yield what can never happen in a usable scenario, and as advice what may be meant otherwise."""
    from execmock.loading.yaml_marks import load_marked

    if file.scenario is None:
        return
    marked = load_marked(file.text, file.path, ScenarioError)
    source = _shape().sound(marked.data)
    if source is None:
        return  # it uses steps of another scenario, which are told of there
    steps = file.scenario.steps[: file.scenario.own]
    never = check_precedence(steps, source) if len(steps) == len(source.steps) else ()
    unknown = check_workflow(file.scenario.bind) if source.api == "embed" else ()
    idle = _idle_faults(steps, words[source.api]) if len(steps) == len(source.steps) else ()
    yield from locate([*never, *unknown, *idle], marked, file.text)
    for finding in locate(advise(source, words[source.api]), marked, file.text):
        yield replace(finding, advice=True)


def _idle_faults(steps: Sequence[Step], words: Vocabulary) -> Iterator[Finding]:
    """Yield faults of steps that can never strike."""
    if any(step.faults for step in steps):
        # Imported here: most scenarios have none.
        from execmock.core.faults import fault_of_text, never_striking_steps

        faults = [[fault_of_text(text) for text in step.faults] for step in steps]
        yield from never_striking_steps(faults, words.operations)


def _place(file: ScenarioFile, rival: Conflict) -> Place:
    from execmock.loading.yaml_marks import load_marked

    return place_of(load_marked(file.text, file.path, ScenarioError), rival.path)


@lru_cache(maxsize=1)
def _shape() -> FileModel[ScenarioSource]:
    return FileModel(ScenarioSource, scenario_schema, "a scenario, with the keys `scenario` and `steps`")
