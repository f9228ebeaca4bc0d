"""What tells a target the time: the machine, or a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def wall_clock() -> datetime:
    """Return the time of day in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - a service outside execmock; everything else gets this handed in


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += timedelta(seconds=seconds)

    def pass_time(self, milliseconds: int) -> None:
        """Let so many milliseconds pass."""
        self.now += timedelta(milliseconds=milliseconds)
