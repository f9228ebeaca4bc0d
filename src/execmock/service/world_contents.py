"""The executions of a world's sandbox, each with its past; what cannot be is told with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from execmock.core.apis import EXECUTIONS_API
from execmock.core.durations import format_duration
from execmock.core.execution import Execution, Idempotency, Origin, new_execution, request_digest
from execmock.core.findings import DataPath, Finding
from execmock.core.progress import Progress, Signal, Tick, begin, open_triggers, progress
from execmock.core.scenario import Scenario
from execmock.core.schema.validator import SchemaValidator
from execmock.core.world import Draft, SandboxPlan, drafts
from execmock.errors import WorldError, listed, nearest, quoted
from execmock.interfaces import Contents, Put
from execmock.service.executions.creation import put_of_key
from execmock.service.executions.repository import put_of
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.registry import ScenarioRegistry
from execmock.service.scenarios.selection import Selection

__all__ = ["ImpossibleWorldError", "WorldMaker"]

_MOST_FINDINGS = 100


class ImpossibleWorldError(WorldError):
    """A world whose executions cannot have come about; `findings` say why, each with its path in the file."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(finding.message for finding in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class WorldMaker:
    """Makes what a sandbox holds when its world begins. `caller` is the id of the key that created it."""

    registry: ScenarioRegistry
    request: SchemaValidator
    caller: str

    def contents(self, plan: SandboxPlan, sandbox: Sandbox) -> Contents:
        """Return the executions, and what is remembered of their keys.

        ImpossibleWorldError says what cannot have come about.
        """
        # The clock may run; everything is computed for one instant.
        now = sandbox.clock.shown
        puts: list[Put] = []
        remembered: dict[object, Put] = {}
        wrong: dict[DataPath, Finding] = {}
        for number, draft in enumerate(drafts(plan, sandbox.draw_root, now), start=1):
            place = _place(plan, draft)
            if place in wrong:
                continue  # one finding for all that a `generate` makes wrongly
            try:
                self._check(draft, place, now)
                execution = self._execution(draft, sandbox, number, plan)
                for put in _remembered(draft, execution):
                    if remembered.setdefault(put.key, put) is not put:
                        raise _same_key(draft, place)
            except ImpossibleWorldError as error:
                wrong[place] = error.findings[0]
                if len(wrong) == _MOST_FINDINGS:
                    break
                continue
            puts.append(put_of(execution))
        if wrong:
            raise ImpossibleWorldError(list(wrong.values()))
        return Contents(len(puts), [*puts, *remembered.values()])

    def _check(self, draft: Draft, place: DataPath, now: int) -> None:
        if draft.listed is None and not self.request.is_valid(draft.request):
            violation = self.request.violations(draft.request)[0]
            said = f"a generated request breaks the contract: {violation}"
            raise _impossible((*place, "request", *violation.path), said)
        if draft.created_at > now:
            raise _impossible((*place, "createdAt"), "lies after the start of the clock")

    def _execution(self, draft: Draft, sandbox: Sandbox, number: int, plan: SandboxPlan) -> Execution:
        selection, api = Selection(header=draft.scenario), EXECUTIONS_API.name
        scenario = selection.pick(self.registry, sandbox, draft.request, api)
        made = new_execution(Origin(sandbox, scenario, number, draft.created_at), draft.request, self.caller)
        made = replace(made, draw_seed=draft.draw_seed) if scenario.draws else made
        if not draft.signals:
            return made
        return replace(made, progress=_after_signals(draft, plan, scenario))


def _after_signals(draft: Draft, plan: SandboxPlan, scenario: Scenario) -> Progress:
    state, seed = begin(draft.created_at), draft.draw_seed
    for at, signal in draft.signals:
        before = progress(scenario, state, Tick(), at, seed)
        state = progress(scenario, before, signal, at, seed)
        if draft.listed is not None and state is before:
            raise _not_awaited(draft, plan, scenario, (at, signal), before)
    return state


def _not_awaited(
    draft: Draft, plan: SandboxPlan, scenario: Scenario, sent: tuple[int, Signal], state: Progress
) -> ImpossibleWorldError:
    at, signal = sent
    waited = at - draft.created_at
    plans = plan.listed[draft.listed or 0].signals
    index = next(n for n, p in enumerate(plans) if p.name == signal.name and p.low <= waited <= p.high)
    place = (*_place(plan, draft), "signals", index)
    if signal.name not in scenario.signals:
        valid = listed(scenario.signals) or "none at all"
        hint = nearest(signal.name, scenario.signals)
        said = f"{scenario.name} waits for no {quoted(signal.name)}; expected {valid}.{hint}"
        return _impossible((*place, "signal"), said)
    step = scenario.steps[state.current.step].name
    found = (trigger.signal for trigger in open_triggers(scenario, state, draft.draw_seed))
    awaited = listed(name for name in found if name) or "no signal"
    said = f"{scenario.name} does not wait for {quoted(signal.name)} after {format_duration(waited)}"
    return _impossible((*place, "at"), f"{said}; it is in {step} then, which waits for {awaited}")


def _same_key(draft: Draft, place: DataPath) -> ImpossibleWorldError:
    key = quoted(draft.request["idempotencyKey"])
    hint = "" if draft.listed is not None else "; expected {{ number }} or another name in it"
    said = f"two executions have the idempotencyKey {key}{hint}"
    return _impossible((*place, "request", "idempotencyKey"), said)


def _impossible(path: DataPath, message: str) -> ImpossibleWorldError:
    return ImpossibleWorldError([Finding(path, message)])


def _place(plan: SandboxPlan, draft: Draft) -> DataPath:
    if draft.listed is not None:
        return (*plan.path, "executions", draft.listed)
    return (*plan.path, "generate", draft.group or 0)


def _remembered(draft: Draft, execution: Execution) -> Iterator[Put]:
    key = draft.request.get("idempotencyKey")
    if key:
        yield put_of_key(execution, Idempotency(key, request_digest(draft.request), execution.id))
