"""Logs the moves of executions as they fall due: what a developer watches while a page polls.

Nothing runs for a move itself, for where an execution stands is computed when it is read. The access log
tells what was asked: what a request made or read is looked at, and everything after a control request.
Besides, what falls due is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from execmock.core.contract.reserved import first_segment
from execmock.core.execution import AnyExecution
from execmock.errors import ExecmockError
from execmock.server.control import PREFIX
from execmock.server.http.access_log import AccessLog
from execmock.server.http.log_lines import Answered, Line, Moved
from execmock.service.engine import Engine
from execmock.service.sandboxes import Sandbox

__all__ = ["MoveLog"]

_MOST = 2_000
_LONGEST_WAIT = 5.0
_BETWEEN_SERVERS = 1.0
"""Seconds after which everything is looked at again, where other servers may have moved it."""
_SHORTEST_WAIT = 0.02


class _Known(NamedTuple):
    """How often an execution had moved when it was looked at, and when (ms) it moves next by itself."""

    visits: int
    due: int | None


class MoveLog:
    """Follows the latest 2000 executions; `shared` says whether other servers move them too."""

    def __init__(self, engine: Engine, log: AccessLog, *, shared: bool = False) -> None:
        self._engine = engine
        self._log = log
        self._shared = shared
        self._known: dict[tuple[str, str], _Known] = {}
        self._asked: set[tuple[str, str]] = set()
        self._all = True
        self._woken = asyncio.Event()
        log.listener = self._told

    async def run(self) -> None:
        """Log until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            self._woken.clear()
            try:
                wait = await self.look()
            except ExecmockError:
                # Requests report what is wrong with the store, or with a clock.
                wait = _LONGEST_WAIT
            # Looking is to take no more than a fifth of the time.
            await asyncio.sleep(max(_SHORTEST_WAIT, 4 * (loop.time() - started)))
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def look(self) -> float:
        """Log what moved since the last look; return the real seconds until more may."""
        if self._all or self._shared:
            self._all = False
            await self._look_at_all()
        asked, self._asked = self._asked, set()
        wait = _BETWEEN_SERVERS if self._shared else _LONGEST_WAIT
        for name in {sandbox for sandbox, _ in (*self._known, *asked)}:
            sandbox = await self._engine.sandboxes.get(name)
            if sandbox is not None:
                await self._look_into(sandbox, asked)
                wait = min(wait, self._until_next(sandbox))
        # Looked at by due instant, which a cache does not give; the oldest go.
        self._known = dict(list(self._known.items())[-_MOST:])
        return wait

    def _told(self, lines: Sequence[Line]) -> None:
        """Learn from the log what was asked."""
        for line in lines:
            if isinstance(line, Answered):
                self._learn(line)

    def _learn(self, line: Answered) -> None:
        result = line.result
        if result.sandbox is not None and (result.made or (result.sandbox.id, result.subject) in self._known):
            self._asked.add((result.sandbox.id, result.made or result.subject))
            self._woken.set()
        elif first_segment(line.request.path) == PREFIX:
            self._all = True
            self._woken.set()

    async def _look_at_all(self) -> None:
        """Look at what is known, and learn the rest; what is gone is forgotten."""
        before, self._known = self._known, {}
        for sandbox in await self._engine.sandboxes.all():
            for execution in await self._engine.repository.latest(sandbox, _MOST):
                place = (sandbox.id, execution.id)
                known = before.get(place)
                if known is not None:
                    self._known[place] = known
                if place not in self._asked:
                    self._look_at(execution, sandbox, silently=known is None)

    async def _look_into(self, sandbox: Sandbox, asked: set[tuple[str, str]]) -> None:
        """Look at the executions of a sandbox that were asked for, or that moved by themselves."""
        now = self._engine.sandboxes.now(sandbox)
        due = [place for place, known in self._known.items() if known.due is not None and known.due <= now]
        for place in dict.fromkeys([*due, *asked]):
            if place[0] == sandbox.id:
                execution = await self._engine.repository.find(sandbox, place[1])
                if execution is not None:
                    self._look_at(execution, sandbox)
                else:
                    self._known.pop(place, None)

    def _look_at(self, execution: AnyExecution, sandbox: Sandbox, *, silently: bool = False) -> None:
        state = self._engine.commands.state_of(execution, sandbox)
        place = (sandbox.id, execution.id)
        visits = state.progress.visits
        # What is not known was made just now.
        before = self._known[place].visits if place in self._known else 1
        self._known[place] = _Known(len(visits), state.due)
        if len(visits) > before and not silently:
            steps = [state.scenario.steps[visit.step] for visit in visits[before - 1 :]]
            way = [(step.status, step.name) for step in steps]
            now = self._engine.clock.now()
            self._log.add_move(Moved(now, sandbox.id, execution.id, state.scenario.name, way))

    def _until_next(self, sandbox: Sandbox) -> float:
        """Return the real seconds until an execution of a sandbox moves by itself."""
        speed = sandbox.clock.speed
        if not speed:
            return _LONGEST_WAIT
        now = self._engine.sandboxes.now(sandbox)
        places = (known.due for place, known in self._known.items() if place[0] == sandbox.id)
        soonest = min((due for due in places if due is not None), default=None)
        return _LONGEST_WAIT if soonest is None else max(0.0, (soonest - now) / speed / 1000)
