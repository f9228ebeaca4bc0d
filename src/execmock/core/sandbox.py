"""What is kept of a sandbox, and of the keys that open it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from execmock.core.clock import ClockState

__all__ = ["DRAW_BY", "SCOPES", "ApiKey", "EmbedWorkflow", "KeptFault", "Sandbox", "Scope", "workflow_of"]

Scope = Literal["read", "read-write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
DRAW_BY = ("workflowId", "externalRef")
"""The fields of requests that make the draw key unless others are chosen."""


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
class KeptFault:
    """A fault of a sandbox: its name, its source as JSON, when it was added (ms).

    `edition` numbers the additions to the sandbox, so that the counts of a fault that was replaced are no
    longer its own. A reset leaves one that `stays` in the sandbox.
    """

    name: str
    text: str
    added: int
    edition: int
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A world of its own. `root` is what all its ids follow from; it is never shown.

    Chances and ranges follow from `draw_root`, which is the same under one seed in whatever sandbox (empty
    in a sandbox of an earlier version), and from the fields of requests that `draw_by` names. `workflows` are
    the ids that may be executed; empty means any. How many requests its journal keeps, and whether with the
    bodies of answers, is `journal_size` and `journal_answers`; None means as the server does. `faults` are
    tried in their order, and `fault_edition` is the number of the last one that was added. `step_faults`
    says that an execution may follow a scenario whose steps have faults.
    """

    id: str
    organization: str
    root: bytes
    clock: ClockState
    default_scenario: str | None = None
    workflows: tuple[str, ...] = ()
    embed_workflows: tuple[EmbedWorkflow, ...] = ()
    draw_root: bytes = b""
    draw_by: tuple[str, ...] = DRAW_BY
    timezone: str | None = None
    journal_size: int | None = None
    journal_answers: bool | None = None
    faults: tuple[KeptFault, ...] = ()
    fault_edition: int = 0
    step_faults: bool = False


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a bearer key opens: one sandbox, to read or to read and write. `id` stands for it in views."""

    sandbox: str
    scope: Scope
    id: str
