"""Triggers: how a step is left. Each kind is a class, and all that is particular to it stands there.

A kind registers itself under its `word`, the property of a trigger in a scenario file that it is written as.
So a new kind is a class here and that property in `source.TriggerSource`: what compiles, checks and plays
scenarios asks the kinds, and names none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from execmock.core.apis import ApiDescription
from execmock.core.durations import format_duration, parse_range
from execmock.core.ids import draw
from execmock.core.json_text import encode
from execmock.core.visit import Visit

__all__ = ["KINDS", "After", "Left", "Polls", "Signalled", "Trigger", "Visits"]

KINDS: dict[str, type[Trigger]] = {}
"""Every kind of trigger by its word, in the order in which messages name them."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a step saw until it was left: milliseconds, reads by id, and the payload of the signal if any."""

    waited: int
    reads: int
    payload: Any = None


class Trigger:
    """A way to leave a step for the step at position `to`, open in a `chance` of its visits.

    The answers here are those of a kind that neither time, nor reads, nor signals lead through; each kind
    overrides what is otherwise.
    """

    __slots__ = ()

    word: ClassVar[str]
    timed: ClassVar[bool] = False
    """Whether time alone may lead through it, at the instant `due`."""
    counted: ClassVar[bool] = False
    """Whether reads by id may lead through it: see `takes_read`."""
    revisits: ClassVar[bool] = False
    """Whether it leads nowhere before the step is entered again."""

    to: int
    chance: float

    def __init_subclass__(cls) -> None:
        KINDS[cls.word] = cls

    @classmethod
    def compiled(cls, value: Any, to: int, chance: float) -> Trigger:
        """Return the trigger for the value of its property in a file; DurationError says what is wrong."""
        raise NotImplementedError

    @classmethod
    def misfit(cls, api: ApiDescription) -> str | None:
        """Return why this kind never leads anywhere in an API, as a sentence; None if it does."""
        return None

    @property
    def random(self) -> bool:
        """Whether anything about it is drawn for each visit."""
        return self.chance < 1

    @property
    def sure(self) -> bool:
        """Whether it is open in every visit."""
        return self.chance >= 1

    @property
    def soonest(self) -> int | None:
        """The shortest time (ms) after which time alone leads through it; None if it never does."""
        return None

    @property
    def latest(self) -> int | None:
        """The longest time (ms) that a step stays where this is open; None if there is no longest."""
        return None

    @property
    def signal(self) -> str | None:
        """The signal that it waits for."""
        return None

    def always_after(self, other: Trigger, *, written_first: bool) -> bool:
        """Whether another trigger of the step, wherever this one is open, always leads on before.

        `written_first` says that the other is written before this one, which decides at the same instant.
        What time leads through comes before all that arrives at that instant.
        """
        if not other.sure or other.latest is None:
            return False
        if self.soonest is None:
            return other.latest == 0
        return other.latest < self.soonest or (other.latest == self.soonest and written_first)

    def due(self, visits: Sequence[Visit], index: int, seed: bytes) -> int | None:
        """Return the instant (ms) at which time leads from the last visit through it; None if it never does.

        It is the trigger at position `index` of that visit's step; all that is drawn follows from `seed`.
        """
        return None

    def takes_read(self, reads: int) -> bool:
        """Whether a read by id leads through it that is the visit's read of that number."""
        return False

    def label(self) -> str:
        """Return what it waits for, as a diagram says it."""
        raise NotImplementedError

    def waits_for(self, reads: int) -> str | None:
        """Return what is missing after that many reads, as a preview says it; None if that is time alone."""
        return None

    def cause(self, left: Left) -> str:
        """Return why it led on, as a preview says it."""
        raise NotImplementedError

    def cause_as_json(self, left: Left) -> Mapping[str, Any]:
        """Return why it led on, as JSON-like data."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class After(Trigger):
    """Leaves a step after `low` to `high` milliseconds."""

    word = "after"
    timed = True

    low: int
    high: int
    to: int
    chance: float = 1.0

    @classmethod
    def compiled(cls, value: Any, to: int, chance: float) -> Trigger:
        """Return the trigger for a duration or a range of durations."""
        return cls(*parse_range(value), to, chance)

    @property
    def random(self) -> bool:
        """Whether the duration or the way is drawn for each visit."""
        return self.chance < 1 or self.low != self.high

    @property
    def soonest(self) -> int:
        """The low end."""
        return self.low

    @property
    def latest(self) -> int:
        """The high end."""
        return self.high

    def due(self, visits: Sequence[Visit], index: int, seed: bytes) -> int:
        """Return the instant at which the duration, drawn for the visit if it is a range, is over."""
        at, span = visits[-1].at + self.low, self.high - self.low
        return at + int(draw(seed, "after", len(visits), index) * (span + 1)) if span else at

    def label(self) -> str:
        """Return `after 1s..2s`."""
        low, high = format_duration(self.low), format_duration(self.high)
        return f"after {low}" if low == high else f"after {low}..{high}"

    def cause(self, left: Left) -> str:
        """Return `after 1s`."""
        return f"after {format_duration(left.waited)}"

    def cause_as_json(self, left: Left) -> Mapping[str, Any]:
        """Return the duration."""
        return {"after": format_duration(left.waited)}


@dataclass(frozen=True, slots=True)
class Polls(Trigger):
    """Leaves a step once `count` reads by id have seen it."""

    word = "polls"
    counted = True

    count: int
    to: int
    chance: float = 1.0

    @classmethod
    def compiled(cls, value: Any, to: int, chance: float) -> Trigger:
        """Return the trigger for a number of reads."""
        return cls(value, to, chance)

    @classmethod
    def misfit(cls, api: ApiDescription) -> str | None:
        """Reads are counted, so there have to be some."""
        return None if api.reads else f"an {api.name} execution is never read by id; use after or signal"

    def always_after(self, other: Trigger, *, written_first: bool) -> bool:
        """Also after as many reads or fewer."""
        if isinstance(other, type(self)) and other.sure:
            return other.count < self.count or (other.count == self.count and written_first)
        return Trigger.always_after(self, other, written_first=written_first)

    def takes_read(self, reads: int) -> bool:
        """Whether the count is reached."""
        return reads >= self.count

    def label(self) -> str:
        """Return `read 3 times`."""
        return _times(self.count)

    def waits_for(self, reads: int) -> str:
        """Return how many reads are missing."""
        return f"{self.count - reads} more reads"

    def cause(self, left: Left) -> str:
        """Return `read 3 times`."""
        return _times(left.reads)

    def cause_as_json(self, left: Left) -> Mapping[str, Any]:
        """Return the number of reads."""
        return {"polls": left.reads}


@dataclass(frozen=True, slots=True)
class Signalled(Trigger):
    """Leaves a step when the signal `name` arrives."""

    word = "signal"

    name: str
    to: int
    chance: float = 1.0

    @classmethod
    def compiled(cls, value: Any, to: int, chance: float) -> Trigger:
        """Return the trigger for the name of a signal."""
        return cls(value, to, chance)

    def always_after(self, other: Trigger, *, written_first: bool) -> bool:
        """Also where the other waits for the same signal."""
        if other.signal == self.name and other.sure:
            return written_first
        return Trigger.always_after(self, other, written_first=written_first)

    @property
    def signal(self) -> str:
        """The name of the signal."""
        return self.name

    def label(self) -> str:
        """Return `signal approve`."""
        return f"signal {self.name}"

    def waits_for(self, reads: int) -> str:
        """Return `signal approve`."""
        return self.label()

    def cause(self, left: Left) -> str:
        """Return `signal approve`, with the payload if there is one."""
        payload = "" if left.payload is None else f" {encode(left.payload).decode()}"
        return self.label() + payload

    def cause_as_json(self, left: Left) -> Mapping[str, Any]:
        """Return the signal with its payload."""
        return {"signal": self.name, "payload": left.payload}


@dataclass(frozen=True, slots=True)
class Visits(Trigger):
    """Leaves a step at once, from its visit number `count` on."""

    word = "visits"
    timed = True
    revisits = True
    sure = False
    soonest = 0

    count: int
    to: int
    chance: float = 1.0

    @classmethod
    def compiled(cls, value: Any, to: int, chance: float) -> Trigger:
        """Return the trigger for a number of visits."""
        return cls(value, to, chance)

    def always_after(self, other: Trigger, *, written_first: bool) -> bool:
        """Also where the other is open from as many visits or fewer, and is written first."""
        if isinstance(other, type(self)):
            return written_first and other.count <= self.count and other.chance >= 1
        return Trigger.always_after(self, other, written_first=written_first)

    def due(self, visits: Sequence[Visit], index: int, seed: bytes) -> int | None:
        """Return the instant at which the last visit began, None if there were too few of its step."""
        here, missing = visits[-1], self.count
        for visit in reversed(visits):
            missing -= visit.step == here.step
            if not missing:
                return here.at
        return None

    def label(self) -> str:
        """Return `visit 3`."""
        return f"visit {self.count}"

    def cause(self, left: Left) -> str:
        """Return `visit 3`."""
        return self.label()

    def cause_as_json(self, left: Left) -> Mapping[str, Any]:
        """Return the number of visits."""
        return {"visits": self.count}


def _times(count: int) -> str:
    return f"read {count} time{'s' if count > 1 else ''}"
