"""From a file's model to a scenario, collecting every finding on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from execmock.core.apis import APIS
from execmock.core.durations import DurationError, parse_duration
from execmock.core.findings import DataPath, Finding
from execmock.core.scenario.bind import bound_data, check_bind
from execmock.core.scenario.check import check_graph
from execmock.core.scenario.model import Allows, Event, Scenario, Step
from execmock.core.scenario.source import EventSource, ScenarioSource, StepSource, TriggerSource
from execmock.core.scenario.sums import check_sums
from execmock.core.scenario.triggers import KINDS, Trigger
from execmock.core.scenario.values import check_events, check_sets, validator_of
from execmock.core.scenario.vocabulary import Vocabulary
from execmock.core.templates import Names, compile_template, is_templated
from execmock.errors import listed, nearest, quoted

__all__ = ["compile_scenario"]


def compile_scenario(
    source: ScenarioSource, vocabulary: Vocabulary, version: str
) -> tuple[Scenario | None, list[Finding]]:
    """Return the scenario and no findings, or None and everything that is wrong with it."""
    compiler = _Compiler(source, vocabulary)
    steps = compiler.steps()
    findings = compiler.findings
    if not findings:
        findings += check_graph(steps, vocabulary.graph(source.drift), source)
    if not findings and vocabulary.sum:
        findings += check_sums(steps, vocabulary.sum)
    if findings:
        return None, findings
    scenario = Scenario(
        name=source.scenario,
        version=version,
        summary=source.summary,
        api=source.api,
        bind=bound_data(source.bind),
        steps=steps + _steps_for_jumps(steps, vocabulary, source.drift),
        own=len(steps),
        drift=source.drift,
    )
    return scenario, []


def _steps_for_jumps(steps: tuple[Step, ...], vocabulary: Vocabulary, drift: bool) -> tuple[Step, ...]:
    used = {step.status for step in steps}
    return tuple(
        Step(name=status, status=status, sets={}, events=_standard_events(status, vocabulary), triggers=())
        for status in vocabulary.graph(drift).statuses
        if status not in used
    )


_VARIANTS = ("again", "unqueued")
"""What a standard event is told by on its occasions, each an event of its own."""


def _standard_events(status: str, vocabulary: Vocabulary) -> tuple[Event, ...]:
    standard = vocabulary.standard_events.get(status)
    if not standard:
        return ()
    told = {name: value for name, value in standard.items() if name not in _VARIANTS}
    return (Event(0, told, "status", standard.get("again"), standard.get("unqueued")),)


class _Compiler:
    def __init__(self, source: ScenarioSource, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.api = APIS[source.api]
        self.findings: list[Finding] = []
        self.unknown: set[str] = set()
        self.names = self._step_names()
        self.template_names = Names(
            {
                "execution": vocabulary.execution_names,
                "request": vocabulary.request_names,
                "signal": ("name", "payload"),
                "step": ("name", "at"),
                "steps": self.names,
            }
        )

    def steps(self) -> tuple[Step, ...]:
        self.findings += check_bind(self.source, self.vocabulary)
        return tuple(self._step(index, step) for index, step in enumerate(self.source.steps))

    def find(self, path: DataPath, message: str) -> None:
        self.findings.append(Finding(path, message))

    def _step_names(self) -> list[str]:
        names: list[str] = []
        for index, step in enumerate(self.source.steps):
            name = step.name or step.status
            if step.name and name in names:
                self.find(
                    ("steps", index, "name"),
                    f"two steps are named {quoted(name)}; expected a name of its own",
                )
            while name in names:
                name = f"{step.status}-{index + 1}"
            names.append(name)
        return names

    def _step(self, index: int, step: StepSource) -> Step:
        path: DataPath = ("steps", index)
        graph = self.vocabulary.graph(self.source.drift)
        if step.status not in graph.statuses:
            self._unknown_status(path, step.status)
        self.findings += check_sets(step.set, (*path, "set"), self.vocabulary, self.template_names)
        self.findings += check_events(
            step.events or (), (*path, "events"), self.template_names, shown=self.api.timeline
        )
        sets = self._sets(step)
        return Step(
            name=self.names[index],
            status=step.status,
            sets=sets,
            allows=self._allows(sets),
            events=self._events(index, step),
            triggers=self._triggers(index, step),
            faults=self._faults(step, path),
        )

    def _faults(self, step: StepSource, path: DataPath) -> tuple[str, ...]:
        if not step.faults:
            return ()
        if not self.api.reads:
            self.find((*path, "faults"), f"an {self.api.name} execution is never read by id; expected none")
        # Imported here: most steps have none, and a server starts without them.
        from execmock.core.faults import FaultWords, compile_step_faults

        known = self.vocabulary
        properties = sorted(known.execution_names)
        words = FaultWords(known.operations, known.transitions.statuses, (), properties)
        faults, findings = compile_step_faults(step.faults, words, (*path, "faults"))
        self.findings += findings
        return tuple(fault.text for fault in faults)

    def _sets(self, step: StepSource) -> dict[str, Any]:
        texts = {name for name, schema in self.vocabulary.settable.items() if schema.get("type") == "string"}
        return {name: compile_template(value, text=name in texts) for name, value in step.set.items()}

    def _allows(self, sets: Mapping[str, Any]) -> dict[str, Allows]:
        known = self.vocabulary.settable
        templated = (name for name, value in sets.items() if name in known and is_templated(value))
        return {name: validator_of(name, known[name]).is_valid for name in templated}

    def _unknown_status(self, path: DataPath, status: str) -> None:
        known = self.vocabulary.transitions.statuses
        if status in self.vocabulary.with_drift.statuses:
            self.find(
                (*path, "status"),
                f"{quoted(status)} is newer than the contract; write `drift: true` to use it",
            )
        else:
            longer = next((other for other in known if other.endswith(f"_{status}")), status)
            hint = nearest(longer, known)
            self.find(
                (*path, "status"),
                f"unknown status {quoted(status)}; expected one of {', '.join(known)}.{hint}",
            )

    def _events(self, index: int, step: StepSource) -> tuple[Event, ...]:
        own = step.events
        events = [self._event((*("steps", index, "events"), n), event) for n, event in enumerate(own or ())]
        if own == []:
            return ()
        told = {event.fields["eventType"] for event in events}
        standard = _standard_events(step.status, self.vocabulary)
        created = self.vocabulary.standard_events.get("created")
        if index == 0 and created:
            standard = (Event(0, dict(created), "created"), *standard)
        kept = [
            replace(event, unqueued=None)
            if event.unqueued is not None and event.unqueued["eventType"] in told
            else event
            for event in standard
            if event.fields["eventType"] not in told
        ]
        # Sorting is stable: what is written first comes first at the same instant.
        return tuple(sorted([*kept, *events], key=lambda event: event.at))

    def _event(self, path: DataPath, event: EventSource) -> Event:
        at = self._parse_duration(event.at, (*path, "at"))
        fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "at"}
        kept = {name: value for name, value in fields.items() if value}
        return Event(at, {name: compile_template(value, text=name != "data") for name, value in kept.items()})

    def _triggers(self, index: int, step: StepSource) -> tuple[Trigger, ...]:
        if step.next is None:
            return ()
        path: DataPath = ("steps", index, "next")
        if step.status in self.vocabulary.graph(self.source.drift).terminal:
            self.find(path, f"{step.status} is a terminal status, which nothing follows; expected no `next`")
            return ()
        if isinstance(step.next, TriggerSource):
            made = [self._trigger(index, step.next, path)]
        else:
            made = [self._trigger(index, trigger, (*path, n)) for n, trigger in enumerate(step.next)]
        return tuple(trigger for trigger in made if trigger is not None)

    def _trigger(self, index: int, trigger: TriggerSource, path: DataPath) -> Trigger | None:
        words = [word for word in KINDS if getattr(trigger, word) is not None]
        if len(words) != 1:
            came = " and ".join(words) or "none of them"
            self.find(path, f"a trigger is exactly one of {', '.join(KINDS)}; received {came}")
            return None
        word, to = words[0], self._target(index, trigger.to, path)
        misfit = KINDS[word].misfit(self.api)
        if misfit:
            self.find((*path, word), misfit)
        try:
            return KINDS[word].compiled(
                getattr(trigger, word), to, 1.0 if trigger.chance is None else trigger.chance
            )
        except DurationError as error:
            self.find((*path, word), error.message)
            return None

    def _target(self, index: int, name: str | None, path: DataPath) -> int:
        if name is None:
            if index + 1 == len(self.names):
                self.find(path, "this is the last step, so there is no next one; name one with `to`")
                return index
            return index + 1
        if name not in self.names:
            if name in self.unknown:
                return index  # told where it is named first
            self.unknown.add(name)
            named = [step.name for step in self.source.steps if step.status == name and step.name]
            hint = (
                f" A step of that status is named {quoted(named[0])}" if named else nearest(name, self.names)
            )
            self.find(
                (*path, "to"), f"unknown step {quoted(name)}; expected one of {listed(self.names)}.{hint}"
            )
            return index
        return self.names.index(name)

    def _parse_duration(self, text: str, path: DataPath) -> int:
        try:
            return parse_duration(text)
        except DurationError as error:
            self.find(path, error.message)
            return 0
