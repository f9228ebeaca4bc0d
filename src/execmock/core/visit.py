"""A visit: what an execution's history is made of."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Visit"]


class Visit(NamedTuple):
    """One stay in a step: its position, since when (ms), and the signal that led there with its payload."""

    step: int
    at: int
    signal: str | None = None
    payload: Any = None
