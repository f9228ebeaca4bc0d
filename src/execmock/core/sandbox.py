"""What is kept of a sandbox, and of the keys that open it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from execmock.core.clock import ClockState

__all__ = ["SCOPES", "ApiKey", "EmbedWorkflow", "Sandbox", "Scope", "workflow_of"]

Scope = Literal["read", "read-write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class EmbedWorkflow:
    """A workflow of the embed API, by the three names it can be executed under, and its title."""

    id: str
    hashid: str
    key: str
    name: str


def workflow_of(bind: Mapping[str, str]) -> EmbedWorkflow:
    """Return the workflow that an embed scenario binds; its key is its name where it has none."""
    return EmbedWorkflow(bind["id"], bind["hashid"], bind["key"], bind.get("name", bind["key"]))


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A world of its own. `root` is what all its ids and draws follow from; it is never shown.

    `workflows` are the ids that may be executed; empty means any.
    """

    id: str
    organization: str
    root: bytes
    clock: ClockState
    default_scenario: str | None = None
    workflows: tuple[str, ...] = ()
    embed_workflows: tuple[EmbedWorkflow, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a bearer key opens: one sandbox, to read or to read and write. `id` stands for it in views."""

    sandbox: str
    scope: Scope
    id: str
