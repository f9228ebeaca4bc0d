"""What is kept of which sandboxes hold an execution, where its id alone does not tell."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["IdHolders", "RestoredIds"]


@dataclass(frozen=True, slots=True)
class IdHolders:
    """The sandboxes that an id leads to, in the order in which they came to hold it."""

    sandboxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestoredIds:
    """The ids of a sandbox's executions that were made in another one, and came by a snapshot."""

    ids: tuple[str, ...]
