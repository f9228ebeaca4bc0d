"""What is kept of an execution. Everything that is shown of it is computed from this (see views)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from execmock.core.ids import derive
from execmock.core.json_text import canonical
from execmock.core.progress import Progress
from execmock.core.sandbox import Sandbox
from execmock.core.scenario.model import Scenario

__all__ = [
    "EmbedExecution",
    "Execution",
    "Idempotency",
    "request_digest",
    "seed_for",
]


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution of the executions API.

    `created_at` is milliseconds on its sandbox's clock, `scenario` a `name@version`, `request` the accepted
    properties of the create body as JSON. `draw_seed` is what everything drawn for it follows from; empty
    where its scenario draws nothing.
    """

    id: str
    sandbox: str
    created_at: int
    scenario: str
    request: bytes
    initiated_by: str
    progress: Progress
    draw_seed: bytes = b""


@dataclass(frozen=True, slots=True)
class EmbedExecution:
    """An execution of an embedded workflow. `workflow` holds the workflow's key and name."""

    id: str
    sandbox: str
    created_at: int
    scenario: str
    hashid: str
    workflow: tuple[str, str]
    execution_data: bytes
    progress: Progress
    draw_seed: bytes = b""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What an idempotency key stands for: the digest of its first request, and what that made.

    `answer` is the first answer's body where that is replayed, `expires` the instant it is forgotten.
    """

    key: str
    digest: str
    made: str
    answer: bytes | None = None
    expires: int | None = None


def seed_for(scenario: Scenario, sandbox: Sandbox, execution: Execution | EmbedExecution) -> bytes:
    """Return the seed for an execution of a scenario; nothing is derived where nothing is drawn."""
    if not scenario.draws:
        return b""
    # Stores and snapshots of earlier versions hold no seeds; there, draws follow from the id.
    return execution.draw_seed or derive(sandbox.root, "execution-seed", execution.id)


def request_digest(request: Mapping[str, Any]) -> str:
    """Return what an idempotency key's requests are compared by: equal for equal requests."""
    return blake2b(canonical(request), digest_size=16).hexdigest()
