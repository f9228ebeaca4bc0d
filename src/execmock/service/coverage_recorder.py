"""Counts what clients meet, by sandbox, as it happens: the journal forgets, and sandboxes go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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
from execmock.coverage.model import MOST_UNITS, Coverage, Kind, Tally, Unit
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

__all__ = ["CoverageRecorder", "not_by_a_client"]

_MOST_FOLLOWED = 20_000
"""Executions of a sandbox of which it is known what a client saw last."""
_MOST_BETWEEN = 64
"""Statuses between two views of an execution that are counted."""
_MOST_SCENARIOS = 500
_LONGEST_ERROR = 64 * 1024
_STRUCK = "a request that it is meant for"
_Key = tuple[Kind, tuple[str, ...]]


_BY_CLIENT = ContextVar("by a client", default=True)


@contextmanager
def not_by_a_client() -> Iterator[None]:
    """Within it, what is viewed is shown to the control API's caller, which is no client."""
    before = _BY_CLIENT.set(False)
    try:
        yield
    finally:
        _BY_CLIENT.reset(before)


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
        record = self._records.get(sandbox) or self._record(sandbox)
        answers = record.answers
        key = (operation, status)
        answers[key] = answers.get(key, 0) + 1
        if status >= 400 and self._examples.may_be(operation, status):
            unit = self._examples.found(operation, status, _message(body))
            if unit is not None:
                record.count(*unit.flat)

    def struck(self, sandbox: str, faults: Iterable[str]) -> None:
        """Count the faults that struck a request."""
        for name in faults:
            self._record(sandbox).count("fault", name)

    def declare_faults(self, sandbox: Sandbox) -> None:
        """Know the faults that a sandbox has at this time."""
        for fault in sandbox.faults:
            self._record(sandbox.id).declare("fault", fault.name)

    def viewed(
        self, execution: AnyExecution, scenario: Scenario, visits: Sequence[Visit], seed: bytes
    ) -> bool:
        """Count what a client sees of an execution: its present status, and the way there.

        Returns False where it is no client that sees it, so that the view is to be counted once one does.
        """
        record, by_client = self._record(execution.sandbox), _BY_CLIENT.get()
        follow = record.learn(execution.id, scenario, visits, seed)
        if by_client:
            record.see(follow, scenario, visits)
        return by_client

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
        self.path: tuple[str, ...] = ()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the transitions since a client saw it."""
        return zip(self.path, self.path[1:], strict=False)


class _Record:
    """What was met in one sandbox. Units are plain tuples here, which are made for each request."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, int], int] = {}
        self._met: dict[_Key, int] = {}
        self._unseen: dict[_Key, int] = {}
        self._declared: dict[_Key, None] = {}
        self._left_out = 0
        self._scenarios: dict[str, Scenario] = {}
        self._followed: BoundedCache[str, _Follow] = BoundedCache(_MOST_FOLLOWED)

    def count(self, kind: Kind, *names: str) -> None:
        """Count a unit that was met."""
        self._add(self._met, (kind, names))

    def declare(self, kind: Kind, *names: str) -> None:
        """Know a unit that may be met."""
        if len(self._declared) < MOST_UNITS:
            self._declared[kind, names] = None

    def _add(self, counts: dict[_Key, int], key: _Key) -> None:
        if key in counts:
            counts[key] += 1
        elif len(counts) < MOST_UNITS:
            counts[key] = 1
        else:
            self._left_out += 1

    def learn(self, execution: str, scenario: Scenario, visits: Sequence[Visit], seed: bytes) -> _Follow:
        """Count the ways that led an execution on since it was last looked at."""
        follow = self._followed.get(execution) or self._begin(execution, scenario)
        known, follow.known = follow.known, max(follow.known, len(visits))
        if follow.known > known:
            path = follow.path
            for visit in visits[known:]:
                status = scenario.steps[visit.step].status
                if len(path) < _MOST_BETWEEN and path[-1:] != (status,):
                    path = (*path, status)
            follow.path = path
            if len(visits) > 1:
                for step, trigger in branches_taken(scenario, visits, known, seed):
                    self.count(*branch_unit(scenario, step, trigger).flat)
        return follow

    def see(self, follow: _Follow, scenario: Scenario, visits: Sequence[Visit]) -> None:
        """Count what a client sees that was not seen before; a view of the past shows nothing new."""
        if not follow.seen < len(visits) == follow.known:
            return
        status = scenario.steps[visits[-1].step].status
        if not follow.seen or len(follow.path) > 1:
            self.count("status", follow.api, status)
        counts = self._met if follow.seen and len(follow.path) == 2 else self._unseen
        for before, after in follow.pairs():
            self._add(counts, ("transition", (follow.api, before, after)))
        follow.seen, follow.path = len(visits), (status,)

    def coverage(self) -> Coverage:
        """Return what was met; what is declared by the contract alone is left to others."""
        told = _Record()
        told._met, told._unseen, told._declared = dict(self._met), dict(self._unseen), dict(self._declared)
        told._left_out = self._left_out
        for (operation, status), count in self.answers.items():
            # A fault may leave a request without an answer.
            if status:
                told._met["answer", (operation, str(status))] = count
        for follow in self._followed.values():
            for pair in follow.pairs():
                told._add(told._unseen, ("transition", (follow.api, *pair)))
        ways = {}
        for scenario in self._scenarios.values():
            for unit, trigger in branch_units(scenario):
                told.declare(*unit.flat)
                ways[unit] = branch_way(unit, trigger)
        return told._summed(ways)

    def _summed(self, ways: dict[Unit, str]) -> Coverage:
        tallies = {
            Unit(*key): Tally(key in self._declared, self._met.get(key, 0), self._unseen.get(key, 0))
            for key in (self._declared | self._met | self._unseen)
        }
        struck = {unit: _STRUCK for unit in tallies if unit.kind == "fault"}
        return Coverage(tallies, ways | struck, self._left_out)

    def _begin(self, execution: str, scenario: Scenario) -> _Follow:
        if len(self._scenarios) < _MOST_SCENARIOS:
            self._scenarios[scenario.name] = scenario
        follow = _Follow(scenario.api)
        self._followed.keep(execution, follow)
        return follow


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
