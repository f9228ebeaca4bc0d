"""How what was never met can be brought about: found in the contract and in the scenarios there are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from execmock.core.apis import APIS, EMBED_API
from execmock.core.contract import Contract
from execmock.core.scenario import Scenario, Step, Trigger
from execmock.core.scenario.bind import example_request
from execmock.coverage.model import Unit

__all__ = ["ScenarioWays", "answer_way", "branch_way", "picks"]


def answer_way(unit: Unit, contract: Contract) -> str:
    """Return the request that gets an answer."""
    name, status, *example = unit.names
    operation = contract.operations[name]
    if status.startswith("2"):
        return f"`{operation.method} {operation.path}`"
    named = f", example={example[0]}" if example else ""
    return f"`Prefer: code={status}{named}`"


def picks(scenario: Scenario) -> str:
    """Return what lets a create follow a scenario: its magic workflow id, or else a header."""
    if scenario.api == EMBED_API.name and "key" in scenario.bind:
        return f"the workflow `{scenario.bind['key']}`"
    request = example_request(scenario.bind)
    if request.keys() == {"workflowId"} == scenario.bind.keys():
        return f"`{request['workflowId']}`"
    return f"`X-Execmock-Scenario: {scenario.name}`"


def branch_way(unit: Unit, trigger: Trigger) -> str:
    """Return what has to happen for a way out of a step."""
    step = unit.names[1]
    if trigger.signal is not None:
        said = f"the signal `{trigger.signal}` in step `{step}`"
    elif trigger.counted:
        said = f"reads by id in step `{step}`"
    else:
        said = f"time in step `{step}`"
    return said if trigger.chance >= 1 else f"another draw, and {said}"


class _Found(NamedTuple):
    """How far away something is in a scenario: by hand or by time alone, by chance, after how many steps.

    Of scenarios that are equally near the API's default one comes first, then the one with the fewest steps.
    """

    by_hand: bool
    drawn: bool
    steps: int
    special: bool
    own: int
    name: str


class ScenarioWays:
    """The nearest scenario for each status and transition: by time alone before by hand, then the shorter."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        self._best: dict[Unit, tuple[_Found, Scenario]] = {}
        for scenario in scenarios:
            for unit, found in _shown_by(scenario):
                if unit not in self._best or found < self._best[unit][0]:
                    self._best[unit] = (found, scenario)

    def way(self, unit: Unit) -> str:
        """Return what shows a status or a transition; a jump where no scenario does."""
        best = self._best.get(unit)
        if best is None:
            return f"a jump to `{unit.names[-1]}`"
        found, scenario = best
        return f"{picks(scenario)}{', by signal or reads' if found.by_hand else ''}"


def _shown_by(scenario: Scenario) -> Iterator[tuple[Unit, _Found]]:
    """Yield the statuses and transitions of a scenario, each at its nearest."""
    special = scenario.name != APIS[scenario.api].default_scenario
    start = _Found(False, False, 1, special, scenario.own, scenario.name)
    waiting, seen = deque([(0, start)]), set[int]()
    if _stays(scenario.steps[0]):
        yield Unit("status", (scenario.api, scenario.steps[0].status)), start
    while waiting:
        index, found = waiting.popleft()
        if index in seen:
            continue
        seen.add(index)
        step = scenario.steps[index]
        for trigger in step.triggers:
            after = found._replace(
                by_hand=found.by_hand or not trigger.timed,
                drawn=found.drawn or trigger.chance < 1,
                steps=found.steps + 1,
            )
            following = scenario.steps[trigger.to]
            if _stays(following):
                yield Unit("status", (scenario.api, following.status)), after
                if following.status != step.status and _stays(step):
                    yield Unit("transition", (scenario.api, step.status, following.status)), after
            waiting.append((trigger.to, after))


def _stays(step: Step) -> bool:
    """Whether a client can see an execution in a step: not where it is left in the instant it is entered."""
    return not any(trigger.chance >= 1 and trigger.latest == 0 for trigger in step.triggers)
