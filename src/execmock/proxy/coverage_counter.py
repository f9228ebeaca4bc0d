"""Counts what clients meet of a service, as it passes: the coverage of what a mock would count itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.apis import APIS, EMBED_API, EXECUTIONS_API, ApiName
from execmock.core.bounded_cache import BoundedCache
from execmock.core.contract import Contract
from execmock.core.contract.names import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.core.scenario.vocabulary import Vocabulary
from execmock.coverage import Coverage, Tally, Unit
from execmock.coverage.model import MOST_UNITS
from execmock.coverage.universe import ErrorExamples, answer_units, status_units, transition_units
from execmock.verify.exchange import Exchange

__all__ = ["CoverageCounter"]

_MOST_FOLLOWED = 20_000
"""Executions of which it is known what passed last."""
_VIEWS = {CREATE: "/data/execution", GET: "/data/execution", PUBLIC: "/data", EXECUTE: ""}
_API: Mapping[str, ApiName] = {EXECUTE: EMBED_API.name}


class CoverageCounter:
    """What clients met of the service in one run. Branches and faults are known of a mock alone."""

    def __init__(self, contract: Contract) -> None:
        words = {api: Vocabulary.of(contract, api) for api in APIS}
        self._graphs = {api: vocabulary.transitions for api, vocabulary in words.items()}
        self._examples = ErrorExamples(contract)
        self._transitions = frozenset(transition_units(words))
        known = (*answer_units(contract), *self._examples.units, *status_units(words), *self._transitions)
        self._tallies = dict.fromkeys(known, Tally(declared=True))
        self._left_out = 0
        self._last: BoundedCache[str, str] = BoundedCache(_MOST_FOLLOWED)

    def observe(self, seen: Exchange) -> None:
        """Count an exchange of an operation that got an answer."""
        if not seen.operation or not seen.status:
            return
        self._count(Unit("answer", (seen.operation, str(seen.status))))
        message = seen.at("/message")
        error = self._examples.found(seen.operation, seen.status, message) if seen.status >= 400 else None
        if error is not None:
            self._count(error)
        api = _API.get(seen.operation, EXECUTIONS_API.name)
        for execution in _shown(seen):
            self._see(api, execution)

    def counted(self) -> Coverage:
        """Return what was met so far."""
        return Coverage(dict(self._tallies), {}, self._left_out)

    def _see(self, api: ApiName, execution: Mapping[str, Any]) -> None:
        name, status = execution.get("id"), execution.get("status")
        if not isinstance(name, str) or not isinstance(status, str):
            return
        last = self._last.get(name)
        # A view that is late shows no transition, and what follows is compared with the newest one.
        if last == status or (last is not None and not self._graphs[api].reaches(last, status)):
            return
        self._last.keep(name, status)
        self._count(Unit("status", (api, status)))
        if (moved := Unit("transition", (api, last or "", status))) in self._transitions:
            self._count(moved)

    def _count(self, unit: Unit) -> None:
        if unit not in self._tallies and len(self._tallies) >= MOST_UNITS:
            self._left_out += 1
            return
        self._tallies[unit] = self._tallies.get(unit, Tally()) + Tally(met=1)


def _shown(seen: Exchange) -> Iterator[Mapping[str, Any]]:
    """Yield the executions that an answer shows."""
    if not seen.ok:
        return
    if seen.operation == LIST:
        items = seen.at("/data/items")
        yield from (item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))
    elif seen.operation in _VIEWS:
        view = seen.at(_VIEWS[seen.operation])
        if isinstance(view, dict):
            yield view
