"""What faults look at: a request, the execution that it is about, and the instant it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["AskedExecution", "AskedRequest"]


@dataclass(frozen=True, slots=True)
class AskedExecution:
    """An execution, as far as faults ask for it: its id, and where it stands."""

    id: str = ""
    workflow: str = ""
    scenario: str = ""
    status: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """A request, as far as faults ask for it.

    `at` is the sandbox's instant (ms). `headers` have lower-case names; `body` is the decoded JSON, None if
    there is none. `execution` is the one that the request is about, or what is known of the one it creates;
    `others` are the sandbox's latest, where it is about none.
    """

    operation: str
    method: str
    path: str
    at: int = 0
    sandbox: str = ""
    key: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    execution: AskedExecution | None = None
    others: Sequence[AskedExecution] = ()
