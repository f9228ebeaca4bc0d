"""Loads executions of either API, advances them to now, applies inputs."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any

from execmock.core.apis import APIS, ApiDescription
from execmock.core.execution import AnyExecution, seed_for
from execmock.core.progress import Input, Progress, Tick, progress
from execmock.core.scenario import Scenario
from execmock.interfaces import Key, Put, Store
from execmock.service.sandboxes import Sandbox, Sandboxes
from execmock.service.scenarios.registry import ScenarioRegistry
from execmock.service.scenarios.sync import ScenarioSync

__all__ = ["ExecutionRepository", "place_of", "put_of"]


class ExecutionRepository:
    """Finds executions and moves them. Every move is one atomic step of the store."""

    def __init__(
        self, store: Store, sandboxes: Sandboxes, registry: ScenarioRegistry, scenario_sync: ScenarioSync
    ) -> None:
        self._store = store
        self._sandboxes = sandboxes
        self._registry = registry
        self._scenario_sync = scenario_sync

    async def find(self, sandbox: Sandbox, execution_id: str) -> AnyExecution | None:
        """Return a sandbox's execution of either API, or None."""
        for api in APIS.values():
            found: AnyExecution | None = await self.get(sandbox, api, execution_id)
            if found is not None:
                return found
        return None

    def get(self, sandbox: Sandbox, api: ApiDescription, execution_id: str) -> Awaitable[Any]:
        """Return a sandbox's execution of one API, or None; the version it follows is then known."""
        return self._scenario_sync.following(self._store.get(Key(sandbox.id, api.kind, execution_id)))

    def kept(self, sandbox: str, api: ApiDescription, execution_id: str) -> Awaitable[Any]:
        """Return an execution of a sandbox by its name, or None; by one call of the store in any case."""
        return self._store.get(Key(sandbox, api.kind, execution_id))

    def page(
        self, sandbox: Sandbox, api: ApiDescription, offset: int, limit: int
    ) -> Awaitable[Sequence[Any]]:
        """Return a sandbox's executions of one API, newest first; the versions they follow are then known."""
        return self._scenario_sync.all_following(self._store.page(sandbox.id, api.kind, offset, limit))

    async def latest(self, sandbox: Sandbox, most: int) -> list[AnyExecution]:
        """Return the latest `most` executions of each API, oldest first."""
        pages = [await self.page(sandbox, api, 0, most) for api in APIS.values()]
        return [execution for page in pages for execution in reversed(page)]

    async def count(self, sandbox: Sandbox, *apis: ApiDescription) -> int:
        """Return how many executions a sandbox has, of all APIs if none is named."""
        return sum([await self._store.count(sandbox.id, api.kind) for api in apis or APIS.values()])

    def scenario(self, execution: AnyExecution) -> Scenario:
        """Return the scenario that an execution follows, in the version it was created with."""
        return self._registry.version(execution.scenario)

    def progress(self, execution: AnyExecution, sandbox: Sandbox, now: int | None = None) -> Progress:
        """Return where an execution stands at an instant of its sandbox's clock, by default the present."""
        at = self._sandboxes.now(sandbox) if now is None else now
        scenario = self.scenario(execution)
        seed = seed_for(scenario, sandbox, execution)
        return progress(scenario, execution.progress, Tick(), at, seed)

    async def move(self, execution: AnyExecution, sandbox: Sandbox, what: Input) -> AnyExecution:
        """Apply an input at the present instant; return the execution as it then is."""
        now = self._sandboxes.now(sandbox)
        scenario = self.scenario(execution)
        seed = seed_for(scenario, sandbox, execution)

        def moved(old: Any) -> list[Put]:
            if old is None:
                return []
            # Another server, whose clock is ahead by a little, may have moved it since: time never goes back.
            at = max(now, old.progress.visits[-1].at)
            return [put_of(replace(old, progress=progress(scenario, old.progress, what, at, seed)))]

        changed: AnyExecution | None = await self._store.update(place_of(execution), moved)
        return changed or execution


def place_of(execution: AnyExecution) -> Key:
    """Return the key that an execution is kept under."""
    return Key(execution.sandbox, execution.api.kind, execution.id)


def put_of(execution: AnyExecution) -> Put:
    """Return what keeps an execution, among the others by its creation."""
    return Put(place_of(execution), execution, execution.created_at)
