"""Creates executions of one API, and for one idempotency key one alone."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from execmock.core.apis import ApiDescription
from execmock.core.clock import LATEST
from execmock.core.execution import AnyExecution, EmbedExecution, Execution, Idempotency, Origin
from execmock.interfaces import Key, Put
from execmock.service.executions.draw_numbers import Drawn, DrawNumbers
from execmock.service.executions.repository import put_of
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.selection import Selection
from execmock.service.services import Services

__all__ = ["ExecutionCreation", "put_of_key"]

E = TypeVar("E", Execution, EmbedExecution)

_CHECKED = 8
"""Expired keys checked per insert; more than one, so the backlog shrinks."""


class ExecutionCreation:
    """What the creation of an execution is in both APIs. Each write is one atomic step of the store."""

    def __init__(self, services: Services, api: ApiDescription) -> None:
        self._api = api
        self._store = services.store
        self._draw_numbers = DrawNumbers(services.store)
        self._sandboxes = services.sandboxes
        self._registry = services.registry
        self._scenario_sync = services.scenario_sync

    async def answered(self, sandbox: Sandbox, key: str) -> Idempotency | None:
        """Return what an idempotency key stands for now, None if it stands for nothing."""
        old: Idempotency | None = await self._store.get(Key(sandbox.id, self._api.keys, key))
        return None if old is None or old.expired(self._sandboxes.now(sandbox)) else old

    async def origin(self, sandbox: Sandbox, selection: Selection, values: Mapping[str, object]) -> Origin:
        """Return what a new execution comes from: its scenario, picked by the request's values, and now.

        Raises Refusal 400 for an unknown scenario.
        """
        scenario = selection.pick(self._registry, sandbox, values, self._api.name)
        await self._scenario_sync.keep(scenario)
        if scenario.faulty and not sandbox.step_faults:
            await self._sandboxes.note_step_faults(sandbox.id)
        now = self._sandboxes.now(sandbox)
        return Origin(sandbox, scenario, await self._store.next_number(sandbox.id), now)

    async def drawn(
        self, execution: E, origin: Origin, fields: Mapping[str, Any], key: str | None = None
    ) -> tuple[E, Drawn | None]:
        """Return a new execution with its seed, and the number that it took of its draw key.

        No number is taken where nothing is drawn, or where the idempotency key stands for an execution.
        """
        if not origin.scenario.draws or (key and await self._is_known(execution, key)):
            return execution, None
        drawn = await self._draw_numbers.take(origin.sandbox, origin.scenario, fields, execution.id)
        return replace(execution, draw_seed=drawn.seed), drawn

    async def _is_known(self, execution: AnyExecution, key: str) -> bool:
        old: Idempotency | None = await self._store.get(Key(execution.sandbox, self._api.keys, key))
        return old is not None and not old.expired(execution.created_at)

    def keep(self, execution: AnyExecution) -> Awaitable[Any]:
        """Store a new execution."""
        put = put_of(execution)
        return self._store.update(put.key, lambda _: [put])

    async def keep_once(
        self, execution: AnyExecution, fresh: Idempotency, drawn: Drawn | None = None
    ) -> Idempotency:
        """Store a new execution unless its idempotency key stands for one; return what the key stands for."""
        put, now = put_of_key(execution, fresh), execution.created_at

        def unless_known(old: Idempotency | None) -> list[Put]:
            return [put, put_of(execution)] if old is None or old.expired(now) else []

        found: Idempotency = await self._store.update(put.key, unless_known)
        if drawn and found.made != execution.id:
            # The same request came at the same time by another way, and was first.
            await self._draw_numbers.give_back(drawn, execution.id)
        if fresh.expires is not None and found.made == execution.id:
            await self._forget_expired(execution.sandbox, now)
        return found

    async def _forget_expired(self, sandbox: str, now: int) -> None:
        """Forget the oldest keys, as far as they are expired."""
        kind = self._api.keys
        first = max(0, await self._store.count(sandbox, kind) - _CHECKED)
        oldest: Sequence[Idempotency] = await self._store.page(sandbox, kind, first, _CHECKED)
        for remembered in oldest:
            if remembered.expired(now):
                place = Key(sandbox, kind, remembered.key)
                await self._store.update(place, partial(_forgotten, Put(place, None), remembered))


def put_of_key(execution: AnyExecution, remembered: Idempotency) -> Put:
    """Return what stores an idempotency key of an execution, among the others by its creation.

    Where others expire, one that does not stands behind them, for the oldest are looked at to be forgotten.
    """
    lasts = execution.api.keys_expire and remembered.expires is None
    order = LATEST if lasts else execution.created_at
    return Put(Key(execution.sandbox, execution.api.keys, remembered.key), remembered, order)


def _forgotten(put: Put, remembered: Idempotency, old: Idempotency | None) -> list[Put]:
    return [put] if old == remembered else []
