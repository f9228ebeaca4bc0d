"""Publishes executions that time alone has moved, while a sandbox is watched live.

Nothing runs for a sandbox without a watcher: the state of an execution is computed when it is read.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from execmock.core.bounded_cache import BoundedCache
from execmock.core.execution import AnyExecution
from execmock.errors import StoreError
from execmock.service.engine import Engine
from execmock.service.executions.commands import ExecutionState

__all__ = ["ExecutionWatcher"]

_MOST = 2_000
_AT_ONCE = 100
"""Executions that are advanced before other requests get their turn."""
_LONGEST_WAIT = 5.0
_SHORTEST_WAIT = 0.02


class _LastLook(NamedTuple):
    """An execution as it was looked at, and when time alone moves it next; None: never."""

    execution: AnyExecution
    due: int | None

    def holds(self, execution: AnyExecution, now: int) -> bool:
        """Whether it stands the same: nothing was done to it since, and nothing fell due."""
        return self.execution is execution and (self.due is None or self.due > now)


class ExecutionWatcher:
    """Publishes a sandbox's executions as they are created and moved, the latest 2000 of each API."""

    def __init__(self, engine: Engine, sandbox: str) -> None:
        self._repository = engine.repository
        self._sandboxes = engine.sandboxes
        self._commands = engine.commands
        self._changes = engine.changes
        self._sandbox = sandbox
        self._known: BoundedCache[str, int] = BoundedCache(2 * _MOST)
        self._looked: BoundedCache[str, _LastLook] = BoundedCache(2 * _MOST)
        self._seen: int | None = None
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Watch until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            wait = await self.look()
            took = loop.time() - started
            await self._changes.wait(wait)
            # One look takes in many changes. Looking is to take no more than a fifth of the time.
            await asyncio.sleep(max(_SHORTEST_WAIT, 4 * took))

    async def look(self) -> float:
        """Publish what moved since the last look; return the real seconds until more may.

        The first look publishes nothing. One after a pause publishes what moved during it.
        """
        async with self._looking:
            try:
                await self._changes.follow(self._sandbox)
                return await self._look()
            except StoreError:
                # It is looked at again as soon as something happens, or in a while.
                return _LONGEST_WAIT

    async def _look(self) -> float:
        silently = self._seen is None or self._starts_again()
        self._seen = self._changes.last
        sandbox = await self._sandboxes.get(self._sandbox)
        if sandbox is None:
            return _LONGEST_WAIT
        wait, now, computed = _LONGEST_WAIT, self._sandboxes.now(sandbox), 0
        for execution in await self._repository.latest(sandbox, _MOST):
            kept = self._looked.get(execution.id)
            if kept is not None and kept.holds(execution, now):
                due = kept.due
            else:
                standing = self._commands.state_of(execution, sandbox)
                due = standing.due
                self._looked.keep(execution.id, _LastLook(execution, due))
                self._publish(standing, silently)
                computed += 1
                if not computed % _AT_ONCE:
                    # Others are answered meanwhile.
                    await asyncio.sleep(0)
            if due is not None and sandbox.clock.speed:
                wait = min(wait, (due - now) / sandbox.clock.speed / 1000)
        return max(wait, _SHORTEST_WAIT)

    def _starts_again(self) -> bool:
        """Learn what others have published; return whether the sandbox was replaced by a snapshot."""
        restored = False
        for change in self._changes.since(self._seen or 0, self._sandbox):
            if change.kind == "execution":
                self._known.keep(change.data["id"], len(change.data["history"]))
            elif change.kind == "sandbox" and change.data["id"] == self._sandbox:
                # Ids may come again.
                self._known.clear()
                self._looked.clear()
                restored = change.data["change"] == "restored"
        return restored

    def _publish(self, standing: ExecutionState, silently: bool) -> None:
        name, visits = standing.execution.id, len(standing.progress.visits)
        if self._known.get(name) == visits:
            return
        self._known.keep(name, visits)
        if not silently:
            self._changes.publish(self._sandbox, "execution", standing.as_json())
