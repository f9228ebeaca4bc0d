"""The executions API without HTTP: create, read, public read, list. Answers are the bytes of `data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, NamedTuple

from execmock.core.contract import Contract
from execmock.core.contract.names import CREATE_BODY
from execmock.core.execution import Execution, Idempotency, request_digest
from execmock.core.ids import client_token, sandbox_tag, xid_of_series
from execmock.core.json_text import encode
from execmock.core.progress import Poll, begin
from execmock.core.scenario import Scenario
from execmock.core.schema.violation import Violation
from execmock.interfaces import Key, Put, Store
from execmock.service.executions.draw_numbers import Drawn, DrawNumbers
from execmock.service.executions.repository import EXECUTION, ExecutionRepository, put_of
from execmock.service.executions.view_cache import RenderedViews, ViewCache
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox, Sandboxes
from execmock.service.scenarios.registry import ScenarioRegistry
from execmock.service.scenarios.selection import Selection
from execmock.service.scenarios.sync import ScenarioSync

__all__ = ["Created", "Executions", "Page"]


class Created(NamedTuple):
    """A created execution's id, and the bytes of `data` that its creator is answered."""

    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """What a list asks for, already in bounds."""

    limit: int
    offset: int


class Executions:
    """Serves executions from a store. Choices are the behaviours that the contract leaves open."""

    def __init__(
        self,
        contract: Contract,
        store: Store,
        sandboxes: Sandboxes,
        registry: ScenarioRegistry,
        scenario_sync: ScenarioSync,
        repository: ExecutionRepository,
        view_cache: ViewCache,
        choices: Mapping[str, Any],
    ) -> None:
        self._store = store
        self._draw_numbers = DrawNumbers(store)
        self._sandboxes = sandboxes
        self._registry = registry
        self._scenario_sync = scenario_sync
        self._repository = repository
        self._view_cache = view_cache
        self._choices = choices
        self._accepted = frozenset(contract.schema(CREATE_BODY)["properties"])

    async def create(
        self, sandbox: Sandbox, body: Mapping[str, Any], caller: str, selection: Selection
    ) -> Created:
        """Create an execution, or find the one that its idempotency key stands for.

        `body` fits the contract; `caller` names the key that was used. Raises Refusal 400 for an unknown
        workflow or scenario, and for an idempotency key that stands for another body.
        """
        # A property sent as null counts as not sent, and one that the contract does not name is ignored.
        request = {
            name: value for name, value in body.items() if name in self._accepted and value is not None
        }
        self._check_workflow(sandbox, request["workflowId"])
        await self._scenario_sync.refresh(sandbox.id)
        scenario = selection.pick(self._registry, sandbox, request, "executions")
        await self._scenario_sync.keep(scenario)
        now = self._sandboxes.now(sandbox)
        number = await self._store.next_number(sandbox.id)
        execution_id = "exec_" + xid_of_series(now // 1000, sandbox_tag(sandbox.id), number)
        drawn = await self._take_number(sandbox, scenario, request, execution_id) if scenario.draws else None
        execution = Execution(
            id=execution_id,
            sandbox=sandbox.id,
            created_at=now,
            scenario=scenario.reference,
            request=encode(request),
            initiated_by=caller,
            progress=begin(now),
            draw_seed=drawn.seed if drawn else b"",
        )
        key = request.get("idempotencyKey")
        if key:
            return await self._create_once(sandbox, execution, key, request_digest(request), drawn)
        put = put_of(execution)
        await self._store.update(put.key, lambda _: [put])
        return _created(sandbox, execution, self._view_cache.first(execution, sandbox, request))

    async def read(self, sandbox: Sandbox, execution_id: str) -> bytes:
        """Return the private view; Refusal when the sandbox has no such execution."""
        execution = await self.find(sandbox, execution_id)
        rendered = self._view_cache.private(execution, sandbox, self._sandboxes.now(sandbox))
        if rendered.polled:
            await self._repository.move(execution, sandbox, Poll())
        return rendered.private or b""

    async def read_public(self, execution_id: str, token: str) -> tuple[Sandbox, bytes]:
        """Return the public view to the holder of its token, and the sandbox it lies in.

        Raises the same Refusal 401 for all else, so that nobody learns which ids exist.
        """
        found = await self._find_anywhere(execution_id)
        if found:
            sandbox, execution = found
            expected = client_token(sandbox.root, execution_id).encode()
            if compare_digest(expected, token.encode("utf-8", "surrogatepass")):
                rendered = self._view_cache.public(execution, sandbox, self._sandboxes.now(sandbox))
                if rendered.polled:
                    await self._repository.move(execution, sandbox, Poll())
                return sandbox, rendered.public or b""
        raise Refusal(401, "The token does not open this execution")

    async def list(self, sandbox: Sandbox, page: Page) -> bytes:
        """Return a page, newest first."""
        # One more than asked for tells whether there are more.
        found = await self._repository.page(sandbox, EXECUTION, page.offset, page.limit + 1)
        now = self._sandboxes.now(sandbox)
        items = self._view_cache.items(found[: page.limit], sandbox, now)
        more = b"true" if len(found) > page.limit else b"false"
        return b'{"hasMore":%b,"items":[%b],"limit":%d,"offset":%d}' % (more, items, page.limit, page.offset)

    async def find(self, sandbox: Sandbox, execution_id: str) -> Execution:
        """Return a sandbox's execution; the Refusal is the same for one that another sandbox holds."""
        execution = await self._repository.get(sandbox, EXECUTION, execution_id)
        if not isinstance(execution, Execution):
            expected = "the id of an execution of the organization"
            status = int(self._choices["unknownExecution"])
            raise Refusal(status, "Unknown execution", [Violation("path/id", expected, execution_id)])
        return execution

    async def _find_anywhere(self, execution_id: str) -> tuple[Sandbox, Execution] | None:
        """Return an execution and its sandbox: the one that its id names, or the one it was restored into."""
        named = await self._sandboxes.named_by(execution_id)
        execution: Any = await self._repository.get(named, EXECUTION, execution_id) if named else None
        if named and execution:
            return named, execution
        for sandbox in await self._sandboxes.all():
            execution = await self._repository.get(sandbox, EXECUTION, execution_id)
            if execution:
                return sandbox, execution
        return None

    async def _take_number(
        self, sandbox: Sandbox, scenario: Scenario, request: Mapping[str, Any], execution_id: str
    ) -> Drawn | None:
        """Return a number for what is to be created, or None for a request that was sent before."""
        key = request.get("idempotencyKey")
        if key and await self._store.get(_idempotency(sandbox.id, key)) is not None:
            return None
        return await self._draw_numbers.take(sandbox, scenario, request, execution_id)

    async def _create_once(
        self, sandbox: Sandbox, execution: Execution, key: str, digest: str, drawn: Drawn | None
    ) -> Created:
        place = _idempotency(execution.sandbox, key)
        first = self._drawn(sandbox, execution).data if self._choices["repeatedCreate"] == "first" else None
        fresh = Idempotency(key, digest, execution.id, first)
        kept: Idempotency = await self._store.update(
            place, lambda old: [] if old else [Put(place, fresh), put_of(execution)]
        )
        if drawn and kept.made != execution.id:
            # The same request came at the same time elsewhere, and was first.
            await self._draw_numbers.give_back(drawn, execution.id)
        if kept.digest != digest:
            status = int(self._choices["idempotencyConflict"])
            expected = "a new key, or the body of the first request"
            violation = Violation("body/idempotencyKey", expected, key)
            raise Refusal(status, "The idempotency key was used for another request", [violation])
        if kept.answer is not None:
            return Created(kept.made, kept.answer)
        made: Any = await self._repository.get(sandbox, EXECUTION, kept.made)
        if made is None:
            # Somebody has just emptied the sandbox, and the key with it.
            return await self._create_once(sandbox, execution, key, digest, None)
        return self._drawn(sandbox, made)

    def _drawn(self, sandbox: Sandbox, execution: Execution) -> Created:
        now = self._sandboxes.now(sandbox)
        return _created(sandbox, execution, self._view_cache.render(execution, sandbox, now))

    def _check_workflow(self, sandbox: Sandbox, workflow: str) -> None:
        if sandbox.workflows and workflow not in sandbox.workflows:
            expected = "the id of a workflow of the organization"
            status = int(self._choices["unknownWorkflow"])
            raise Refusal(status, "Unknown workflow", [Violation("body/workflowId", expected, workflow)])


def _idempotency(sandbox: str, key: str) -> Key:
    return Key(sandbox, "idempotency", key)


def _created(sandbox: Sandbox, execution: Execution, rendered: RenderedViews) -> Created:
    token = client_token(sandbox.root, execution.id).encode()
    return Created(execution.id, b'{"clientToken":"%b","execution":%b}' % (token, rendered.item))
