"""Which files a recording consists of: a scenario for each workflow, and the world that existed before."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from execmock.core.apis import APIS, ApiName
from execmock.core.contract import Contract
from execmock.core.durations import format_instant
from execmock.core.ids import derive, hashid, uuid7
from execmock.core.templates import has_template
from execmock.loading.scenarios import doubts, read_text, vocabularies
from execmock.recorder.model import Run
from execmock.recorder.steps import steps_of
from execmock.recorder.tree import MOST_STEPS, grown
from execmock.recorder.vocabulary import Words
from execmock.recorder.writing import scenario_text, world_text

__all__ = ["FOLDER", "MOST_EXISTING", "Files"]

MOST_EXISTING = 500
_BORN = 1_767_258_000_000
_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHOWN = re.compile(r"\S(.{0,198}\S)?")
_WORLD = "world"
FOLDER = "scenarios"
"""Where scenarios are written; a world does not lie among them."""


class Files:
    """Makes the files of a recording; `notes` says what they lack."""

    def __init__(self, contract: Contract) -> None:
        self._words = {api: Words.of(contract, api) for api in APIS}
        self._known = vocabularies(contract)
        self._names: set[str] = {_WORLD}
        self._made: dict[str, str] = {}
        self.notes: list[str] = []

    def of(self, runs: Sequence[Run], begun: int) -> dict[str, str]:
        """Return the files by name; the recording began at `begun`, in milliseconds since 1970."""
        workflows: defaultdict[tuple[ApiName, str], list[Run]] = defaultdict(list)
        for run in sorted(runs, key=lambda run: (run.created_at, run.id)):
            workflows[run.api, run.workflow].append(run)
        existing: list[tuple[Run, str]] = []
        for (api, workflow), own in workflows.items():
            existing += self._workflow(api, workflow, own, begun)
        if existing:
            kept = sorted(existing, key=lambda pair: (pair[0].created_at, pair[0].id))[:MOST_EXISTING]
            self._made[f"{_WORLD}.yaml"] = world_text(
                begun, [_existing(run, name) for run, name in kept], len(existing)
            )
        return self._made

    def _workflow(
        self, api: ApiName, workflow: str, runs: Sequence[Run], begun: int
    ) -> list[tuple[Run, str]]:
        """Write the scenarios of one workflow; return the executions that existed, with those they follow."""
        followed = [run for run in runs if run.created] or [run for run in runs if run.timeline] or runs
        by_start: defaultdict[str, list[Run]] = defaultdict(list)
        for run in followed:
            by_start[run.stays[0].status].append(run)
        name, bound = self._name(workflow), True
        main: dict[str, str] = {}
        for start, own in sorted(by_start.items(), key=lambda pair: -len(pair[1])):
            called = name if bound else self._name(f"{workflow}-{start}")
            main[start] = self._scenario(called, own, _bind(own[0]) if bound else {})
            bound = False
        existed = [run for run in runs if not run.created and run.created_at < begun and api == "executions"]
        ways: defaultdict[tuple[str, ...], list[Run]] = defaultdict(list)
        for run in existed:
            ways[_way(run)].append(run)
        alone = len({_way(run) for run in (*followed, *existed)}) == 1
        found = []
        for own in ways.values():
            scenario = (
                main[own[0].stays[0].status]
                if alone
                else self._scenario(self._name(f"{workflow}-was"), own, {})
            )
            found += [(run, scenario) for run in own if scenario]
        return found

    def _name(self, workflow: str) -> str:
        plain = re.sub(r"[^A-Za-z0-9]+", "-", workflow.removeprefix("wf_")).strip("-")[:80] or "recorded"
        name, number = plain, 2
        while name.lower() in self._names:
            name, number = f"{plain}-{number}", number + 1
        self._names.add(name.lower())
        return name

    def _scenario(self, name: str, runs: Sequence[Run], bind: Mapping[str, Any]) -> str:
        """Write one scenario; return its name, or an empty text where it cannot be one."""
        words = self._words[runs[0].api]
        begins, left_out = grown(runs)
        if left_out:
            self.notes.append(
                f"{name}: {left_out} executions are left out, as they would make more than {MOST_STEPS} steps"
            )
        ends = Counter(run.stays[-1].status for run in runs)
        counted = ", ".join(f"{status} ({count})" for status, count in sorted(ends.items()))
        number = f"{len(runs)} execution{'s' if len(runs) > 1 else ''}"
        summary = f"Recorded from {number}, last seen as {counted}."
        head: dict[str, Any] = {"scenario": name, "summary": summary}
        if words.api == "embed":
            head["api"] = "embed"
        if bind:
            head["bind"] = dict(bind)
        steps = steps_of(begins, words)
        if any(words.drifts(step.status) for step in steps):
            head["drift"] = True
        text = scenario_text(head, steps)
        self.notes += [f"{name}: {step.name}: {said}" for step in steps for said in step.comments]
        return name if self._checked(name, text) else ""

    def _checked(self, name: str, text: str) -> bool:
        file = read_text(text, f"{name}.yaml", self._known)
        found = [*file.findings, *(finding for finding in doubts(file, self._known) if not finding.advice)]
        if found:
            self.notes.append(f"{name}: not written, for `scenarios check` would say: {found[0].message}")
            return False
        self._made[f"{FOLDER}/{name}.yaml"] = text
        return True


def _way(run: Run) -> tuple[str, ...]:
    return tuple(stay.status + (stay.signal.name if stay.signal else "") for stay in run.stays)


def _bind(run: Run) -> dict[str, Any]:
    if run.api == "executions":
        bound = run.workflow and not has_template(run.workflow)
        return {"workflowId": run.workflow} if bound else {}
    made = derive(b"execmock", "workflow", run.workflow)
    key = run.workflow.replace("{{", "{ {") if _SHOWN.fullmatch(run.workflow) else "recorded"
    whole = str(run.named.get("id", ""))
    named = {name: str(value).replace("{{", "{ {") for name, value in run.named.items() if value}
    named = {name: value for name, value in named.items() if _SHOWN.fullmatch(value)}
    return {
        "id": whole if _UUID.fullmatch(whole) else uuid7(_BORN, made),
        "hashid": named.get("hashid") or hashid(made[10:]),
        "key": key,
        "name": named.get("name") or key,
    }


def _existing(run: Run, scenario: str) -> dict[str, Any]:
    needed = dict.fromkeys(("workflowId", "sourceSystem", "sourceEntityType"), "unknown")
    return {
        "request": needed | dict(run.request),
        "scenario": scenario,
        "createdAt": format_instant(run.created_at),
    }
