"""Clocks and entropy: the only places where real time and real randomness enter."""

from __future__ import annotations

import os
import sys
import time
from functools import partial

from execmock.core.ids import derive

__all__ = ["ManualClock", "SeededEntropy", "SystemClock", "SystemEntropy", "monotonic"]

_HAS_CLOCKS = hasattr(time, "clock_gettime_ns")
"""Whether the system's clocks can be read by their numbers; not so on Windows.

Tests that mock time replace `time.time`, `time.monotonic` and the like in the whole process, the mock's
server included. They leave these clocks as they are, but for one: see `_wall_ns`.
"""


if _HAS_CLOCKS:
    # Bound once: each request asks four times.
    monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    _monotonic_ns = partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC)
else:
    monotonic, _monotonic_ns = partial(time.monotonic), partial(time.monotonic_ns)
"""Seconds, and nanoseconds, of real time since some instant, also where a test mocks time."""


def _wall_ns() -> int:
    """Return nanoseconds since 1970."""
    time_machine = sys.modules.get("time_machine")
    if time_machine is not None and time_machine.escape_hatch.is_travelling():
        # It replaces the system's clock too, and leaves this way to the real one.
        return int(time_machine.escape_hatch.time.time_ns())
    return time.clock_gettime_ns(time.CLOCK_REALTIME) if _HAS_CLOCKS else time.time_ns()  # noqa: TID251 - real time enters here


class SystemClock:
    """The machine's time; it never goes back when it is set, and is real also where a test mocks time."""

    def __init__(self) -> None:
        self._offset = _wall_ns() - _monotonic_ns()

    def now(self) -> int:
        """Return milliseconds since 1970."""
        return (_monotonic_ns() + self._offset) // 1_000_000


class ManualClock:
    """Time that moves only when it is told to: for tests and for previews."""

    def __init__(self, now: int = 1_767_258_000_000) -> None:
        self._now = now

    def now(self) -> int:
        """Return milliseconds since 1970; 2026-01-01T09:00:00Z unless told otherwise."""
        return self._now

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self._now += milliseconds


class SystemEntropy:
    """Bytes that cannot be guessed."""

    def root(self, label: str) -> bytes:
        """Return 32 fresh bytes; the label changes nothing."""
        return os.urandom(32)  # noqa: TID251 - real randomness enters here


class SeededEntropy:
    """Bytes that follow from a seed: the same in every run."""

    def __init__(self, seed: int) -> None:
        self._seed = str(seed).encode()

    def root(self, label: str) -> bytes:
        """Return 32 bytes for a label, always the same under one seed."""
        return derive(self._seed, "root", label, size=32)
