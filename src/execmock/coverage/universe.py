"""What can be met: by a contract, by the statuses of executions, and by a scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from execmock.core.apis import APIS, ApiName
from execmock.core.contract import Contract
from execmock.core.scenario import Scenario, Trigger
from execmock.core.scenario.vocabulary import Vocabulary
from execmock.coverage.model import Unit

__all__ = [
    "ErrorExamples",
    "answer_units",
    "branch_unit",
    "branch_units",
    "status_units",
    "transition_units",
]


def answer_units(contract: Contract) -> Iterator[Unit]:
    """Yield each operation with each status that the contract has an answer of."""
    for name, operation in contract.operations.items():
        for status in operation.responses:
            if status.isdecimal():
                yield Unit("answer", (name, status))


class ErrorExamples:
    """The errors that a contract documents, where one status of an operation stands for several of them."""

    def __init__(self, contract: Contract) -> None:
        self._by_message: dict[tuple[str, str, str], Unit] = {}
        self.units: list[Unit] = []
        for name, operation in contract.operations.items():
            for status, response in operation.responses.items():
                if not status.isdecimal() or int(status) < 400 or len(response.examples) < 2:
                    continue
                for example, value in response.examples.items():
                    unit = Unit("example", (name, status, example))
                    self.units.append(unit)
                    if isinstance(value, Mapping):
                        told = _same_but_for_numbers(value.get("message"))
                        self._by_message.setdefault((name, status, told), unit)

    def found(self, operation: str, status: int, message: object) -> Unit | None:
        """Return the documented error that an answer with this message is, None where it is none of several.

        Messages that differ in their numbers alone are one: `in 1 place`, `in 2 places`.
        """
        return self._by_message.get((operation, str(status), _same_but_for_numbers(message)))

    def may_be(self, operation: str, status: int) -> bool:
        """Whether an operation has several documented errors of a status."""
        return any(known[:2] == (operation, str(status)) for known in self._by_message)


def _same_but_for_numbers(message: object) -> str:
    return re.sub(r"\d+ (\w+?)s?\b", r"N \1", message) if isinstance(message, str) else ""


def status_units(words: Mapping[ApiName, Vocabulary]) -> Iterator[Unit]:
    """Yield each status that clients can see an execution in.

    Where executions are not read by id, only those that they begin with.
    """
    for api, vocabulary in words.items():
        graph = vocabulary.transitions
        for status in graph.statuses if APIS[api].reads else graph.initial:
            yield Unit("status", (api, status))


def transition_units(words: Mapping[ApiName, Vocabulary]) -> Iterator[Unit]:
    """Yield each pair of statuses that clients can see in turn."""
    for api, vocabulary in words.items():
        if APIS[api].reads:
            for before, nexts in vocabulary.transitions.next.items():
                for after in nexts:
                    yield Unit("transition", (api, before, after))


def branch_units(scenario: Scenario) -> Iterator[tuple[Unit, Trigger]]:
    """Yield each way that leads out of a step of a scenario's file."""
    for step in range(scenario.own):
        for trigger in scenario.steps[step].triggers:
            yield branch_unit(scenario, step, trigger), trigger


def branch_unit(scenario: Scenario, step: int, trigger: Trigger) -> Unit:
    """Return one way out of a step."""
    chance = "" if trigger.chance >= 1 else f", chance {trigger.chance:g}"
    steps = scenario.steps
    named = (scenario.name, steps[step].name, f"{trigger.label()}{chance}", steps[trigger.to].name)
    return Unit("branch", named)
