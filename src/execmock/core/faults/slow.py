"""How long an answer waits, and how fast it is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from execmock.core.durations import format_duration, parse_duration, parse_range
from execmock.core.fault_effect_source import SlowSource
from execmock.core.ids import draw

__all__ = ["LONGEST_WAIT", "Slow", "slow_of"]

LONGEST_WAIT = 24 * 60 * 60 * 1000
"""Milliseconds that a draw from a distribution gives at most."""


@dataclass(frozen=True, slots=True)
class Slow:
    """A wait before the first byte (ms), and the bytes per second after it; None for as fast as can be.

    Drawn evenly from `low` to `high`; or with `p99`, from the lognormal distribution whose median is `low`.
    `on_clock` says that the wait passes on the sandbox's clock.
    """

    low: int = 0
    high: int = 0
    p99: int | None = None
    on_clock: bool = False
    bytes_per_second: int | None = None

    def drawn(self, seed: bytes) -> int:
        """Return the milliseconds that a request waits, drawn from a seed of its own."""
        if self.p99 is not None:
            return self._lognormal(draw(seed, "slow"))
        span = self.high - self.low
        return self.low + int(draw(seed, "slow") * (span + 1)) if span else self.low

    def _lognormal(self, chance: float) -> int:
        if not self.low or not self.p99:
            return self.low
        # Imported here: it brings decimals and fractions, which take long to import.
        from statistics import NormalDist

        normal = NormalDist()
        sigma = math.log(self.p99 / self.low) / normal.inv_cdf(0.99)
        # Neither end of the distribution has a value.
        deviation = normal.inv_cdf(min(max(chance, 1e-9), 1 - 1e-9))
        return round(min(self.low * math.exp(sigma * deviation), LONGEST_WAIT))

    @property
    def said(self) -> str:
        """What it does, in a few words."""
        words = []
        if self.p99 is not None:
            words.append(f"median {format_duration(self.low)}, p99 {format_duration(self.p99)}")
        elif self.high:
            low, high = format_duration(self.low), format_duration(self.high)
            words.append(low if low == high else f"{low}..{high}")
        if self.bytes_per_second is not None:
            words.append(f"{self.bytes_per_second} bytes per second")
        return ", ".join(words)


def slow_of(source: str | SlowSource) -> Slow:
    """Return the value of `slow`; DurationError for a duration that is none."""
    if isinstance(source, str):
        return Slow(*parse_range(source))
    low, high, p99 = 0, 0, None
    if source.by is not None:
        low, high = parse_range(source.by)
    elif source.median is not None:
        low = high = parse_duration(source.median)
        p99 = None if source.p99 is None else parse_duration(source.p99)
    return Slow(low, high, p99, source.on == "clock", source.bytesPerSecond)


def wrong_slow(source: str | SlowSource) -> tuple[tuple[str, ...], str] | None:
    """Return which part of `slow` cannot be, and why; None if all can."""
    if isinstance(source, str):
        return None
    given: dict[str, Any] = {
        name: getattr(source, name) for name in ("by", "median", "p99") if getattr(source, name) is not None
    }
    if not given and source.bytesPerSecond is None:
        return (), "nothing is slow here; expected `by`, `median` with `p99`, or `bytesPerSecond`"
    if "by" in given and len(given) > 1:
        return ("by",), "`by` and `median` exclude each other; expected one of them"
    if ("median" in given) != ("p99" in given):
        lacking = "p99" if "median" in given else "median"
        return (next(iter(given)),), f"{lacking} is missing; expected `median` and `p99` together"
    if "p99" in given and parse_duration(given["p99"]) < parse_duration(given["median"]):
        return ("p99",), "p99 is shorter than the median; expected a longer duration"
    if source.on == "clock" and not given:
        return ("on",), "only a wait passes on the clock; expected `by`, or `median` with `p99`"
    return None
