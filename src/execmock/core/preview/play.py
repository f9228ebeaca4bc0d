"""Plays a scenario from its creation on, under a script of signals and reads, noting why it moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from execmock.core.progress import (
    Poll,
    Progress,
    Signal,
    Tick,
    begin,
    counts_reads,
    next_due,
    progress,
    taken,
)
from execmock.core.scenario import Scenario, Trigger
from execmock.core.scenario.triggers import Left

__all__ = ["MOST_STEPS", "Cause", "Played", "Script", "Sent", "play"]

MOST_STEPS = 200
"""Steps after which a preview stops; only a loop gets that far."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that is sent `after` milliseconds."""

    after: int
    signal: Signal


@dataclass(frozen=True, slots=True)
class Script:
    """What happens to the execution from outside, in milliseconds since its creation.

    `until` is where to stop (None: when nothing more can happen), `polls_every` how often it is read.
    """

    until: int | None = None
    signals: tuple[Sent, ...] = ()
    polls_every: int | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a step was entered: the trigger that led there, and what the step before saw; None: created."""

    trigger: Trigger | None = None
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """Where the execution got to, a cause for each visit, and the signals that nothing waited for.

    `end` is the last instant of the play; `cut` says that it was stopped in a loop.
    """

    progress: Progress
    causes: tuple[Cause, ...]
    ignored: tuple[tuple[int, Signal], ...]
    end: int
    cut: bool


def play(scenario: Scenario, start: int, seed: bytes, script: Script) -> Played:
    """Play a scenario from an instant; `seed` is what all draws of this execution follow from."""
    return _Player(scenario, start, seed, script).play()


class _Player:
    def __init__(self, scenario: Scenario, start: int, seed: bytes, script: Script) -> None:
        self.scenario = scenario
        self.start = start
        self.seed = seed
        self.script = script
        self.state = begin(start)
        self.causes = [Cause()]
        self.ignored: list[tuple[int, Signal]] = []
        self.signals = sorted(script.signals, key=lambda sent: sent.after, reverse=True)
        self.last_poll = start

    def play(self) -> Played:
        limit = None if self.script.until is None else self.start + self.script.until
        now = self.start
        while len(self.state.visits) < MOST_STEPS:
            upcoming = {kind: at for kind, at in self._upcoming().items() if at is not None}
            if not upcoming:
                break
            # At one instant time comes first, then the signal, then the read: the order of this mapping.
            kind = min(upcoming, key=lambda name: upcoming[name])
            if limit is not None and upcoming[kind] > limit:
                break
            now = max(now, upcoming[kind])
            self._happen(kind, now)
        else:
            return self._played(now, cut=True)
        return self._played(self._quiet(now) if limit is None else limit, cut=False)

    def _upcoming(self) -> Mapping[str, int | None]:
        return {
            "time": next_due(self.scenario, self.state, self.seed),
            "signal": self.start + self.signals[-1].after if self.signals else None,
            "poll": self._next_poll(),
        }

    def _next_poll(self) -> int | None:
        every = self.script.polls_every
        if every is None or not counts_reads(self.scenario, self.state, self.seed):
            return None  # a read that is not counted changes nothing
        earliest = max(self.last_poll + 1, self.state.current.at)
        return self.start + -(-(earliest - self.start) // every) * every

    def _happen(self, kind: str, now: int) -> None:
        if kind == "time":
            self._move(Tick(), now)
        elif kind == "signal":
            signal = self.signals.pop().signal
            if not self._move(signal, now):
                self.ignored.append((now, signal))
        else:
            self.last_poll = now
            self._move(Poll(), now)

    def _move(self, what: Tick | Poll | Signal, now: int) -> bool:
        """Apply an input; return whether it, or time alone for a Tick, led on."""
        state, reads = self.state, self.state.polls + isinstance(what, Poll)
        self.state = progress(self.scenario, state, what, now, self.seed)
        visits, before = self.state.visits, len(state.visits)
        for number in range(before, len(visits)):
            visit = visits[number]
            left = Left(visit.at - visits[number - 1].at, reads, visit.payload)
            self.causes.append(Cause(taken(self.scenario, state, what, self.seed), left))
            # What follows at the same instant is led to by time alone.
            what, state, reads = Tick(), Progress(visits[: number + 1]), 0
        return len(visits) > before

    def _quiet(self, now: int) -> int:
        """Return the instant after which nothing happens any more: the last step's last event."""
        visit = self.state.current
        return max([now, *(visit.at + event.at for event in self.scenario.steps[visit.step].events)])

    def _played(self, end: int, *, cut: bool) -> Played:
        return Played(self.state, tuple(self.causes), tuple(self.ignored), end, cut)
