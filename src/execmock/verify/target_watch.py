"""Notices during a run that a key is no longer accepted, or that the service has gone away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from execmock.errors import ExecmockError
from execmock.verify.exchange import Exchange
from execmock.verify.rate_limit import REAL, Timer

__all__ = ["TargetWatch", "Unreachable", "excerpt"]

_PAUSES = (0.2, 0.5, 1.0)
_MOST_LOST = 4
_LEAST_OFTEN = 64
_GATEWAY = frozenset({0, 502, 503, 504})
_OWN_PROBES = frozenset({"preflight", "watch"})


class Unreachable(ExecmockError):  # noqa: N818 - what is wrong is the target
    """The target does not answer, is not the API, or refuses the key."""


@dataclass(slots=True)
class TargetWatch:
    """Asks again for what the run began with, when answers give a reason to: a page of the list with a key.

    `ask` sends that request for an identity; `names` are the options that gave the keys; `usual` is the
    status that it had before the run.
    """

    url: str
    ask: Callable[[str], Awaitable[Exchange]]
    names: Mapping[str, str]
    usual: int = 200
    timer: Timer = REAL
    gone: Unreachable | None = None
    """Why the run cannot go on."""
    _refused: Counter[str] = field(default_factory=Counter)
    _often: dict[str, int] = field(default_factory=dict)
    _lost: list[Exchange] = field(default_factory=list)
    _asking: bool = False

    async def look_at(self, seen: Exchange) -> None:
        """Take note of an exchange; Unreachable if it turns out that the run cannot go on."""
        if self.gone:
            raise self.gone
        if seen.probe in _OWN_PROBES:
            return
        self._note(seen)
        if self._asking:
            return
        self._asking = True
        try:
            if self._refused[seen.identity] >= self._often.get(seen.identity, 1):
                await self._ask_about_key(seen.identity, seen.number)
            if len(self._lost) >= _MOST_LOST:
                await self._ask_about_service()
        finally:
            self._asking = False

    async def finish(self) -> None:
        """Ask once more about what was not settled; Unreachable as above."""
        for identity in [name for name, times in self._refused.items() if times]:
            await self._ask_about_key(identity, 0)
        if self._lost:
            await self._ask_about_service()
        if self.gone:
            raise self.gone

    def _note(self, seen: Exchange) -> None:
        if seen.status in _GATEWAY and not seen.throttled:
            self._lost.append(seen)
        else:
            self._lost.clear()
        if seen.status == 401 and seen.identity in self.names:
            self._refused[seen.identity] += 1

    async def _ask_about_key(self, identity: str, number: int) -> None:
        for pause in _PAUSES[:2]:
            answer = await self.ask(identity)
            if answer.status not in (401, 403):
                self._refused[identity] = 0
                self._often[identity] = min(2 * self._often.get(identity, 1), _LEAST_OFTEN)
                return
            await self.timer.sleep(pause)
        after = f" after {number} requests" if number else ""
        self._end(
            f"{self.url} stopped accepting the key of {self.names[identity]}{after}:"
            f" {answer.status} {excerpt(answer)}"
        )

    async def _ask_about_service(self) -> None:
        first = self._lost[0]
        for pause in _PAUSES:
            answer = await self.ask("a")
            if answer.status not in _GATEWAY or answer.status == self.usual:
                self._lost.clear()
                return
            await self.timer.sleep(pause)
        said = answer.lost or f"status {answer.status}"
        path = first.request.url.removeprefix(self.url).partition("?")[0][:80]
        self._end(
            f"{self.url} stopped answering after {first.number - 1} requests: {said}; the first without an"
            f" answer was {first.request.method} {path} (probe {first.probe})"
        )

    def _end(self, reason: str) -> None:
        self.gone = Unreachable(reason)
        raise self.gone


def excerpt(seen: Exchange) -> str:
    """Return what an answer says, short enough for a sentence."""
    message = seen.at("/message")
    return message if isinstance(message, str) else seen.text(80)
