"""A recording: from exchanges to files, and what is to be told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from execmock.core.apis import APIS
from execmock.core.contract import Contract
from execmock.core.json_text import encode
from execmock.recorder.model import Run
from execmock.recorder.observed import Observed, observed
from execmock.recorder.redaction import Redaction
from execmock.recorder.runs import run_of
from execmock.recorder.scenario_files import Files
from execmock.recorder.templating import templated
from execmock.recorder.vocabulary import Words
from execmock.verify.exchange import Exchange
from execmock.verify.reader import NOT_JSON

__all__ = ["LARGEST", "MOST_EXECUTIONS", "MOST_STAYS", "Recording", "record"]

MOST_EXECUTIONS = 5_000
"""Executions of one recording; those that appear later are left out."""
MOST_STAYS = 150
_MOST_NOTES = 20
LARGEST = 100_000  # bytes of a value as JSON


@dataclass(slots=True)
class Recording:
    """The files by name, how many executions they hold, what could not be known, and what was replaced."""

    files: dict[str, str] = field(default_factory=dict)
    executions: int = 0
    notes: list[str] = field(default_factory=list)
    redacted: Sequence[str] = ()


def record(exchanges: Iterable[Exchange], contract: Contract, *, redact: Iterable[str] = ()) -> Recording:
    """Return what a recording of exchanges gives; without any execution in them, no files."""
    redaction = Redaction(redact)
    seen = redaction.exchanges(list(exchanges))
    recording = Recording(redacted=redaction.report)
    cut = sum(e.status // 100 == 2 and bool(e.operation) and e.json is NOT_JSON for e in seen)
    if cut:
        recording.notes.append(f"{cut} answers hold no whole JSON (none kept, or cut), and are left out")
    found = observed(seen)
    if len(found) > MOST_EXECUTIONS:
        said = f"{len(found)} executions are seen; the first {MOST_EXECUTIONS} are recorded"
        recording.notes.append(said)
    runs = _runs(found[:MOST_EXECUTIONS], contract, recording)
    recording.executions = len(runs)
    begun = min((round(one.sent * 1000) for one in seen), default=0)
    files = Files(contract)
    recording.files = files.of(runs, begun)
    recording.notes += files.notes
    return recording


def _runs(found: Sequence[Observed], contract: Contract, recording: Recording) -> list[Run]:
    words = {api: Words.of(contract, api) for api in APIS}
    notes: Counter[str] = Counter()
    runs = []
    for one in found:
        run, said = run_of(one, words[one.api])
        notes.update(set(said))
        if run is not None:
            notes.update(set(_bounded(run)))
            templated(run, _ids(one, words[one.api]), words[one.api])
            runs.append(run)
    for note, count in notes.most_common(_MOST_NOTES):
        recording.notes.append(f"{count} execution{'s' if count > 1 else ''}: {note}")
    return runs


def _ids(one: Observed, words: Words) -> dict[str, str]:
    view = {name: value for seen in one.seen for name, value in seen.view.items()}
    return {name: view[name] for name in words.made_ids if isinstance(view.get(name), str)}


def _bounded(run: Run) -> list[str]:
    """Cut what is too long or too large for a scenario, and return what was cut."""
    notes = []
    if len(run.stays) > MOST_STAYS:
        run.watched = run.stays[MOST_STAYS].since.at
        run.stays = run.stays[:MOST_STAYS]
        notes.append(f"it changed more than {MOST_STAYS} times; the first of them are recorded")
    for stay in run.stays:
        for fields in (stay.values or {}, *(event.fields for event in stay.events)):
            for name in [name for name, value in fields.items() if _is_large(value)]:
                del fields[name]
                notes.append(f"a value of {name} is longer than {LARGEST} bytes, and is left out")
    return notes


def _is_large(value: Any) -> bool:
    return isinstance(value, dict | list | str) and len(encode(value)) > LARGEST
