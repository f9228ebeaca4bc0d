"""What the control operations work on."""

from __future__ import annotations

from dataclasses import dataclass

from execmock.core.validation import Violation
from execmock.ports import Clock, Entropy, Store
from execmock.server.checks import Checked
from execmock.server.request_ids import RequestIds
from execmock.service.changes import Changes
from execmock.service.embed import EmbedExecutions
from execmock.service.journal import Journal
from execmock.service.library import Library
from execmock.service.portraits import Portraits
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox, Sandboxes
from execmock.service.snapshots import Snapshots
from execmock.service.steering import Steering
from execmock.service.tracking import Tracking

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The services behind the control API."""

    clock: Clock
    entropy: Entropy
    store: Store
    sandboxes: Sandboxes
    library: Library
    tracking: Tracking
    steering: Steering
    portraits: Portraits
    embed: EmbedExecutions
    journal: Journal
    changes: Changes
    snapshots: Snapshots
    request_ids: RequestIds

    async def sandbox(self, checked: Checked) -> Sandbox:
        """Return the sandbox that a request names; Refusal 404 if there is none."""
        return await self.named(checked.parameters["sandbox"], "query/sandbox")

    async def named(self, name: str, where: str) -> Sandbox:
        """Return a sandbox by name; Refusal 404 if there is none."""
        sandbox = await self.sandboxes.get(name)
        if sandbox is None:
            raise Refusal(404, "Unknown sandbox", [Violation(where, "the name of a sandbox", name)])
        return sandbox
