"""A world compiled: instants and durations in milliseconds, texts to templates, names known to exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from execmock.core.faults import Fault
from execmock.core.findings import DataPath

__all__ = ["ClockPlan", "Generated", "Listed", "Pick", "SandboxPlan", "SignalPlan", "World"]

Pick = tuple[Any, ...] | range
"""What one of is drawn for each execution."""


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """A signal sent `low` to `high` after the creation. `payload` may hold templates."""

    name: str
    low: int
    high: int
    payload: Any
    chance: float


@dataclass(frozen=True, slots=True)
class Listed:
    """An execution that is written down: created `age` before the start, or at `created_at`."""

    request: Mapping[str, Any]
    scenario: str | None
    age: int
    created_at: int | None
    signals: tuple[SignalPlan, ...]


@dataclass(frozen=True, slots=True)
class Generated:
    """`count` executions, spread `over` the time before the start. `weights` are scenarios with theirs."""

    count: int
    over: int
    weights: tuple[tuple[str, float], ...]
    picks: Mapping[str, Pick]
    request: Mapping[str, Any]
    signals: tuple[SignalPlan, ...]
    seed: int | None


@dataclass(frozen=True, slots=True)
class ClockPlan:
    """How a clock begins; None where the file leaves it open."""

    start: int | None = None
    frozen: bool = False
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class SandboxPlan:
    """A sandbox that is to be made. `embed_workflows` are (id, hashid, key, name)."""

    name: str
    organization: str | None
    keys: tuple[tuple[str, Literal["read", "read-write"]], ...]
    workflows: tuple[str, ...]
    embed_workflows: tuple[tuple[str, str, str, str], ...]
    scenario: str | None
    timezone: str | None
    clock: ClockPlan
    seed: int | None
    listed: tuple[Listed, ...]
    generated: tuple[Generated, ...]
    faults: tuple[Fault, ...] = ()
    path: DataPath = ()
    """Where it stands in its file's data."""


@dataclass(frozen=True, slots=True)
class World:
    """A state to start from."""

    name: str
    summary: str
    sandboxes: tuple[SandboxPlan, ...]
    text: str = ""
    """The text of its file."""
    file: str = ""
    """What its file is called in messages."""
