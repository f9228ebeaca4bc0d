"""How often a fault was meant for a request and struck one, as stores keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

__all__ = ["FaultCount"]

_Number = Annotated[int, Meta(ge=0, le=1 << 53)]


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How many requests a fault was meant for, and how many it struck; `since` is when the first came (ms).

    Of one that strikes what is over a rate, `full` is when all of that can come at once again (microseconds).

    `fault` is its name, `edition` the number of its addition, `per` the execution that is
    counted for by itself.
    """

    fault: str
    edition: _Number = 0
    since: _Number = 0
    seen: _Number = 0
    struck: _Number = 0
    per: str = ""
    full: _Number = 0
