"""Finds the executions of a sandbox by where they stand and what they follow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from execmock.core.apis import ApiDescription
from execmock.service.executions.commands import ExecutionCommands, ExecutionState
from execmock.service.executions.repository import ExecutionRepository
from execmock.service.sandboxes import Sandbox

__all__ = ["ExecutionFilter", "FoundExecutions", "find_executions"]

_PAGE = 200
"""Executions looked at before other requests get their turn."""


class ExecutionFilter(NamedTuple):
    """Which executions are wanted; a member that is None does not matter.

    `workflow` is the create request's workflow id, of an embed execution the workflow's key; `waits_for` the
    name of a signal.
    """

    status: str | None = None
    scenario: str | None = None
    workflow: str | None = None
    step: str | None = None
    waits_for: str | None = None

    def admits(self, state: ExecutionState) -> bool:
        """Whether an execution is wanted that stands so."""
        return (
            self.scenario in (None, state.scenario.name)
            and self.status in (None, state.status)
            and self.step in (None, state.step)
            and (self.waits_for is None or self.waits_for in state.waits_for)
            and self.workflow in (None, state.execution.workflow_id)
        )


class FoundExecutions(NamedTuple):
    """How many executions were found in all, and one page of them."""

    total: int
    page: Sequence[ExecutionState]


async def find_executions(
    repository: ExecutionRepository,
    commands: ExecutionCommands,
    sandbox: Sandbox,
    api: ApiDescription,
    wanted: ExecutionFilter,
    offset: int,
    limit: int,
) -> FoundExecutions:
    """Return the wanted executions of one API from `offset` on, newest first."""
    if not any(wanted):
        page = await repository.page(sandbox, api, offset, limit)
        total = await repository.count(sandbox, api)
        return FoundExecutions(total, [commands.state_of(execution, sandbox) for execution in page])
    total, found, seen = 0, [], 0
    while page := await repository.page(sandbox, api, seen, _PAGE):
        for execution in page:
            state = commands.state_of(execution, sandbox)
            if wanted.admits(state):
                if offset <= total < offset + limit:
                    found.append(state)
                total += 1
        seen += len(page)
        await asyncio.sleep(0)
    return FoundExecutions(total, found)
