"""What a tester does to executions and clocks: signal, jump, wait, advance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from execmock.core.clock import ClockError, ClockState
from execmock.core.contract import Contract
from execmock.core.durations import format_instant
from execmock.core.execution import execution_seed
from execmock.core.progress import Jump, Progress, Signal, next_due, open_triggers
from execmock.core.scenario import Scenario, Signalled, Vocabulary
from execmock.core.scenario.model import Api
from execmock.core.validation import Violation
from execmock.errors import nearest
from execmock.ports import Clock
from execmock.service.changes import Changes
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox, Sandboxes
from execmock.service.tracking import Tracked, Tracking

__all__ = ["Standing", "Steering", "clock_as_json"]

_LATEST = 253_370_764_800_000
"""The year 9999 begins: dates beyond it cannot be written in four digits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an execution stands at an instant, and what could happen to it."""

    execution: Tracked
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
    def terminal(self) -> bool:
        """Whether nothing can happen any more, a jump aside."""
        return not self.scenario.steps[self.progress.current.step].triggers and self.due is None

    def reached(self, status: str) -> bool:
        """Whether the execution is, or has been, in a status or in a step of that name."""
        steps = (self.scenario.steps[visit.step] for visit in self.progress.visits)
        return any(status in (step.status, step.name) for step in steps)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-like data, with the history of its steps."""
        steps = self.scenario.steps
        history = [
            {
                "step": steps[visit.step].name,
                "status": steps[visit.step].status,
                "at": format_instant(visit.at),
                **({"signal": visit.signal} if visit.signal else {}),
            }
            for visit in self.progress.visits
        ]
        return {
            "id": self.execution.id,
            "api": self.scenario.api,
            "sandbox": self.execution.sandbox,
            "scenario": self.scenario.name,
            "version": self.scenario.version,
            "createdAt": format_instant(self.execution.created_at),
            "status": self.status,
            "step": steps[self.progress.current.step].name,
            "polls": self.progress.polls,
            "waitsFor": list(self.waits_for),
            "nextAt": None if self.due is None else format_instant(self.due),
            "history": history,
        }


class Steering:
    """Moves executions and clocks from outside, and waits for them."""

    def __init__(
        self, contract: Contract, sandboxes: Sandboxes, tracking: Tracking, changes: Changes, clock: Clock
    ) -> None:
        self._sandboxes = sandboxes
        self._tracking = tracking
        self._changes = changes
        self._clock = clock
        apis: tuple[Api, ...] = ("executions", "embed")
        self._graphs = {api: Vocabulary.of(contract, api) for api in apis}

    async def standing(self, sandbox: Sandbox, execution_id: str) -> Standing:
        """Return where an execution stands now; Refusal 404 if the sandbox has none of that id."""
        execution = await self._tracking.find(sandbox, execution_id)
        if execution is None:
            violation = Violation("path/id", f"the id of an execution in sandbox {sandbox.id}", execution_id)
            raise Refusal(404, "Unknown execution", [violation])
        return self.standing_of(execution, sandbox)

    def standing_of(self, execution: Tracked, sandbox: Sandbox, at: int | None = None) -> Standing:
        """Return where an execution stands at an instant, by default now."""
        now = self._sandboxes.now(sandbox) if at is None else at
        scenario = self._tracking.scenario(execution)
        state = self._tracking.progress(execution, sandbox, now)
        seed = execution_seed(sandbox.root, execution.id)
        waits_for = tuple(t.name for t in open_triggers(scenario, state, seed) if isinstance(t, Signalled))
        return Standing(execution, scenario, state, now, next_due(scenario, state, seed), waits_for)

    async def signal(self, sandbox: Sandbox, execution_id: str, name: str, payload: Any) -> Standing:
        """Send a signal; Refusal 409 when the present step does not wait for it."""
        before = await self.standing(sandbox, execution_id)
        if name not in before.waits_for:
            waits = ", ".join(before.waits_for) or "no signal"
            expected = f"a signal that the step waits for: {waits}.{nearest(name, before.waits_for)}"
            step = before.scenario.steps[before.progress.current.step].name
            raise Refusal(409, f"Step {step!r} waits for {waits}", [Violation("body/signal", expected, name)])
        return await self._moved(before, sandbox, Signal(name, payload))

    async def jump(self, sandbox: Sandbox, execution_id: str, target: str) -> Standing:
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

    def _way(self, standing: Standing, target: str) -> tuple[int, ...]:
        scenario = standing.scenario
        index = scenario.step_index(target)
        if index is None:
            known = {name for step in scenario.steps for name in (step.name, step.status)}
            expected = f"a step or status of {scenario.name}.{nearest(target, known)}"
            raise Refusal(409, f"Unknown step or status {target!r}", [Violation("body/to", expected, target)])
        graph = self._graphs[scenario.api].graph(scenario.drift)
        way = graph.path(standing.status, scenario.steps[index].status)
        if way is None or standing.status in graph.terminal:
            violation = Violation("body/to", f"a status that can follow {standing.status}", target)
            raise Refusal(409, f"{target} cannot follow {standing.status}", [violation])
        between = (scenario.step_index(status) for status in way[1:-1])
        return (*(step for step in between if step is not None), index)

    async def wait(self, sandbox_id: str, execution_id: str, status: str, seconds: float) -> Standing:
        """Return once an execution has reached a status, or after `seconds` of real time as it then is.

        Raises Refusal 409 when it can no longer reach it.
        """
        deadline = self._clock.now() + int(seconds * 1000)
        while True:
            sandbox = await self._sandbox(sandbox_id)
            standing = await self.standing(sandbox, execution_id)
            left = (deadline - self._clock.now()) / 1000
            if standing.reached(status) or left <= 0:
                return standing
            if standing.terminal:
                violation = Violation("query/status", f"a status that can follow {standing.status}", status)
                raise Refusal(409, f"The execution ended as {standing.status}", [violation])
            await self._changes.wait(min(left, self._until_due(standing, sandbox)))

    async def move_clock(self, sandbox_id: str, move: Callable[[ClockState, int], ClockState]) -> Sandbox:
        """Apply a move to a sandbox's clock; Refusal 409 when it is one that clocks do not make."""

        def bounded(clock: ClockState, real: int) -> ClockState:
            moved = move(clock, real)
            if moved.now(real) >= _LATEST:
                raise ClockError("the clock would leave the year 9998")
            return moved

        try:
            sandbox = await self._sandboxes.move_clock(sandbox_id, bounded)
        except ClockError as error:
            raise Refusal(409, error.message) from None
        if sandbox is None:
            raise _unknown_sandbox(sandbox_id)
        self._changes.publish(sandbox_id, "clock", clock_as_json(sandbox.clock, self._clock.now()))
        return sandbox

    async def instant_of(self, sandbox: Sandbox, execution_id: str, status: str) -> int:
        """Return when time alone leads an execution to a status; Refusal 409 if it never does."""
        standing = await self.standing(sandbox, execution_id)
        while not standing.reached(status):
            if standing.due is None or standing.due >= _LATEST:
                waits = f" It waits for {', '.join(standing.waits_for)}." if standing.waits_for else ""
                raise Refusal(409, f"Time alone never leads from {standing.status} to {status}.{waits}")
            standing = self.standing_of(standing.execution, sandbox, standing.due)
        return standing.now

    async def _moved(self, before: Standing, sandbox: Sandbox, what: Signal | Jump) -> Standing:
        execution = await self._tracking.move(before.execution, sandbox, what)
        standing = self.standing_of(execution, sandbox)
        self._changes.publish(sandbox.id, "execution", standing.as_json())
        return standing

    async def _sandbox(self, name: str) -> Sandbox:
        sandbox = await self._sandboxes.get(name)
        if sandbox is None:
            raise _unknown_sandbox(name)
        return sandbox

    def _until_due(self, standing: Standing, sandbox: Sandbox) -> float:
        """Return the real seconds until the next step falls due; an hour when nothing does."""
        speed = sandbox.clock.speed
        if standing.due is None or speed == 0:
            return 3600.0
        return max(0.001, (standing.due - standing.now) / speed / 1000)


def clock_as_json(clock: ClockState, real: int) -> dict[str, Any]:
    """Return a clock as JSON-like data."""
    return {"now": format_instant(clock.now(real)), "frozen": clock.frozen, "speed": clock.resume}


def _unknown_sandbox(name: str) -> Refusal:
    return Refusal(404, "Unknown sandbox", [Violation("query/sandbox", "the name of a sandbox", name)])
