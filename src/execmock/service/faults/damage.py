"""Faults that change what a sandbox holds: a create that is delivered twice, and one that is lost."""

from __future__ import annotations

from dataclasses import replace

from execmock.core.apis import EXECUTIONS_API
from execmock.core.execution import Execution, Origin, new_execution
from execmock.core.json_text import decode
from execmock.core.sandbox import Sandbox
from execmock.interfaces import Key, Put
from execmock.service.executions.repository import place_of, put_of
from execmock.service.services import Services

__all__ = ["Damage"]


class Damage:
    """Damages what a sandbox holds after a create. Removing the fault does not undo it; a reset does."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._sandboxes = services.sandboxes
        self._repository = services.repository

    async def create_again(self, sandbox: Sandbox, execution_id: str) -> None:
        """Create what was created once more, as if its idempotency key had not been looked at."""
        execution: Execution | None = await self._repository.get(sandbox, EXECUTIONS_API, execution_id)
        if execution is None:
            return
        scenario, now = self._repository.scenario(execution), self._sandboxes.now(sandbox)
        origin = Origin(sandbox, scenario, await self._store.next_number(sandbox.id), now)
        again = new_execution(origin, decode(execution.request), execution.initiated_by)
        put = put_of(replace(again, draw_seed=execution.draw_seed))
        await self._store.update(put.key, lambda _: [put])

    async def lose(self, sandbox: Sandbox, execution_id: str) -> None:
        """Forget what was created, with its idempotency key."""
        execution: Execution | None = await self._repository.get(sandbox, EXECUTIONS_API, execution_id)
        if execution is None:
            return
        forgotten = [Put(place_of(execution), None)]
        key = decode(execution.request).get("idempotencyKey")
        if key:
            forgotten.append(Put(Key(sandbox.id, EXECUTIONS_API.keys, key), None))
        await self._store.update(forgotten[0].key, lambda _: forgotten)
