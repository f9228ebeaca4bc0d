"""Answers that wait: in real time, or until a sandbox's clock shows an instant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from execmock.core.durations import format_instant
from execmock.core.sandbox import Sandbox
from execmock.service.services import Services

__all__ = ["HeldAnswer", "Waits"]

_LOOKS_EVERY = 0.2
"""Seconds between looks at what may have changed without a word: the client left, another server's change."""
_SAID_AFTER = 5.0
"""Seconds after which an answer that is held by a clock is logged."""


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """An answer that waits for a sandbox's clock to show `until` (ms); `request` says which it is."""

    sandbox: str
    request: str
    faults: tuple[str, ...]
    since: int
    until: int

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-like data."""
        return {
            "request": self.request,
            "faults": list(self.faults),
            "since": format_instant(self.since),
            "until": format_instant(self.until),
        }


class Waits:
    """Lets answers wait, and releases them. `say` writes a line to the log."""

    def __init__(
        self, services: Services, say: Callable[[str], None], *, says_after: float = _SAID_AFTER
    ) -> None:
        self._sandboxes = services.sandboxes
        self._changes = services.changes
        self._say = say
        self._says_after = says_after
        self._held: dict[int, HeldAnswer] = {}
        self._numbers = 0
        self._released: set[int] = set()
        self._ended = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether the server is about to stop."""
        return self._ended.is_set()

    def held(self, sandbox: str) -> Sequence[HeldAnswer]:
        """Return the answers of a sandbox that are held by its clock in this server, the oldest first."""
        return [answer for answer in self._held.values() if answer.sandbox == sandbox]

    def release(self, sandbox: str) -> None:
        """Let every answer of a sandbox go on at once."""
        self._released |= {number for number, answer in self._held.items() if answer.sandbox == sandbox}
        self._changes.next_number()

    def end(self) -> None:
        """Let every answer go on: the server is about to stop."""
        self._ended.set()
        self._changes.next_number()

    async def real(self, seconds: float, gone: Callable[[], bool]) -> None:
        """Return after some seconds of real time, or when the client is gone or the server stops."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0 and not gone() and not self._ended.is_set():
            try:
                async with asyncio.timeout(min(left, _LOOKS_EVERY)):
                    await self._ended.wait()
            except TimeoutError:
                pass

    async def on_clock(
        self, answer: HeldAnswer, is_there: Callable[[Sandbox], bool], gone: Callable[[], bool]
    ) -> None:
        """Return when the sandbox's clock shows the answer's instant, or when it is released.

        That is when the sandbox or its fault is gone, the sandbox is reset, the client leaves, or the server
        stops. `is_there` says whether the fault still is.
        """
        self._numbers += 1
        number = self._numbers
        self._held[number] = answer
        loop = asyncio.get_running_loop()
        says_at: float | None = loop.time() + self._says_after
        try:
            while not gone() and not self._ended.is_set():
                sandbox = await self._sandboxes.get(answer.sandbox)
                if sandbox is None or not is_there(sandbox):
                    return
                if number in self._released:
                    return
                if self._sandboxes.now(sandbox) >= answer.until:
                    return
                if says_at is not None and loop.time() >= says_at:
                    self._say(_held_for_long(answer))
                    says_at = None
                await self._changes.wait(self._next_look(sandbox, answer))
        finally:
            del self._held[number]
            self._released.discard(number)

    def _next_look(self, sandbox: Sandbox, answer: HeldAnswer) -> float:
        """Return the seconds until the clock may show the instant, or until something else is looked at."""
        speed = sandbox.clock.speed
        left = answer.until - self._sandboxes.now(sandbox)
        return min(_LOOKS_EVERY, max(0.001, left / speed / 1000)) if speed else _LOOKS_EVERY


def _held_for_long(answer: HeldAnswer) -> str:
    return (
        f"the answer to {answer.request} is held by {', '.join(answer.faults)} until the clock of sandbox "
        f"{answer.sandbox} shows {format_instant(answer.until)}; advance it, or remove the fault"
    )
