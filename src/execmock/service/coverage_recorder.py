"""Counts what clients meet, by sandbox, as it happens: the journal forgets, and sandboxes go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from execmock.core.apis import ApiName
from execmock.core.bounded_cache import BoundedCache
from execmock.core.contract import Contract
from execmock.core.execution import AnyExecution
from execmock.core.json_text import JsonError, decode
from execmock.core.sandbox import Sandbox
from execmock.core.scenario import Scenario, Vocabulary
from execmock.core.visit import Visit
from execmock.coverage.branches import branches_taken
from execmock.coverage.model import MOST_UNITS, Coverage, Tally, Unit
from execmock.coverage.universe import (
    ErrorExamples,
    answer_units,
    branch_unit,
    branch_units,
    status_units,
    transition_units,
)
from execmock.coverage.ways import ScenarioWays, answer_way, branch_way
from execmock.service.scenarios.registry import ScenarioRegistry

__all__ = ["CoverageRecorder"]

_MOST_FOLLOWED = 20_000
"""Executions of a sandbox of which it is known what a client saw last."""
_MOST_BETWEEN = 64
"""Statuses between two views of an execution that are counted."""
_MOST_SCENARIOS = 500
_LONGEST_ERROR = 64 * 1024
_STRUCK = "a request that it is meant for"


class CoverageRecorder:
    """What clients met in each sandbox since it began or was reset, and in all that are gone.

    A server counts what it answered itself. A view counts as met when it is rendered for an answer; what
    a fault then does to that answer on its way is not looked at.
    """

    def __init__(
        self, contract: Contract, words: Mapping[ApiName, Vocabulary], registry: ScenarioRegistry
    ) -> None:
        self._contract = contract
        self._words = words
        self._registry = registry
        self._records: dict[str, _Record] = {}
        self._gone = Coverage()

    def answered(self, sandbox: str, operation: str, status: int, body: bytes) -> None:
        """Count an answer; `operation` is empty where none was asked."""
        answers = self._record(sandbox).answers
        key = (operation, status)
        answers[key] = answers.get(key, 0) + 1
        if status >= 400 and self._examples.may_be(operation, status):
            unit = self._examples.found(operation, status, _message(body))
            if unit is not None:
                self._record(sandbox).count(unit)

    def struck(self, sandbox: str, faults: Iterable[str]) -> None:
        """Count the faults that struck a request."""
        for name in faults:
            self._record(sandbox).count(Unit("fault", (name,)))

    def declare_faults(self, sandbox: Sandbox) -> None:
        """Know the faults that a sandbox has at this time."""
        for fault in sandbox.faults:
            self._record(sandbox.id).declare(Unit("fault", (fault.name,)))

    def viewed(
        self, execution: AnyExecution, scenario: Scenario, visits: Sequence[Visit], seed: bytes
    ) -> None:
        """Count what a client sees of an execution: its present status, and the way there."""
        record = self._record(execution.sandbox)
        record.see(record.learn(execution.id, scenario, visits, seed), scenario, visits)

    def happened(
        self, execution: AnyExecution, scenario: Scenario, visits: Sequence[Visit], seed: bytes
    ) -> None:
        """Learn how far an execution came, which no client has seen by that."""
        self._record(execution.sandbox).learn(execution.id, scenario, visits, seed)

    def close(self, sandbox: str) -> None:
        """Begin a sandbox anew; what was met in it counts among what is gone."""
        record = self._records.pop(sandbox, None)
        if record is not None:
            self._gone = _bounded(self._gone + self._coverage(record, sandbox))

    def of(self, sandbox: Sandbox) -> Coverage:
        """Return what clients met in a sandbox since it began or was reset."""
        self.declare_faults(sandbox)
        return self._coverage(self._record(sandbox.id), sandbox.id)

    def total(self, sandboxes: Iterable[Sandbox]) -> Coverage:
        """Return what clients met in all `sandboxes` that there are, and in those that are gone."""
        return Coverage.sum([self._gone, *(self.of(sandbox) for sandbox in sandboxes)])

    def _record(self, sandbox: str) -> _Record:
        record = self._records.get(sandbox)
        if record is None:
            record = self._records[sandbox] = _Record()
        return record

    @cached_property
    def _examples(self) -> ErrorExamples:
        return ErrorExamples(self._contract)

    @cached_property
    def _known(self) -> Coverage:
        """What the contract declares, met by none."""
        answers = [*answer_units(self._contract), *self._examples.units]
        units = [*answers, *status_units(self._words), *transition_units(self._words)]
        ways = {unit: answer_way(unit, self._contract) for unit in answers}
        return Coverage(dict.fromkeys(units, Tally(declared=True)), ways)

    def _coverage(self, record: _Record, sandbox: str) -> Coverage:
        shown = ScenarioWays(self._registry.seen_by(sandbox).values())
        ways = {
            unit: shown.way(unit) for unit in self._known.tallies if unit.kind in ("status", "transition")
        }
        return _bounded(self._known + Coverage({}, ways) + record.coverage())


class _Follow:
    """One execution: how many visits are known, and how many of them a client has seen.

    `path` holds the statuses from the last one that was seen on.
    """

    __slots__ = ("api", "known", "path", "seen")

    def __init__(self, api: str) -> None:
        self.api = api
        self.known = 0
        self.seen = 0
        self.path: list[str] = []

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the transitions since a client saw it."""
        return zip(self.path, self.path[1:], strict=False)


class _Record:
    """What was met in one sandbox."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, int], int] = {}
        self._tallies: dict[Unit, Tally] = {}
        self._left_out = 0
        self._scenarios: dict[str, Scenario] = {}
        self._followed: BoundedCache[str, _Follow] = BoundedCache(_MOST_FOLLOWED)

    def count(self, unit: Unit, met: int = 1, unseen: int = 0) -> None:
        """Count a unit that was met, or happened without being seen."""
        self._add(unit, Tally(met=met, unseen=unseen))

    def declare(self, unit: Unit) -> None:
        """Know a unit that may be met."""
        self._add(unit, Tally(declared=True))

    def _add(self, unit: Unit, tally: Tally) -> None:
        if unit in self._tallies:
            self._tallies[unit] = self._tallies[unit] + tally
        elif len(self._tallies) < MOST_UNITS:
            self._tallies[unit] = tally
        else:
            self._left_out += 1

    def learn(self, execution: str, scenario: Scenario, visits: Sequence[Visit], seed: bytes) -> _Follow:
        """Count the ways that led an execution on since it was last looked at."""
        follow = self._followed.get(execution) or self._begin(execution, scenario)
        if len(visits) > follow.known:
            for step, trigger in branches_taken(scenario, visits, follow.known, seed):
                self.count(branch_unit(scenario, step, trigger))
            for visit in visits[follow.known :]:
                status = scenario.steps[visit.step].status
                if len(follow.path) < _MOST_BETWEEN and follow.path[-1:] != [status]:
                    follow.path.append(status)
            follow.known = len(visits)
        return follow

    def see(self, follow: _Follow, scenario: Scenario, visits: Sequence[Visit]) -> None:
        """Count what a client sees that was not seen before; a view of the past shows nothing new."""
        if not follow.seen < len(visits) == follow.known:
            return
        status = scenario.steps[visits[-1].step].status
        if not follow.seen or len(follow.path) > 1:
            self.count(Unit("status", (follow.api, status)))
        both = bool(follow.seen) and len(follow.path) == 2
        self._count_pairs(follow, both_seen=both)
        follow.seen, follow.path = len(visits), [status]

    def coverage(self) -> Coverage:
        """Return what was met; what is declared by the contract alone is left to others."""
        told = _Record()
        told._tallies, told._left_out = dict(self._tallies), self._left_out
        for (operation, status), count in self.answers.items():
            # A fault may leave a request without an answer.
            if status:
                told.count(Unit("answer", (operation, str(status))), count)
        for follow in self._followed.values():
            told._count_pairs(follow)
        ways = {unit: _STRUCK for unit in told._tallies if unit.kind == "fault"}
        for scenario in self._scenarios.values():
            for unit, trigger in branch_units(scenario):
                told.declare(unit)
                ways[unit] = branch_way(unit, trigger)
        return Coverage(told._tallies, ways, told._left_out)

    def _begin(self, execution: str, scenario: Scenario) -> _Follow:
        if len(self._scenarios) < _MOST_SCENARIOS:
            self._scenarios[scenario.name] = scenario
        follow = _Follow(scenario.api)
        self._followed.keep(execution, follow)
        return follow

    def _count_pairs(self, follow: _Follow, *, both_seen: bool = False) -> None:
        for before, after in follow.pairs():
            self.count(Unit("transition", (follow.api, before, after)), int(both_seen), int(not both_seen))


def _bounded(coverage: Coverage) -> Coverage:
    """Return a coverage without the units that are too many: those that sandboxes add come last."""
    over = len(coverage.tallies) - 2 * MOST_UNITS
    if over <= 0:
        return coverage
    tallies = dict(list(coverage.tallies.items())[: 2 * MOST_UNITS])
    ways = {unit: way for unit, way in coverage.ways.items() if unit in tallies}
    return Coverage(tallies, ways, coverage.left_out + over)


def _message(body: bytes) -> object:
    """Return the message of an answer in the API's error form, None where there is none."""
    if len(body) > _LONGEST_ERROR:
        return None
    try:
        value = decode(body)
    except JsonError:
        return None
    return value.get("message") if isinstance(value, dict) else None
