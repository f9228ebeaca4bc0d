"""A fault compiled, and what comes of faults that strike a request."""

from __future__ import annotations

from dataclasses import dataclass

from execmock.core.faults.effects import Effect
from execmock.core.faults.matchers import Matcher
from execmock.core.faults.request import AskedRequest
from execmock.core.faults.slow import Slow
from execmock.core.faults.timing import Counting, Window

__all__ = ["Fault", "Wait"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `text` is its source as JSON, from which the same fault is compiled anywhere."""

    name: str
    matchers: tuple[Matcher, ...]
    counting: Counting
    window: Window
    slow: Slow | None
    effect: Effect | None
    text: str = ""

    def fits(self, request: AskedRequest) -> bool:
        """Whether it is meant for a request, whenever that comes."""
        changed = () if self.effect is None else self.effect.operations
        if changed and request.operation not in changed:
            return False
        return all(matcher.fits(request) for matcher in self.matchers)

    @property
    def in_front(self) -> bool:
        """Whether it comes from what stands in front of the service, where no key is looked at."""
        return self.effect is None or self.effect.in_front

    @property
    def about_execution(self) -> bool:
        """Whether it asks for the execution that a request is about."""
        return self.counting.per_execution or any(matcher.about_execution for matcher in self.matchers)

    @property
    def said(self) -> str:
        """What it does, in a few words."""
        words = [] if self.slow is None else [f"slow ({self.slow.said})"]
        if self.effect is not None:
            words.append(self.effect.said)
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait before an answer is written: milliseconds, by the clock of the sandbox or in real time."""

    fault: str
    milliseconds: int
    on_clock: bool = False

    @property
    def on(self) -> str:
        """What the wait passes on: `clock` or `real`."""
        return "clock" if self.on_clock else "real"
