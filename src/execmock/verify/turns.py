"""When probes run: most at once, some while others hold still, some after all others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from execmock.verify.probe import Probe, Turn

__all__ = ["Quiet", "in_turn"]


class Quiet:
    """A lock with two sides: many hold `shared` at once, and none of them while `alone` is held."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._wanted = False
        self._shared = 0

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Wait while others want to be alone."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._wanted)
            self._shared += 1
        try:
            yield
        finally:
            async with self._changed:
                self._shared -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until `shared` is not held, and have others wait for it until the block ends."""
        async with self._changed:
            self._wanted = True
            await self._changed.wait_for(lambda: not self._shared)
        try:
            yield
        finally:
            async with self._changed:
                self._wanted = False
                self._changed.notify_all()


async def in_turn(
    probes: Sequence[Probe],
    run: Callable[[Probe], Coroutine[Any, Any, None]],
    quiet: Quiet,
    spare: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Run each probe at its turn; the first error ends all, and is raised.

    `spare` runs while there is nothing to do but to wait for probes of the turn `meanwhile`.
    """

    def of(turn: Turn) -> list[Probe]:
        return [each for each in probes if each.turn == turn]

    try:
        async with asyncio.TaskGroup() as group:
            meanwhile = [group.create_task(run(each)) for each in of("meanwhile")]
            await _all(group.create_task(run(each)) for each in of("together"))
            for each in of("alone"):
                async with quiet.alone():
                    await run(each)
            filling = group.create_task(spare())
            await _all(meanwhile)
            filling.cancel()
    except ExceptionGroup as several:
        raise several.exceptions[0]  # noqa: B904 - the first error is enough, with its own cause
    for each in of("last"):
        await run(each)


async def _all(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Wait for tasks; their group raises what they raise."""
    waited_for = tuple(tasks)
    if waited_for:
        await asyncio.wait(waited_for)
