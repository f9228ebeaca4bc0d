"""Which way out of a step an execution took, told from its visits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from execmock.core.progress import Progress, open_triggers
from execmock.core.scenario import Scenario, Trigger
from execmock.core.visit import Visit

__all__ = ["branches_taken"]

_MOST = 200
"""Visits that are looked at together; an execution that makes more at a time goes round in a loop."""


def branches_taken(
    scenario: Scenario, visits: Sequence[Visit], known: int, seed: bytes
) -> Iterator[tuple[int, Trigger]]:
    """Yield step and trigger for each visit after the first `known` ones that a trigger led to.

    A visit that a jump led to has none.
    """
    for number in range(max(1, known, len(visits) - _MOST), len(visits)):
        trigger = _taken(scenario, tuple(visits[:number]), visits[number], seed)
        if trigger is not None:
            yield visits[number - 1].step, trigger


def _taken(scenario: Scenario, before: tuple[Visit, ...], visit: Visit, seed: bytes) -> Trigger | None:
    triggers = scenario.steps[before[-1].step].triggers
    leading = [
        trigger for trigger in open_triggers(scenario, Progress(before), seed) if trigger.to == visit.step
    ]
    if visit.signal is not None:
        return next((trigger for trigger in leading if trigger.signal == visit.signal), None)
    for trigger in leading:
        index = next(place for place, one in enumerate(triggers) if one is trigger)
        if trigger.timed and trigger.due(before, index, seed) == visit.at:
            return trigger
    return next((trigger for trigger in leading if trigger.counted), None)
