"""What rules judge: the contract and the exchanges of a run. Read only; no network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property, lru_cache
from typing import Any

from execmock.core.contract import Contract, Operation, SchemaPlace, Transitions
from execmock.core.contract.names import CREATE, GET, LIST, PUBLIC, STATUS
from execmock.verify.engine_failure import EngineFailure
from execmock.verify.exchange import Exchange
from execmock.verify.history import History, histories
from execmock.verify.schema_judge import SchemaJudge

__all__ = ["Evidence"]


class _Index:
    """What is found out about the exchanges of a run once, for all rules."""

    def __init__(self, journal: Iterable[Exchange]) -> None:
        self.journal = tuple(sorted(journal, key=lambda seen: seen.number))

    @cached_property
    def by_probe(self) -> Mapping[str, tuple[Exchange, ...]]:
        found: defaultdict[str, list[Exchange]] = defaultdict(list)
        for seen in self.journal:
            found[seen.probe].append(seen)
        return {name: tuple(each) for name, each in found.items()}

    @cached_property
    def histories(self) -> tuple[History, ...]:
        return histories(self.journal)

    @cached_property
    def unread_views(self) -> tuple[Exchange, ...]:
        views = (CREATE, GET, LIST, PUBLIC)
        return tuple(seen for seen in self.journal if seen.unread and seen.ok and seen.operation in views)


class Evidence:
    """The exchanges of one run, indexed for rules."""

    def __init__(
        self,
        contract: Contract,
        journal: Iterable[Exchange],
        *,
        has: Iterable[str] = ("writes", "odd", "guarded"),
        engine_failures: Iterable[EngineFailure] = (),
        secrets: Mapping[str, str] | None = None,
        schema_judge: SchemaJudge | None = None,
    ) -> None:
        self.contract = contract
        self._index = _Index(journal)
        self.passed_over: dict[int, Exchange] = {}
        """What was left out because it was not answered or not read, by number; kept for each rule."""
        self.has = frozenset(has)
        self.engine_failures = tuple(engine_failures)
        self.secrets = dict(secrets or {})
        self.schema_judge = schema_judge or SchemaJudge(contract)
        self.pruned = self.schema_judge.pruned
        """Cache of pruned data by the exchange's number."""

    @property
    def journal(self) -> tuple[Exchange, ...]:
        """The exchanges, in the order of sending."""
        return self._index.journal

    @property
    def by_probe(self) -> Mapping[str, tuple[Exchange, ...]]:
        """The exchanges of each probe, in the order of sending."""
        return self._index.by_probe

    def for_rule(self) -> Evidence:
        """Return the same evidence for one rule, which notes what that rule had to pass over."""
        same = copy(self)
        same.passed_over = {}
        return same

    def without(self, left_out: Iterable[Exchange]) -> Evidence:
        """Return the evidence without some of its exchanges."""
        numbers = {seen.number for seen in left_out}
        return Evidence(
            self.contract,
            (seen for seen in self.journal if seen.number not in numbers),
            has=self.has,
            engine_failures=(each for each in self.engine_failures if each.seen.number not in numbers),
            secrets=self.secrets,
            schema_judge=self.schema_judge,
        )

    def with_more(self, exchanges: Iterable[Exchange], failures: Iterable[EngineFailure] = ()) -> Evidence:
        """Return the evidence with further exchanges."""
        return Evidence(
            self.contract,
            (*self.journal, *exchanges),
            has=self.has,
            engine_failures=(*self.engine_failures, *failures),
            secrets=self.secrets,
            schema_judge=self.schema_judge,
        )

    @property
    def histories(self) -> tuple[History, ...]:
        """What was seen of each execution, over the whole run."""
        for seen in self._index.unread_views:
            self.pass_over(seen)
        return self._index.histories

    def pass_over(self, seen: Exchange) -> None:
        """Note that a rule could not use an exchange: no answer came, or it was not read."""
        if not seen.again:
            self.passed_over[seen.number] = seen

    def seen(self, probe: str, label: str = "") -> Iterator[Exchange]:
        """Yield a probe's answered exchanges whose label is `label` or begins with `label/`."""
        for seen in self.by_probe.get(probe, ()):
            if _under(seen.label, label):
                if seen.judged:
                    yield seen
                else:
                    self.pass_over(seen)

    def complete(self, probe: str, label: str) -> bool:
        """Whether every request under a label was answered, and every answer read."""
        sent = (seen for seen in self.by_probe.get(probe, ()) if _under(seen.label, label) and not seen.again)
        return all(seen.judged and not seen.unread for seen in sent)

    def ok(self, probe: str, label: str = "") -> Iterator[Exchange]:
        """Yield those of `seen` that are successes."""
        return (seen for seen in self.seen(probe, label) if seen.ok)

    def first(self, probe: str, label: str) -> Exchange | None:
        """Return the first of `seen`."""
        return next(self.seen(probe, label), None)

    def answers(self, *operations: str) -> Iterator[Exchange]:
        """Yield every answered exchange for these operations, whichever probe sent it."""
        for seen in self.journal:
            if seen.operation in operations:
                if seen.judged:
                    yield seen
                else:
                    self.pass_over(seen)

    def successes(self, *operations: str) -> Iterator[Exchange]:
        """Yield every success of these operations with a JSON object as its answer."""
        for seen in self.answers(*operations):
            if seen.ok and isinstance(seen.json, dict):
                yield seen
            elif seen.ok and seen.unread:
                self.pass_over(seen)

    def ok_creates(self) -> Iterator[Exchange]:
        """Yield every success of createExecution."""
        return self.successes(CREATE)

    def repeated(self, seen: Exchange) -> bool:
        """Whether the same create was sent before and its answer was lost: it may have been done then."""
        return (seen.operation, seen.request.body) in self._unsure

    @cached_property
    def _unsure(self) -> frozenset[tuple[str, bytes]]:
        asked = (seen for seen in self.journal if seen.again and not seen.throttled and seen.request.body)
        return frozenset((seen.operation, seen.request.body) for seen in asked)

    def statuses(self, choice: str) -> frozenset[int]:
        """Return the HTTP statuses among the values of a choice (`x-choices`)."""
        return frozenset(value for value in self.contract.choices[choice].accepted if isinstance(value, int))

    def operation(self, name: str) -> Operation:
        """Return an operation of the contract."""
        return self.contract.operation(name)

    def success(self, name: str) -> int:
        """Return the status with which an operation succeeds."""
        return int(self.operation(name).success.status)

    @cached_property
    def transitions(self) -> Transitions:
        """The legal status graph, with the known drift included."""
        graph = self.contract.transitions()
        for status, drift in self.drift.items():
            graph = graph.with_status(status, after=tuple(drift.get("from", ())))
        return graph

    @cached_property
    def drift(self) -> Mapping[str, Mapping[str, Any]]:
        """Statuses that the vendor added after the page was written."""
        found: Mapping[str, Mapping[str, Any]] = self.schema(STATUS).get("x-drift", {})
        return found

    def schema(self, place: SchemaPlace) -> Mapping[str, Any]:
        """Return the contract's schema at a place."""
        return _schema(self.contract, place)

    def hidden(self, place: SchemaPlace) -> tuple[str, ...]:
        """Return the names that a public schema says are never shown."""
        return tuple(self.schema(place).get("x-hidden", ()))


@lru_cache(maxsize=256)  # a proxy has new evidence for each answer
def _schema(contract: Contract, place: SchemaPlace) -> Mapping[str, Any]:
    return contract.schema(place)


def _under(label: str, wanted: str) -> bool:
    return not wanted or label == wanted or label.startswith(wanted + "/")
