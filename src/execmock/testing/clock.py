"""A sandbox's clock in a test's hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from execmock.core.durations import format_duration, format_instant, parse_duration, parse_instant
from execmock.testing.control import Control
from execmock.testing.executions import ExecutionView, id_of
from execmock.testing.tracebacks import hides

__all__ = ["MockClock", "instant_text"]

__tracebackhide__ = hides


class MockClock:
    """Freezes, speeds up and advances; every method returns what the clock shows after it.

    When an advance returns, everything that fell due has happened. The clock never goes back.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        state = self._state()
        pace = "frozen" if state["frozen"] else f"speed {state['speed']:g}"
        return f"<MockClock {state['now']} {pace}>"

    @property
    def now(self) -> datetime:
        """What it shows, in UTC."""
        return _now(self._state())

    @property
    def frozen(self) -> bool:
        """Whether it stands still until it is advanced."""
        return bool(self._state()["frozen"])

    @property
    def rate(self) -> float:
        """How fast it runs, or will run again when it is no longer frozen; 1 is real time."""
        return float(self._state()["speed"])

    def freeze(self) -> datetime:
        """Stand still."""
        return self._set({"frozen": True})

    def unfreeze(self) -> datetime:
        """Run on at the speed it had before."""
        return self._set({"frozen": False})

    def speed(self, speed: float) -> datetime:
        """Run so many times as fast as real time: 60 makes an hour of a minute. A frozen clock runs again."""
        return self._set({"speed": speed, "frozen": False})

    def advance(self, by: str | timedelta) -> datetime:
        """Let a duration pass at once, such as "5s", "1h30m" or a timedelta."""
        milliseconds = by // timedelta(milliseconds=1) if isinstance(by, timedelta) else parse_duration(by)
        return self._advance({"by": format_duration(milliseconds)})

    def advance_to(self, instant: str | datetime) -> datetime:
        """Show an instant that lies ahead: a datetime, or RFC 3339 such as "2026-01-01T09:00:00Z"."""
        return self._advance({"to": instant_text(instant)})

    def advance_until(self, execution: str | ExecutionView, status: str) -> datetime:
        """Let pass what it takes an execution to reach a status or step by time alone.

        MockError when time alone never leads there.
        """
        return self._advance({"until": {"execution": id_of(execution), "status": status}})

    def _state(self) -> Any:
        return self._control.call("GET", "/clock")

    def _set(self, wanted: dict[str, Any]) -> datetime:
        return _now(self._control.call("PUT", "/clock", wanted))

    def _advance(self, wanted: dict[str, Any]) -> datetime:
        return _now(self._control.call("POST", "/clock/advance", wanted))


def instant_text(instant: str | datetime) -> str:
    """Return an instant as RFC 3339 in UTC; one without an offset is read as UTC."""
    return format_instant(parse_instant(instant))


def _now(state: Any) -> datetime:
    return datetime.fromisoformat(state["now"])
