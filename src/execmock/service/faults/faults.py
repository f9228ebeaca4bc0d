"""The faults of each sandbox: added, removed, tried on requests, counted, with all servers of a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from execmock.core.fault_count import FaultCount
from execmock.core.faults import (
    AskedRequest,
    Counted,
    Fault,
    FaultWords,
    Strike,
    counted,
    fault_of_text,
    fault_seed,
    struck_by,
    trying,
)
from execmock.core.sandbox import KeptFault, Sandbox
from execmock.interfaces import Key, Put
from execmock.loading.faults import shipped_by_name, shipped_faults
from execmock.service.faults.crowds import Crowd, Crowds
from execmock.service.services import Services

__all__ = ["MOST_FAULTS", "ActiveFault", "Faults", "compiled_fault", "with_faults"]

MOST_FAULTS = 200
"""Faults that a sandbox has at most."""
compiled_fault = lru_cache(maxsize=1000)(fault_of_text)


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault that is tried in a sandbox.

    `began` is when it was added (ms); None for one that begins with the first request it is meant for. A
    reset leaves one that `stays`. `visit` tells the visits of a step apart that has it, empty for one of a
    sandbox.
    """

    fault: Fault
    edition: int
    began: int | None
    stays: bool = False
    visit: str = ""


class Faults:
    """Keeps faults with their sandboxes and counts in the store, so that servers over one store agree."""

    def __init__(self, services: Services) -> None:
        self._contract = services.contract
        self._registry = services.registry
        self._sandboxes = services.sandboxes
        self._store = services.store
        self._coverage = services.coverage
        self.crowds = Crowds()
        """The requests under way that faults limit the number of."""

    @property
    def words(self) -> FaultWords:
        """What faults may name at this time."""
        return FaultWords.of(self._contract, self._registry.current)

    @property
    def shipped(self) -> Sequence[str]:
        """The names of the faults that come with execmock."""
        return list(shipped_faults())

    def of(self, sandbox: Sandbox) -> list[ActiveFault]:
        """Return the faults of a sandbox, in the order in which they are tried."""
        return [
            ActiveFault(compiled_fault(kept.text), kept.edition, kept.added, kept.stays)
            for kept in sandbox.faults
        ]

    async def add(self, name: str, faults: Sequence[Fault], *, stays: bool = False) -> Sandbox | None:
        """Add faults to a sandbox; return it changed, None if there is none.

        One that has the name of another takes its place, and counts from 0 again. Those that stay are still
        there after a reset.
        """
        real = self._sandboxes.clock.now()
        changed = await self._sandboxes.change(name, lambda old: with_faults(old, faults, real, stays=stays))
        if changed is not None:
            self._coverage.declare_faults(changed)
        return changed

    async def remove(self, name: str, fault: str | None = None) -> int:
        """Remove a fault of a sandbox, or all of them; return how many there were."""
        removed: list[KeptFault] = []

        def without(old: Sandbox) -> Sandbox:
            removed[:] = [kept for kept in old.faults if fault in (None, kept.name)]
            return replace(old, faults=tuple(kept for kept in old.faults if kept not in removed))

        await self._sandboxes.change(name, without)
        editions = {kept.edition for kept in removed}
        for place, count in await self._counts(name):
            if count.edition in editions:
                forgotten = [Put(place, None)]
                await self._store.update(place, lambda _, forgotten=forgotten: forgotten)  # type: ignore[misc]
        return len(removed)

    async def counts(self, sandbox: str) -> dict[int, FaultCount]:
        """Return how often each fault of a sandbox struck, by its edition; those never met are not there."""
        sums: dict[int, FaultCount] = {}
        for _, count in await self._counts(sandbox):
            known = sums.get(count.edition, FaultCount(count.fault, count.edition, count.since))
            sums[count.edition] = replace(
                known, seen=known.seen + count.seen, struck=known.struck + count.struck
            )
        return sums

    async def _counts(self, sandbox: str) -> list[tuple[Key, FaultCount]]:
        number = await self._store.count(sandbox, "fault-count")
        found: Sequence[FaultCount] = await self._store.page(sandbox, "fault-count", 0, number)
        return [(_place(sandbox, count.edition, count.per), count) for count in found]

    async def strike(
        self, sandbox: Sandbox, active: Sequence[ActiveFault], request: AskedRequest, entered: list[Crowd]
    ) -> Strike | None:
        """Return what faults do to a request, and count it for those that are meant for it.

        The crowds that it is part of until it is answered are added to those `entered`.
        """
        tried = trying([one.fault for one in active], request)
        try:
            place = next(tried)
            while True:
                one = active[place]
                crowded = await self._is_crowded(sandbox, one, request.at, entered)
                place = tried.send(await self._count(sandbox, one, request, crowded=crowded))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return] # what the generator returns

    def named(self, sandbox: Sandbox) -> Mapping[str, Fault]:
        """Return the faults that a request can ask for by their names: the shipped ones and the sandbox's."""
        own = {one.fault.name: one.fault for one in self.of(sandbox)}
        return {**shipped_by_name(), **own}

    def strike_named(self, sandbox: Sandbox, faults: Sequence[Fault]) -> Strike:
        """Return what faults do to a request that asks for them, whatever requests they are meant for."""
        return struck_by([(fault, Counted(1, True, _seed(sandbox, fault.name, ""))) for fault in faults])

    async def _is_crowded(self, sandbox: Sandbox, one: ActiveFault, at: int, entered: list[Crowd]) -> bool:
        """Return whether too many requests are under way; where not, one more is."""
        counting = one.fault.counting
        there = one.began is None or one.fault.window.holds(at, one.began)
        if counting.at_once is None or not there:
            return False
        crowd = self.crowds.of(f"{sandbox.id}/{one.edition}/{one.visit}")
        if not await crowd.enter(counting.at_once, counting.queue):
            return True
        entered.append(crowd)
        return False

    async def _count(
        self, sandbox: Sandbox, one: ActiveFault, request: AskedRequest, *, crowded: bool
    ) -> Counted:
        fault = one.fault
        per = one.visit
        if fault.counting.per_execution and request.execution:
            per = request.execution.id
        seed = _seed(sandbox, fault.name, per)
        place = _place(sandbox.id, one.edition, per)
        fresh = FaultCount(fault.name, one.edition, per=per)
        count, strikes, limit = fresh, False, None

        def one_more(old: FaultCount | None) -> list[Put]:
            nonlocal count, strikes, limit
            before = old or fresh
            count, strikes, limit = counted(before, fault, request.at, one.began, seed, crowded=crowded)
            return [] if count == old else [Put(place, count)]

        await self._store.update(place, one_more)
        end = fault.window.ends(count.since if one.began is None else one.began)
        return Counted(count.seen, strikes, seed, None if end is None else end - request.at, limit)


def with_faults(sandbox: Sandbox, faults: Sequence[Fault], real: int, *, stays: bool) -> Sandbox:
    """Return a sandbox with faults that are added at a real instant."""
    kept, edition = {fault.name: fault for fault in sandbox.faults}, sandbox.fault_edition
    for fault in faults:
        edition += 1
        kept[fault.name] = KeptFault(fault.name, fault.text, sandbox.clock.now(real), edition, stays)
    return replace(sandbox, faults=tuple(kept.values()), fault_edition=edition)


def _seed(sandbox: Sandbox, fault: str, per: str) -> bytes:
    return fault_seed(sandbox.draw_root or sandbox.root, fault, per)


def _place(sandbox: str, edition: int, per: str) -> Key:
    return Key(sandbox, "fault-count", f"{edition}:{per}")
