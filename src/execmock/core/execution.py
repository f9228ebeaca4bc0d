"""What is stored of an execution. All that is shown of it is computed from this (see views)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar, NamedTuple

from execmock.core.apis import EMBED_API, EXECUTIONS_API, ApiDescription
from execmock.core.ids import derive, hashid, sandbox_tag, uuid7, xid
from execmock.core.json_text import canonical, decode_kept, encode
from execmock.core.progress import Progress, begin
from execmock.core.sandbox import EmbedWorkflow, Sandbox
from execmock.core.scenario.model import Scenario

__all__ = [
    "AnyExecution",
    "EmbedExecution",
    "Execution",
    "Idempotency",
    "Origin",
    "new_embed_execution",
    "new_execution",
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

    api: ClassVar[ApiDescription] = EXECUTIONS_API
    zone: ClassVar[str | None] = None

    id: str
    sandbox: str
    created_at: int
    scenario: str
    request: bytes
    initiated_by: str
    progress: Progress
    draw_seed: bytes = b""

    @property
    def body(self) -> bytes:
        """What its request brought along, as JSON."""
        return self.request

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that its request named."""
        return str(decode_kept(self.request).get("workflowId", ""))


@dataclass(frozen=True, slots=True)
class EmbedExecution:
    """An execution of an embedded workflow. `workflow` holds the workflow's key and name.

    `zone` is what its local times are told in; None is the server's.
    """

    api: ClassVar[ApiDescription] = EMBED_API

    id: str
    sandbox: str
    created_at: int
    scenario: str
    hashid: str
    workflow: tuple[str, str]
    execution_data: bytes
    progress: Progress
    draw_seed: bytes = b""
    zone: str | None = None

    @property
    def body(self) -> bytes:
        """What its request brought along, as JSON."""
        return self.execution_data

    @property
    def workflow_id(self) -> str:
        """The key of the workflow that is embedded."""
        return self.workflow[0]


AnyExecution = Execution | EmbedExecution


class Origin(NamedTuple):
    """What a new execution comes from: `number` counts in the sandbox, `at` is its clock's instant (ms)."""

    sandbox: Sandbox
    scenario: Scenario
    number: int
    at: int


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What an idempotency key stands for: the digest of its first request, and the execution that made.

    `answer` is the first answer's body where that is replayed, `expires` the instant (ms) at which the key
    stands for nothing again; None is never.
    """

    key: str
    digest: str
    made: str
    answer: bytes | None = None
    expires: int | None = None

    def expired(self, now: int) -> bool:
        """Whether the key stands for nothing any more."""
        return self.expires is not None and self.expires <= now


def new_execution(origin: Origin, request: Mapping[str, Any], caller: str) -> Execution:
    """Return a new execution; `request` holds the accepted properties of the body, `caller` names the key."""
    sandbox, scenario, number, at = origin
    return Execution(
        id="exec_" + xid(at // 1000, sandbox_tag(sandbox.id), number),
        sandbox=sandbox.id,
        created_at=at,
        scenario=scenario.reference,
        request=encode(request),
        initiated_by=caller,
        progress=begin(at),
    )


def new_embed_execution(
    origin: Origin, workflow: EmbedWorkflow, data: Any, *, own_hashid: bool = True
) -> EmbedExecution:
    """Return a new execution of a workflow; without a hashid of its own it shows the workflow's."""
    sandbox, scenario, number, at = origin
    random = derive(sandbox.root, "embed", str(number), size=16)
    return EmbedExecution(
        id=uuid7(at, random),
        sandbox=sandbox.id,
        created_at=at,
        scenario=scenario.reference,
        hashid=hashid(random[10:]) if own_hashid else workflow.hashid,
        workflow=(workflow.key, workflow.name),
        execution_data=encode(data),
        progress=begin(at),
        zone=sandbox.timezone,
    )


def seed_for(scenario: Scenario, sandbox: Sandbox, execution: AnyExecution) -> bytes:
    """Return the seed for an execution of a scenario; nothing is derived where nothing is drawn."""
    if not scenario.draws:
        return b""
    # Stores and snapshots of earlier versions hold no seeds; there, draws follow from the id.
    return execution.draw_seed or derive(sandbox.root, "execution-seed", execution.id)


def request_digest(request: Mapping[str, Any]) -> str:
    """Return what an idempotency key's requests are compared by: equal for equal requests."""
    return blake2b(canonical(request), digest_size=16).hexdigest()
