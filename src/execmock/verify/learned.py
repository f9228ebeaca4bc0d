"""What a target shows of itself before a run: how long answers take, its clock, its limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from statistics import median
from typing import TYPE_CHECKING

from execmock.core.durations import format_duration
from execmock.verify.clock import present
from execmock.verify.exchange import Exchange

if TYPE_CHECKING:
    from execmock.settings import VerifySettings

__all__ = ["Learned", "learned_from"]

_SKEW = 120_000


@dataclass(frozen=True, slots=True)
class Learned:
    """What a target showed before the run: milliseconds that an answer takes, by which its clock is ahead.

    `limit` is the number of requests that it announces to allow, and the seconds in which it allows them.
    """

    latency: int = 0
    skew: int | None = None
    limit: tuple[int, float] | None = None
    notes: tuple[str, ...] = ()


def learned_from(seen: Sequence[Exchange], options: VerifySettings, notes: Iterable[str]) -> Learned:
    """Return what answers show, and notes for the reader of the report."""
    latency = round(1000 * median([each.received - each.sent for each in seen] or [0]))
    skew = min((found for each in seen if (found := _skew(each)) is not None), key=abs, default=None)
    limit = next(filter(None, map(_limit, seen)), None)
    return Learned(latency, skew, limit, (*notes, *_said(latency, skew, limit, options)))


def _skew(seen: Exchange) -> int | None:
    """Return the milliseconds by which the date of an answer is ahead of this machine's clock."""
    try:
        return round(parsedate_to_datetime(seen.header("date")).timestamp() * 1000) - present()
    except (ValueError, TypeError, OverflowError):
        return None


def _limit(seen: Exchange) -> tuple[int, float] | None:
    """Return how many requests an answer says are allowed, and in how many seconds."""
    for prefix in ("ratelimit-", "x-ratelimit-", "x-rate-limit-"):
        number = re.match(r"\s*([0-9]{1,9})", seen.header(f"{prefix}limit"))
        reset = re.match(r"\s*([0-9]{1,12})\s*$", seen.header(f"{prefix}reset"))
        if number and reset:
            seconds = float(reset[1])
            now = present() / 1000
            # Some services give an instant in place of a duration.
            return int(number[1]), max(seconds - now if seconds > now / 2 else seconds, 1.0)
    return None


def _said(
    latency: int, skew: int | None, limit: tuple[int, float] | None, options: VerifySettings
) -> Iterator[str]:
    """Yield what a reader of the report should know of it."""
    if skew is not None and abs(skew) >= _SKEW:
        way = "ahead of" if skew > 0 else "behind"
        yield f"the service's clock is {format_duration(abs(skew) // 60_000 * 60_000)} {way} this machine's"
    if 4 * latency >= options.timeout:
        longest = format_duration(options.timeout)
        yield f"an answer takes {format_duration(latency)}, and --timeout is {longest}"
    if limit and not options.rate:
        yield f"the service says that it allows {limit[0]} requests in {limit[1]:g} s; --rate keeps to that"
