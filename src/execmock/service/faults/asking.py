"""What faults ask of a request that only the services know: the execution that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from execmock.core.apis import APIS, EMBED_API, EXECUTIONS_API
from execmock.core.contract.names import CREATE, EXECUTE
from execmock.core.draw_seeds import embed_fields
from execmock.core.execution import AnyExecution
from execmock.core.faults import AskedExecution, AskedRequest, Fault
from execmock.core.magic_faults import magic_read_fault
from execmock.core.sandbox import Sandbox
from execmock.service.faults.faults import ActiveFault, compiled_fault
from execmock.service.refusals import Refusal
from execmock.service.scenarios.selection import Selection
from execmock.service.services import Services

__all__ = ["AskedExecutions"]

_MOST_OTHERS = 100


class AskedExecutions:
    """Finds the execution that a request is about, as far as any fault asks for it."""

    def __init__(self, services: Services) -> None:
        self._registry = services.registry
        self._repository = services.repository
        self._scenario_sync = services.scenario_sync

    async def of(
        self,
        sandbox: Sandbox,
        active: Sequence[ActiveFault],
        request: AskedRequest,
        subject: str,
        selection: Selection,
    ) -> AskedRequest:
        """Return a request with the execution it is about; `subject` is the id in its path, empty if none."""
        if not any(one.fault.about_execution for one in active):
            return request
        if request.operation in (CREATE, EXECUTE):
            made = await self._made(sandbox, request, subject, selection)
            return replace(request, execution=made, others=await self._others(sandbox))
        if subject:
            found = await self._repository.find(sandbox, subject)
            return request if found is None else replace(request, execution=self._asked(found, sandbox))
        return replace(request, others=await self._others(sandbox))

    async def step_faults(
        self, sandbox: Sandbox, execution_id: str, named: Mapping[str, Fault]
    ) -> list[ActiveFault]:
        """Return the faults of the step that an execution is in; they are there since it was entered.

        Before them comes the one of those `named` that its workflow id is magic for, since it was created.
        """
        execution = await self._repository.find(sandbox, execution_id)
        if execution is None:
            return []
        progress = self._repository.progress(execution, sandbox)
        step = self._repository.scenario(execution).steps[progress.current.step]
        visit = f"{execution.id}:{len(progress.visits)}"
        magic = named.get(magic_read_fault(execution.workflow_id) or "")
        first = []
        if magic is not None:
            # Whatever requests it is meant for otherwise.
            anywhere = replace(magic, matchers=())
            first = [ActiveFault(anywhere, 0, execution.created_at, visit=f"{execution.id}:reads")]
        return first + [
            ActiveFault(compiled_fault(text), 0, progress.current.at, visit=f"{visit}:{number}")
            for number, text in enumerate(step.faults)
        ]

    async def _others(self, sandbox: Sandbox) -> list[AskedExecution]:
        latest = await self._repository.latest(sandbox, _MOST_OTHERS)
        return [self._asked(execution, sandbox) for execution in latest]

    def _asked(self, execution: AnyExecution, sandbox: Sandbox) -> AskedExecution:
        scenario = self._repository.scenario(execution)
        step = scenario.steps[self._repository.progress(execution, sandbox).current.step]
        return AskedExecution(execution.id, execution.workflow_id, scenario.name, step.status, step.name)

    async def _made(
        self, sandbox: Sandbox, request: AskedRequest, subject: str, selection: Selection
    ) -> AskedExecution:
        """Return what is known of the execution that a request makes: its workflow and scenario."""
        body: Mapping[str, Any] = request.body if isinstance(request.body, Mapping) else {}
        api = EXECUTIONS_API if request.operation == CREATE else EMBED_API
        values = body if request.operation == CREATE else embed_fields(subject, body)
        await self._scenario_sync.refresh(sandbox.id)
        try:
            scenario = selection.pick(self._registry, sandbox, values, APIS[api.name].name).name
        except Refusal:
            # The request will be refused for it.
            scenario = ""
        workflow = subject or body.get("workflowId")
        return AskedExecution(workflow=workflow if isinstance(workflow, str) else "", scenario=scenario)
