"""What a tester does to executions and clocks: signal, jump, wait, advance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from execmock.core.apis import APIS
from execmock.core.clock import LATEST, ClockError, ClockState
from execmock.core.durations import format_instant
from execmock.core.execution import AnyExecution, seed_for
from execmock.core.json_text import decode_kept
from execmock.core.progress import Jump, Progress, Signal, Tick, next_due, open_triggers, progress
from execmock.core.scenario import Scenario
from execmock.core.schema.violation import Violation
from execmock.core.views import ViewData
from execmock.errors import nearest
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.service.services import Services

__all__ = ["ExecutionCommands", "ExecutionState", "clock_as_json"]

_PAGE = 200
"""Executions looked at before other requests get their turn."""


@dataclass(frozen=True, slots=True)
class ExecutionState:
    """Where an execution stands at an instant, and what could happen to it."""

    execution: AnyExecution
    scenario: Scenario
    progress: Progress
    now: int
    due: int | None
    waits_for: tuple[str, ...]

    @property
    def status(self) -> str:
        """The present status."""
        return self.scenario.steps[self.progress.current.step].status

    @property
    def step(self) -> str:
        """The name of the present step."""
        return self.scenario.steps[self.progress.current.step].name

    def reached(self, status: str) -> bool:
        """Whether the execution is, or has been, in a status or in a step of that name."""
        return self.first(status, self.progress) is not None

    def first(self, status: str, progress: Progress) -> int | None:
        """Return the instant of the first visit to a status, or to a step of that name, in some history."""
        steps = self.scenario.steps
        names = ((visit.at, steps[visit.step]) for visit in progress.visits)
        return next((at for at, step in names if status in (step.status, step.name)), None)

    def as_json(self, *, history: bool = True) -> dict[str, Any]:
        """Return it as JSON-like data, with the history of its steps unless that is not wanted."""
        return {
            "id": self.execution.id,
            "api": self.scenario.api,
            "sandbox": self.execution.sandbox,
            "workflow": self.execution.workflow_id,
            "scenario": self.scenario.name,
            "version": self.scenario.version,
            "createdAt": format_instant(self.execution.created_at),
            "status": self.status,
            "step": self.step,
            "polls": self.progress.polls,
            "waitsFor": list(self.waits_for),
            "nextAt": None if self.due is None else format_instant(self.due),
            **({"history": self._history()} if history else {}),
        }

    def _history(self) -> list[dict[str, Any]]:
        steps = self.scenario.steps
        return [
            {
                "step": steps[visit.step].name,
                "status": steps[visit.step].status,
                "at": format_instant(visit.at),
                **({"signal": visit.signal} if visit.signal else {}),
            }
            for visit in self.progress.visits
        ]


class ExecutionCommands:
    """Moves executions and clocks from outside, and waits for them."""

    def __init__(self, services: Services) -> None:
        self._sandboxes = services.sandboxes
        self._repository = services.repository
        self._changes = services.changes
        self._clock = services.clock
        self._words = services.words
        self._views = services.views
        self._coverage = services.coverage

    async def standing(self, sandbox: Sandbox, execution_id: str) -> ExecutionState:
        """Return where an execution stands now; Refusal 404 if the sandbox has none of that id."""
        execution = await self._repository.find(sandbox, execution_id)
        if execution is None:
            violation = Violation("path/id", f"the id of an execution in sandbox {sandbox.id}", execution_id)
            raise Refusal(404, "Unknown execution", [violation])
        return self.state_of(execution, sandbox)

    def state_of(self, execution: AnyExecution, sandbox: Sandbox, at: int | None = None) -> ExecutionState:
        """Return where an execution stands at an instant, by default now."""
        now = self._sandboxes.now(sandbox) if at is None else at
        scenario = self._repository.scenario(execution)
        state = self._repository.progress(execution, sandbox, now)
        seed = seed_for(scenario, sandbox, execution)
        if at is None:
            self._coverage.happened(execution, scenario, state.visits, seed)
        signals = (trigger.signal for trigger in open_triggers(scenario, state, seed))
        waits_for = tuple(signal for signal in signals if signal is not None)
        due = next_due(scenario, state, seed)
        return ExecutionState(
            execution, scenario, state, now, due if due and due <= LATEST else None, waits_for
        )

    async def standing_at(self, sandbox: Sandbox, execution_id: str, at: int | None) -> ExecutionState:
        """Return where an execution stood at an instant of its past, by default now; else Refusal 409."""
        state = await self.standing(sandbox, execution_id)
        if at is None:
            return state
        first = state.execution.created_at
        if not first <= at <= state.now:
            span = f"an instant from {format_instant(first)} to {format_instant(state.now)}"
            violation = Violation("query/at", span, format_instant(at))
            raise Refusal(409, "The execution has no view then", [violation])
        visits = tuple(visit for visit in state.progress.visits if visit.at <= at)
        return replace(state, progress=Progress(visits), now=at)

    async def ahead(self, sandbox: Sandbox, execution_id: str, most: int) -> list[dict[str, Any]]:
        """Return the next `most` steps that time alone leads an execution through, with their instants."""
        state = await self.standing(sandbox, execution_id)
        steps, made = state.scenario.steps, len(state.progress.visits)
        seed = seed_for(state.scenario, sandbox, state.execution)
        coming = progress(state.scenario, state.progress, Tick(), LATEST, seed).visits[made : made + most]
        return [
            {
                "step": steps[visit.step].name,
                "status": steps[visit.step].status,
                "at": format_instant(visit.at),
            }
            for visit in coming
        ]

    def view(self, state: ExecutionState, sandbox: Sandbox) -> Mapping[str, Any]:
        """Return what an execution shows in a state, in the form of its API."""
        return self._views[state.execution.api.name].control(self.view_data(state, sandbox))

    def view_data(self, state: ExecutionState, sandbox: Sandbox) -> ViewData:
        """Return everything that there is to show of an execution in a state."""
        execution = state.execution
        request, organization = decode_kept(execution.body), sandbox.organization
        views = self._views[execution.api.name]
        return views.view_data(execution, state.progress, state.scenario, request, organization, state.now)

    async def signal(self, sandbox: Sandbox, execution_id: str, name: str, payload: Any) -> ExecutionState:
        """Send a signal; Refusal 409 when the present step does not wait for it."""
        before = await self.standing(sandbox, execution_id)
        while True:
            if name not in before.waits_for:
                raise _unawaited(name, before)
            after = await self._moved(before, sandbox, Signal(name, payload))
            if any(visit.signal == name for visit in after.progress.visits[len(before.progress.visits) :]):
                return after
            # It moved by itself meanwhile, so what it waits for has to be asked anew.
            before = after

    async def jump(self, sandbox: Sandbox, execution_id: str, target: str) -> ExecutionState:
        """Lead an execution to a step or status by the shortest legal way; Refusal 409 if there is none."""
        before = await self.standing(sandbox, execution_id)
        while True:
            steps = self._way(before, target)
            made = len(before.progress.visits)
            after = await self._moved(before, sandbox, Jump(steps, made))
            if tuple(visit.step for visit in after.progress.visits[made : made + len(steps)]) == steps:
                return after
            # It moved by itself meanwhile, so the way has to be chosen anew.
            before = after

    def _way(self, standing: ExecutionState, target: str, where: str = "body/to") -> tuple[int, ...]:
        """Return the steps of the shortest legal way; Refusal 409 when there is none."""
        scenario, index = standing.scenario, _step(standing.scenario, target, where)
        graph = self._words[scenario.api].graph(scenario.drift)
        way = graph.path(standing.status, scenario.steps[index].status)
        if way is None or standing.status in graph.terminal:
            violation = Violation(where, f"a status that can follow {standing.status}", target)
            raise Refusal(409, f"{target} cannot follow {standing.status}", [violation])
        # Every status has a step, if only one that the scenario's file does not name.
        between = (scenario.step_index(status) for status in way[1:-1])
        return (*(step for step in between if step is not None), index)

    async def wait(self, sandbox_id: str, execution_id: str, status: str, seconds: float) -> ExecutionState:
        """Return once an execution has reached a status.

        Raises Refusal 408 after `seconds` of real time, 409 when it can no longer reach it, not even
        by a jump.
        """
        deadline = self._clock.now() + int(seconds * 1000)
        while True:
            sandbox = await self._sandbox(sandbox_id)
            standing = await self.standing(sandbox, execution_id)
            left = (deadline - self._clock.now()) / 1000
            if standing.reached(status):
                return standing
            self._way(standing, status, "query/status")
            if left <= 0:
                raise _late(status, seconds, standing, frozen=sandbox.clock.speed == 0)
            await self._changes.wait(min(left, self._until_due(standing, sandbox)))

    async def move_clock(self, sandbox_id: str, move: Callable[[ClockState, int], ClockState]) -> Sandbox:
        """Apply a move to a sandbox's clock; Refusal 409 when it is one that clocks do not make."""

        try:
            sandbox = await self._sandboxes.move_clock(sandbox_id, move)
        except ClockError as error:
            raise Refusal(409, error.message) from None
        if sandbox is None:
            raise _unknown_sandbox(sandbox_id)
        self._changes.publish(sandbox_id, "clock", clock_as_json(sandbox.clock, self._clock.now()))
        return sandbox

    async def next_change(self, sandbox: Sandbox) -> int:
        """Return the next instant at which time alone moves any execution; Refusal 409 if it moves none."""
        first: int | None = None
        for api in APIS.values():
            seen = 0
            while page := await self._repository.page(sandbox, api, seen, _PAGE):
                for execution in page:
                    due = self.state_of(execution, sandbox).due
                    first = due if first is None or (due is not None and due < first) else first
                seen += len(page)
                # Others are answered meanwhile.
                await asyncio.sleep(0)
        if first is None:
            raise Refusal(409, "Time alone moves no execution of the sandbox")
        return first

    async def instant_of(self, sandbox: Sandbox, execution_id: str, status: str) -> int:
        """Return when time alone leads an execution to a status; Refusal 409 if it never does."""
        standing = await self.standing(sandbox, execution_id)
        if standing.reached(status):
            return standing.now
        _step(standing.scenario, status, "body/until/status")
        seed = seed_for(standing.scenario, sandbox, standing.execution)
        ahead = progress(standing.scenario, standing.progress, Tick(), LATEST, seed)
        instant = standing.first(status, ahead)
        if instant is None:
            waits = f" It waits for {', '.join(standing.waits_for)}." if standing.waits_for else ""
            raise Refusal(409, f"Time alone never leads from {standing.status} to {status}.{waits}")
        return instant

    async def _moved(self, before: ExecutionState, sandbox: Sandbox, what: Signal | Jump) -> ExecutionState:
        execution = await self._repository.move(before.execution, sandbox, what)
        standing = self.state_of(execution, sandbox)
        self._changes.publish(sandbox.id, "execution", standing.as_json())
        return standing

    async def _sandbox(self, name: str) -> Sandbox:
        sandbox = await self._sandboxes.get(name)
        if sandbox is None:
            raise _unknown_sandbox(name)
        return sandbox

    def _until_due(self, standing: ExecutionState, sandbox: Sandbox) -> float:
        """Return the real seconds until the next step falls due; an hour when nothing does."""
        speed = sandbox.clock.speed
        if standing.due is None or speed == 0:
            return 3600.0
        return max(0.001, (standing.due - standing.now) / speed / 1000)


def _step(scenario: Scenario, name: str, where: str) -> int:
    """Return the position of a step or status; Refusal 409 names the nearest one."""
    index = scenario.step_index(name)
    if index is None:
        known = {known for step in scenario.steps for known in (step.name, step.status)}
        expected, hint = f"a step or status of {scenario.name}", nearest(name, known)
        raise Refusal(409, f"Unknown step or status {name!r}", [Violation(where, expected, name, hint=hint)])
    return index


def _unawaited(name: str, standing: ExecutionState) -> Refusal:
    waits = ", ".join(standing.waits_for) or "no signal"
    expected, hint = f"a signal that the step waits for: {waits}", nearest(name, standing.waits_for)
    return Refusal(
        409,
        f"Step {standing.step!r} waits for {waits}",
        [Violation("body/signal", expected, name, hint=hint)],
    )


def _late(status: str, seconds: float, standing: ExecutionState, *, frozen: bool) -> Refusal:
    step = "" if standing.step == standing.status else f" (step {standing.step!r})"
    waits = f", waiting for the signal {' or '.join(standing.waits_for)}" if standing.waits_for else ""
    clock = "; the clock is frozen" if frozen else ""
    message = f"No {status} within {seconds:g} s: it is {standing.status}{step}{waits}{clock}"
    return Refusal(408, message, [Violation("query/status", f"{status} in time", standing.status)])


def clock_as_json(clock: ClockState, real: int) -> dict[str, Any]:
    """Return a clock as JSON-like data."""
    return {"now": format_instant(clock.now(real)), "frozen": clock.frozen, "speed": clock.resume}


def _unknown_sandbox(name: str) -> Refusal:
    return Refusal(404, "Unknown sandbox", [Violation("query/sandbox", "the name of a sandbox", name)])
