"""What is kept of the world that a sandbox was started from, so that a reset can go back to it."""

from __future__ import annotations

from dataclasses import dataclass

from execmock.core.sandbox import Scope

__all__ = ["WorldOrigin"]


@dataclass(frozen=True, slots=True)
class WorldOrigin:
    """What a sandbox was started from: a world's name and text, and which of its sandboxes (`plan`).

    `keys` open it; the rest are the options that went before what the world says.
    """

    world: str
    text: str
    plan: str
    keys: tuple[tuple[str, Scope], ...]
    start: int | None
    speed: float
    frozen: bool
    scenario: str | None
