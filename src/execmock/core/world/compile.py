"""From a world file's model to a world, collecting every finding on the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from execmock.core.apis import ApiName
from execmock.core.contract import Contract
from execmock.core.contract.names import CREATE_BODY
from execmock.core.durations import DurationError, parse_duration, parse_instant, parse_range
from execmock.core.faults import Fault, FaultSource, FaultWords, compile_list
from execmock.core.findings import DataPath, Finding
from execmock.core.scenario import Scenario
from execmock.core.schema.types import json_types
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation
from execmock.core.templates import Names, compile_template, has_template, is_whole, render, wrong_templates
from execmock.core.world.model import ClockPlan, Generated, Listed, Pick, SandboxPlan, SignalPlan, World
from execmock.core.world.source import (
    ClockSource,
    ExecutionSource,
    GenerateSource,
    SandboxSource,
    SignalSource,
    WorldSource,
)
from execmock.core.zones import unknown_zone
from execmock.errors import closest, listed, nearest, quoted

__all__ = ["WorldWords", "compile_world"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_MOST_DIGITS = 15
_KEY = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class WorldWords:
    """What a world may say: the properties of a create request, and the scenarios that there are."""

    request: SchemaValidator
    properties: Collection[str]
    texts: frozenset[str]
    scenarios: Mapping[str, Scenario]
    faults: FaultWords

    @classmethod
    def of(cls, contract: Contract, scenarios: Iterable[Scenario]) -> WorldWords:
        """Read the words from a contract and from the scenarios that executions can follow."""
        schema = contract.schema(CREATE_BODY)
        properties = {name: contract.resolve(inner) for name, inner in schema["properties"].items()}
        return cls(
            request=SchemaValidator(contract.standalone(schema), ""),
            properties=tuple(properties),
            texts=frozenset(name for name, inner in properties.items() if "string" in json_types(inner)),
            scenarios=(known := {scenario.name: scenario for scenario in scenarios}),
            faults=FaultWords.of(contract, known),
        )


def compile_world(source: WorldSource, words: WorldWords) -> tuple[World | None, list[Finding]]:
    """Return the world and no findings, or None and everything that is wrong with it."""
    compiler = _Compiler(source, words)
    plans = tuple(compiler.sandbox(name, sandbox) for name, sandbox in source.sandboxes.items())
    if compiler.findings:
        return None, compiler.findings
    return World(source.world, source.summary, plans), []


class _Compiler:
    def __init__(self, source: WorldSource, words: WorldWords) -> None:
        self.source = source
        self.words = words
        self.findings: list[Finding] = []
        self.keys: dict[str, str] = {}
        self.misspelt: list[str] = []
        self.lacking: set[str] = set()
        self.world_clock = self._clock(source.clock, ("clock",))

    def find(self, path: DataPath, message: str) -> None:
        self.findings.append(Finding(path, message))

    def sandbox(self, name: str, source: SandboxSource) -> SandboxPlan:
        path: DataPath = ("sandboxes", name)
        if not _NAME.fullmatch(name):
            self.find(path, f"{quoted(name)} is no name of a sandbox; expected letters, digits, - and _")
        for key in source.keys:
            self._check_key(key, name, (*path, "keys", key))
        self._check_scenario(source.scenario, (*path, "scenario"))
        self._check_shared(source.request, (*path, "request"))
        if source.timezone is not None and (wrong := unknown_zone(source.timezone)):
            self.find((*path, "timezone"), wrong)
        clock = self.world_clock if source.clock is None else self._clock(source.clock, (*path, "clock"))
        return SandboxPlan(
            name=name,
            organization=source.organization,
            keys=tuple(source.keys.items()),
            workflows=tuple(source.workflows),
            embed_workflows=tuple((w.id, w.hashid, w.key, w.name) for w in source.embedWorkflows),
            scenario=source.scenario,
            timezone=source.timezone,
            clock=clock,
            seed=self.source.seed if source.seed is None else source.seed,
            listed=self._all_listed(source, path, clock),
            generated=tuple(
                self._generated(item, source, (*path, "generate", n))
                for n, item in enumerate(source.generate)
            ),
            faults=self._faults(source.faults, (*path, "faults")),
            path=path,
        )

    def _faults(self, sources: Sequence[FaultSource], path: DataPath) -> tuple[Fault, ...]:
        faults, findings = compile_list(sources, self.words.faults, path)
        self.findings += findings
        return tuple(faults)

    def _check_key(self, key: str, sandbox: str, path: DataPath) -> None:
        if not _KEY.fullmatch(key):
            self.find(path, f"{quoted(key)} is no key; expected printable characters without spaces")
        other = self.keys.setdefault(key, sandbox)
        if other != sandbox:
            self.find(path, f"this key opens the sandbox {quoted(other)} already")

    def _all_listed(self, source: SandboxSource, path: DataPath, clock: ClockPlan) -> tuple[Listed, ...]:
        used: dict[object, int] = {}
        made = []
        for index, item in enumerate(source.executions):
            place = (*path, "executions", index)
            made.append(self._listed(item, source, place, clock))
            key = {**source.request, **item.request}.get("idempotencyKey")
            first = used.setdefault(key, index) if key else index
            if first != index:
                self.find(
                    (*place, "request"),
                    f"execution {first + 1} of this list has the key {quoted(key)} already",
                )
        return tuple(made)

    def _listed(
        self, source: ExecutionSource, sandbox: SandboxSource, path: DataPath, clock: ClockPlan
    ) -> Listed:
        request = self._request(source.request, sandbox, path, None)
        self._check_scenario(source.scenario, (*path, "scenario"))
        created_at, age, known = None, 0, len(self.findings)
        if source.createdAt is not None:
            created_at = self._instant(source.createdAt, (*path, "createdAt"))
            if source.age is not None:
                self.find((*path, "age"), "an execution has either an age or a createdAt; received both")
            elif clock.start is None:
                self.find((*path, "createdAt"), "needs a clock with a `start`; or give an `age` instead")
            elif created_at > clock.start:
                self.find((*path, "createdAt"), "lies after the start of the clock")
            else:
                age = clock.start - created_at
        elif source.age is not None:
            age = self._duration(source.age, (*path, "age"))
        dated = len(self.findings) == known
        signals = self._signals(source.signals, [source.scenario], path, None)
        for number, signal in enumerate(signals):
            if dated and signal.high > age:
                self.find((*path, "signals", number, "at"), "lies after the start of the world; send it then")
        return Listed(request, source.scenario, age, created_at, signals)

    def _generated(self, source: GenerateSource, sandbox: SandboxSource, path: DataPath) -> Generated:
        for name in source.scenarios:
            self._check_scenario(name, (*path, "scenarios", name))
        names = Names({"pick": source.pick, "number": None, "scenario": None})
        picks = {name: self._pick(pick, (*path, "pick", name)) for name, pick in source.pick.items()}
        request = self._request(source.request, sandbox, path, names)
        self._check_first(request, source, picks, path)
        return Generated(
            count=source.count,
            over=self._duration(source.over, (*path, "over")),
            weights=tuple(source.scenarios.items()),
            picks=picks,
            request=request,
            signals=self._signals(source.signals, list(source.scenarios), path, names),
            seed=source.seed,
        )

    def _check_first(
        self, request: Mapping[str, Any], source: GenerateSource, picks: Mapping[str, Pick], path: DataPath
    ) -> None:
        """Judge what whole values stand for, in a request that is made of the first of all picks."""
        context = {
            "pick": {name: pick[0] for name, pick in picks.items()},
            "number": 1,
            "scenario": next(iter(source.scenarios)),
        }
        made = {name: render(value, context) for name, value in request.items()}
        present = {name: value for name, value in made.items() if value is not None}
        for violation in self.words.request.violations(present):
            if is_whole(_item(source.request, violation.path)):
                self.find((*path, "request", *violation.path), violation.sentence)

    def _pick(self, source: list[Any] | str, path: DataPath) -> Pick:
        if isinstance(source, list):
            return tuple(source)
        low, _, high = source.partition("..")
        if max(len(low), len(high)) > _MOST_DIGITS or int(low) > int(high):
            self.find(path, f"{quoted(source)} is no range; expected the lower whole number first")
            return range(1)
        return range(int(low), int(high) + 1)

    def _request(
        self, own: Mapping[str, Any], sandbox: SandboxSource, path: DataPath, names: Names | None
    ) -> Mapping[str, Any]:
        request = {**sandbox.request, **own}
        unknown = {*self._unknown(own, (*path, "request")), *self.misspelt}
        for violation in self.words.request.violations(request):
            if names is not None and is_whole(_item(request, violation.path)):
                continue  # What it stands for is judged when it is known.
            name = str(violation.path[0]) if violation.path else ""
            if violation.missing and len(violation.path) == 1:
                if name not in self.lacking and not any(closest(other, [name]) for other in unknown):
                    self.find((*path, "request", name), _lacks(violation))
                self.lacking.add(name)
            elif name in own:
                self.find((*path, "request", *violation.path), violation.sentence)
        self._check_names(own, (*path, "request"), names)
        workflow = request.get("workflowId")
        if sandbox.workflows and isinstance(workflow, str) and not has_template(workflow):
            self._check_workflow(workflow, sandbox.workflows, (*path, "request", "workflowId"))
        if names is None:
            return request
        return {
            name: compile_template(value, text=name in self.words.texts) for name, value in request.items()
        }

    def _check_shared(self, shared: Mapping[str, Any], path: DataPath) -> None:
        """Judge what the requests of a sandbox share, once for all of them."""
        self.lacking.clear()
        self.misspelt = self._unknown(shared, path)
        for violation in self.words.request.violations(shared):
            if not violation.missing and not is_whole(_item(shared, violation.path)):
                self.find((*path, *violation.path), violation.sentence)

    def _unknown(self, request: Mapping[str, Any], path: DataPath) -> list[str]:
        """Return the names that no request has; each is a finding."""
        unknown = [name for name in request if name not in self.words.properties]
        for name in unknown:
            known, hint = ", ".join(self.words.properties), nearest(name, self.words.properties)
            self.find((*path, name), f"{quoted(name)} is not in a request; expected one of {known}.{hint}")
        return unknown

    def _check_workflow(self, workflow: str, known: Collection[str], path: DataPath) -> None:
        if workflow not in known:
            hint = nearest(workflow, known)
            self.find(
                path, f"{quoted(workflow)} is no workflow of the sandbox; expected {listed(known)}.{hint}"
            )

    def _check_names(self, value: object, path: DataPath, names: Names | None) -> None:
        if names is not None:
            self.findings += [Finding((*path, *deep), text) for deep, text in wrong_templates(value, names)]

    def _signals(
        self,
        sources: list[SignalSource],
        scenarios: list[str | None],
        path: DataPath,
        names: Names | None,
    ) -> tuple[SignalPlan, ...]:
        followed = [self.words.scenarios[name] for name in scenarios if name and name in self.words.scenarios]
        known = [signal for scenario in followed for signal in scenario.signals]
        # Of a scenario that is not known, nothing is known about its signals.
        open_choice = None in scenarios or len(followed) < len(scenarios)
        made = []
        for index, source in enumerate(sources):
            place = (*path, "signals", index)
            if source.signal not in known and not open_choice:
                valid = listed(known) or "none at all"
                hint = nearest(source.signal, known)
                self.find(
                    (*place, "signal"),
                    f"the scenario waits for no {quoted(source.signal)}; expected {valid}.{hint}",
                )
            self._check_names(source.payload, (*place, "payload"), names)
            low, high = self._range(source.at, (*place, "at"))
            payload = source.payload if names is None else compile_template(source.payload)
            made.append(SignalPlan(source.signal, low, high, payload, source.chance))
        return tuple(made)

    def _check_scenario(self, name: str | None, path: DataPath, api: ApiName = "executions") -> None:
        known = [scenario.name for scenario in self.words.scenarios.values() if scenario.api == api]
        if name is not None and name not in known:
            self.find(
                path,
                f"unknown scenario {quoted(name)}.{nearest(name, known)} `execmock scenarios list` has all",
            )

    def _clock(self, source: ClockSource | None, path: DataPath) -> ClockPlan:
        if source is None:
            return ClockPlan()
        start = None if source.start is None else self._instant(source.start, (*path, "start"))
        return ClockPlan(start, source.frozen, source.speed)

    def _instant(self, text: str, path: DataPath) -> int:
        try:
            return parse_instant(text)
        except DurationError as error:
            self.find(path, error.message)
            return 0

    def _duration(self, text: str, path: DataPath) -> int:
        try:
            return parse_duration(text)
        except DurationError as error:
            self.find(path, error.message)
            return 0

    def _range(self, text: str, path: DataPath) -> tuple[int, int]:
        try:
            return parse_range(text)
        except DurationError as error:
            self.find(path, error.message)
            return 0, 0


def _item(value: Any, path: DataPath) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _lacks(violation: Violation) -> str:
    return f"the request lacks {violation.path[0]}; expected {violation.expected.removesuffix(' (required)')}"
