"""The target's memory: executions by id and by organization, remembered keys, embed answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from .values import Answer, Execution


@dataclass(slots=True)
class Shelf:
    """All that a running target holds; it dies with it."""

    executions: dict[str, Execution] = field(default_factory=dict)
    lists: dict[str, list[Execution]] = field(default_factory=dict)
    remembered: dict[tuple[str, str], tuple[str, Execution]] = field(default_factory=dict)
    """(organization, idempotency key) to the body's canonical text and the execution it made."""
    replays: dict[tuple[str, ...], Answer] = field(default_factory=dict)

    def add(self, execution: Execution) -> None:
        """Keep an execution and append it to its organization's list."""
        self.executions[execution.id] = execution
        self.of(execution.organization).append(execution)

    def of(self, organization: str) -> list[Execution]:
        """Return the organization's executions, oldest first; the list itself."""
        return self.lists.setdefault(organization, [])
