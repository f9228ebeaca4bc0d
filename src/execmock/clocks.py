"""Clocks and entropy: the only places where real time and real randomness enter."""

from __future__ import annotations

import os
import time

from execmock.core.ids import derive

__all__ = ["ManualClock", "SeededEntropy", "SystemClock", "SystemEntropy"]


class SystemClock:
    """The machine's time, held to never go back when somebody sets it."""

    def __init__(self) -> None:
        self._offset = time.time_ns() - time.monotonic_ns()  # noqa: TID251 - real time enters here

    def now(self) -> int:
        """Return milliseconds since 1970."""
        return (time.monotonic_ns() + self._offset) // 1_000_000


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
    """Bytes that nobody can guess."""

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
