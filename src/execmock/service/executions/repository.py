"""Loads executions of either API, advances them to now, applies inputs."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any

from execmock.core.execution import EmbedExecution, Execution, seed_for
from execmock.core.progress import Input, Progress, Tick, progress
from execmock.core.scenario import Scenario
from execmock.interfaces import Key, Put, Store
from execmock.service.sandboxes import Sandbox, Sandboxes
from execmock.service.scenarios.registry import ScenarioRegistry
from execmock.service.scenarios.sync import ScenarioSync

__all__ = ["EMBED", "EXECUTION", "ExecutionRepository", "Tracked", "place_of", "put_of"]

EXECUTION = "execution"
EMBED = "embed"

Tracked = Execution | EmbedExecution


class ExecutionRepository:
    """Finds executions and moves them. Every move is one atomic step of the store."""

    def __init__(
        self, store: Store, sandboxes: Sandboxes, registry: ScenarioRegistry, scenario_sync: ScenarioSync
    ) -> None:
        self._store = store
        self._sandboxes = sandboxes
        self._registry = registry
        self._scenario_sync = scenario_sync

    async def find(self, sandbox: Sandbox, execution_id: str) -> Tracked | None:
        """Return a sandbox's execution of either API, or None."""
        for kind in (EXECUTION, EMBED):
            found = await self.get(sandbox, kind, execution_id)
            if found is not None:
                return found
        return None

    def get(self, sandbox: Sandbox, kind: str, execution_id: str) -> Awaitable[Tracked | None]:
        """Return a sandbox's execution of one API, or None; the version it follows is then known."""
        return self._scenario_sync.following(self._store.get(Key(sandbox.id, kind, execution_id)))

    def page(self, sandbox: Sandbox, kind: str, offset: int, limit: int) -> Awaitable[Sequence[Any]]:
        """Return a sandbox's executions of one API, newest first; the versions they follow are then known."""
        return self._scenario_sync.all_following(self._store.page(sandbox.id, kind, offset, limit))

    def scenario(self, execution: Tracked) -> Scenario:
        """Return the scenario that an execution follows, in the version it was created with."""
        return self._registry.version(execution.scenario)

    def progress(self, execution: Tracked, sandbox: Sandbox, now: int | None = None) -> Progress:
        """Return where an execution stands at an instant of its sandbox's clock, by default the present."""
        at = self._sandboxes.now(sandbox) if now is None else now
        scenario = self.scenario(execution)
        seed = seed_for(scenario, sandbox, execution)
        return progress(scenario, execution.progress, Tick(), at, seed)

    async def move(self, execution: Tracked, sandbox: Sandbox, what: Input) -> Tracked:
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

        changed: Tracked | None = await self._store.update(place_of(execution), moved)
        return changed or execution


def place_of(execution: Tracked) -> Key:
    """Return the key that an execution is kept under."""
    return Key(execution.sandbox, EXECUTION if isinstance(execution, Execution) else EMBED, execution.id)


def put_of(execution: Tracked) -> Put:
    """Return what keeps an execution, among the others by its creation."""
    return Put(place_of(execution), execution, execution.created_at)
