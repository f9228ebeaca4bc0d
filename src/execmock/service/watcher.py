"""Notices executions that move by time alone, for those that watch a sandbox live.

Nothing runs while nobody watches: executions are computed, not driven, and stay so.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from execmock.errors import StoreError
from execmock.service.engine import Engine
from execmock.service.steering import Standing
from execmock.service.tracking import EMBED, EXECUTION

__all__ = ["Watcher"]

_MOST = 2_000
_LONGEST_WAIT = 5.0
_SHORTEST_WAIT = 0.02


class Watcher:
    """Publishes a sandbox's executions as they are created and moved, the latest 2000 of them."""

    def __init__(self, engine: Engine, sandbox: str) -> None:
        self._tracking = engine.tracking
        self._sandboxes = engine.sandboxes
        self._steering = engine.steering
        self._changes = engine.changes
        self._sandbox = sandbox
        self._known: OrderedDict[str, int] = OrderedDict()

    async def run(self) -> None:
        """Watch until cancelled."""
        wait = await self._look(silently=True)
        while True:
            await self._changes.wait(wait)
            # Whoever woke us may go on at once; a breath in between makes one look of many changes.
            await asyncio.sleep(_SHORTEST_WAIT)
            wait = await self._look()

    async def _look(self, *, silently: bool = False) -> float:
        """Publish what moved since the last look; return the real seconds until more may."""
        try:
            return await self._look_at_store(silently)
        except StoreError:
            return _LONGEST_WAIT

    async def _look_at_store(self, silently: bool) -> float:
        sandbox = await self._sandboxes.get(self._sandbox)
        if sandbox is None:
            return _LONGEST_WAIT
        wait = _LONGEST_WAIT
        for kind in (EMBED, EXECUTION):
            for execution in reversed(await self._tracking.page(sandbox, kind, 0, _MOST)):
                standing = self._steering.standing_of(execution, sandbox)
                self._publish(standing, silently)
                if standing.due is not None and sandbox.clock.speed:
                    wait = min(wait, (standing.due - standing.now) / sandbox.clock.speed / 1000)
        return max(wait, _SHORTEST_WAIT)

    def _publish(self, standing: Standing, silently: bool) -> None:
        name, visits = standing.execution.id, len(standing.progress.visits)
        if self._known.get(name) == visits:
            return
        self._known[name] = visits
        if len(self._known) > 2 * _MOST:
            self._known.popitem(last=False)
        if not silently:
            self._changes.publish(self._sandbox, "execution", standing.as_json())
