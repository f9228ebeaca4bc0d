"""A sandbox's clock as a value: a pure mapping from the real instant to the sandbox's.

All instants are milliseconds since 1970. The clock never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from execmock.core.durations import format_instant
from execmock.errors import ExecmockError

__all__ = ["FASTEST", "LATEST", "ClockError", "ClockState"]

FASTEST = 1_000_000
LATEST = 253_370_764_799_999
"""Where clocks end: the end of the year 9998. What falls due a little later can still be written."""


class ClockError(ExecmockError):
    """The clock was told to do what it cannot: go back, or run at a negative speed."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """At the real instant `real` the sandbox's clock showed `shown` and has run at `speed` since.

    `speed` 1 is real time, 60 makes an hour of a minute, 0 is frozen; `resume` is the speed to go back to.
    """

    real: int
    shown: int
    speed: float = 1.0
    resume: float = 1.0

    def now(self, real: int) -> int:
        """Return the sandbox's instant at a real instant; a real clock set back changes nothing.

        At `LATEST` it stands still.
        """
        if self.speed == 0 or real <= self.real:
            return self.shown
        return min(self.shown + int((real - self.real) * self.speed), max(self.shown, LATEST))

    @property
    def frozen(self) -> bool:
        """Whether time stands still until it is advanced."""
        return self.speed == 0

    def freeze(self, real: int) -> ClockState:
        """Stand still at the present instant."""
        return replace(self, real=real, shown=self.now(real), speed=0.0)

    def unfreeze(self, real: int) -> ClockState:
        """Run on at the speed it had before it was frozen."""
        return self.at_speed(self.resume, real)

    def at_speed(self, speed: float, real: int) -> ClockState:
        """Run `speed` times as fast as real time from now on."""
        if not 0 < speed <= FASTEST:
            raise ClockError(f"{speed:g} is not a speed; expected a number above 0 and at most {FASTEST}")
        return ClockState(real=real, shown=self.now(real), speed=float(speed), resume=float(speed))

    def advance_to(self, instant: int, real: int) -> ClockState:
        """Show `instant`, which must not lie in the past, and go on as before."""
        present = self.now(real)
        if instant < present:
            raise ClockError(
                f"the clock never goes back: it shows {format_instant(present)}, "
                f"which is after {format_instant(instant)}"
            )
        if instant > LATEST:
            raise ClockError(f"{format_instant(LATEST)} is the last instant that a clock shows")
        return replace(self, real=real, shown=instant)

    def advance(self, milliseconds: int, real: int) -> ClockState:
        """Show an instant `milliseconds` later, and go on as before."""
        return self.advance_to(self.now(real) + milliseconds, real)
