"""The executions API without HTTP: create, read, public read, list. Answers are the bytes of `data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Any, NamedTuple

from execmock.core.apis import EXECUTIONS_API
from execmock.core.durations import format_instant
from execmock.core.execution import Execution, Idempotency, new_execution, request_digest
from execmock.core.ids import client_token
from execmock.core.progress import Poll
from execmock.core.schema.violation import Violation
from execmock.core.secrets import KnownSecrets
from execmock.errors import quoted
from execmock.service.executions.creation import ExecutionCreation
from execmock.service.executions.draw_numbers import Drawn
from execmock.service.executions.view_cache import RenderedViews, ViewCache
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.selection import Selection
from execmock.service.services import Services

__all__ = ["Created", "Executions", "Page"]


class Created(NamedTuple):
    """A created execution's id, the bytes of `data` that its creator is answered, and what to warn of.

    `scenario` is what it follows, as `name@version`; empty where its first answer is given again.
    """

    id: str
    data: bytes
    warning: str = ""
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a list asks for, already in bounds."""

    limit: int
    offset: int


class Executions:
    """Serves executions from a store. Choices are the behaviours that the contract leaves open."""

    def __init__(self, services: Services, view_cache: ViewCache, *, strict_magic: bool = False) -> None:
        self._strict_magic = strict_magic
        self._registry = services.registry
        self._sandboxes = services.sandboxes
        self._scenario_sync = services.scenario_sync
        self._repository = services.repository
        self._view_cache = view_cache
        self._choices = services.choices
        self._creation = ExecutionCreation(services, EXECUTIONS_API)
        self._accepted = frozenset(services.contract.schema(EXECUTIONS_API.body)["properties"])

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
        key = request.get("idempotencyKey")
        meant = self._nearly_magic(sandbox, request, selection)
        created = await self._create(sandbox, request, caller, selection, key)
        return created._replace(warning=meant) if meant else created

    async def _create(
        self, sandbox: Sandbox, request: Mapping[str, Any], caller: str, selection: Selection, key: str | None
    ) -> Created:
        origin = await self._creation.origin(sandbox, selection, request)
        execution = new_execution(origin, request, caller)
        drawn = None
        if origin.scenario.draws:
            execution, drawn = await self._creation.drawn(execution, origin, request, key)
        if key:
            fresh = Idempotency(key, request_digest(request), execution.id)
            return await self._create_once(sandbox, execution, fresh, drawn)
        await self._creation.keep(execution)
        rendered = self._view_cache.first(execution, sandbox, request)
        return _created(sandbox, execution, rendered, self._sandboxes.secrets)

    def clock(self, sandbox: Sandbox) -> str:
        """Return the instant that a sandbox's clock shows."""
        return format_instant(self._sandboxes.now(sandbox))

    async def read(self, sandbox: Sandbox, execution_id: str, *, poll: bool = True) -> bytes:
        """Return the private view; Refusal when the sandbox has no such execution.

        `poll` says whether the read counts for steps that are left after some reads.
        """
        execution = await self.find(sandbox, execution_id)
        rendered = self._view_cache.private(execution, sandbox, self._sandboxes.now(sandbox))
        if poll and rendered.polled:
            await self._repository.move(execution, sandbox, Poll())
        return rendered.private or b""

    async def read_public(self, execution_id: str, token: str, *, poll: bool = True) -> tuple[Sandbox, bytes]:
        """Return the public view to the holder of its token, and the sandbox it lies in.

        `poll` says whether the read counts for steps that are left after some reads.
        Raises the same Refusal 401 for all else, so that the answer does not tell which ids exist.
        """
        sandbox, execution = await self._find_anywhere(execution_id)
        expected = client_token(sandbox.root if sandbox else b"", execution_id).encode()
        opens = compare_digest(expected, token.encode("utf-8", "surrogatepass"))
        if opens and sandbox and execution:
            self._sandboxes.secrets.add_token(token)
            await self._scenario_sync.know((execution.scenario,))
            rendered = self._view_cache.public(execution, sandbox, self._sandboxes.now(sandbox))
            if poll and rendered.polled:
                await self._repository.move(execution, sandbox, Poll())
            return sandbox, rendered.public or b""
        raise Refusal(401, "The token does not open this execution")

    async def list(self, sandbox: Sandbox, page: Page) -> bytes:
        """Return a page, newest first."""
        # One more than asked for tells whether there are more.
        found = await self._repository.page(sandbox, EXECUTIONS_API, page.offset, page.limit + 1)
        now = self._sandboxes.now(sandbox)
        items = self._view_cache.items(found[: page.limit], sandbox, now)
        more = b"true" if len(found) > page.limit else b"false"
        return b'{"hasMore":%b,"items":[%b],"limit":%d,"offset":%d}' % (more, items, page.limit, page.offset)

    async def find(self, sandbox: Sandbox, execution_id: str) -> Execution:
        """Return a sandbox's execution; the Refusal is the same for one that another sandbox holds."""
        execution: Execution | None = await self._repository.get(sandbox, EXECUTIONS_API, execution_id)
        if execution is None:
            expected = "the id of an execution of the organization"
            status = int(self._choices["unknownExecution"])
            raise Refusal(status, "Unknown execution", [Violation("path/id", expected, execution_id)])
        return execution

    async def _find_anywhere(self, execution_id: str) -> tuple[Sandbox | None, Execution | None]:
        """Return an execution and its sandbox: the one it was made in, or the one it was restored into.

        The store is asked as often for an id that does not exist, so that the time tells nothing.
        """
        names = await self._sandboxes.ids.holders(execution_id)
        made, restored = [await self._repository.kept(n, EXECUTIONS_API, execution_id) for n in names]
        sandbox = await self._sandboxes.get(names[0] if made else names[1])
        return sandbox, made or restored

    async def _create_once(
        self, sandbox: Sandbox, execution: Execution, fresh: Idempotency, drawn: Drawn | None
    ) -> Created:
        if self._choices["repeatedCreate"] == "first":
            fresh = replace(fresh, answer=self._answer(sandbox, execution).data)
        kept = await self._creation.keep_once(execution, fresh, drawn)
        if kept.digest != fresh.digest:
            status = int(self._choices["idempotencyConflict"])
            expected = "a new key, or the body of the first request"
            violation = Violation("body/idempotencyKey", expected, fresh.key)
            raise Refusal(status, "The idempotency key was used for another request", [violation])
        if kept.answer is not None:
            return Created(kept.made, kept.answer)
        made: Any = await self._repository.get(sandbox, EXECUTIONS_API, kept.made)
        if made is None:
            # The sandbox was reset just now, and the key with it.
            return await self._create_once(sandbox, execution, fresh, None)
        return self._answer(sandbox, made)

    def _answer(self, sandbox: Sandbox, execution: Execution) -> Created:
        now = self._sandboxes.now(sandbox)
        rendered = self._view_cache.render(execution, sandbox, now)
        return _created(sandbox, execution, rendered, self._sandboxes.secrets)

    def _nearly_magic(self, sandbox: Sandbox, request: Mapping[str, Any], selection: Selection) -> str:
        """Return a sentence on the magic workflow id that was probably meant; Refusal 400 where it is one.

        Nothing is said where something else picks the scenario, and of the sandbox's own workflows.
        """
        workflow = request["workflowId"]
        if selection.header or selection.prefer or workflow in sandbox.workflows:
            return ""
        meant = self._registry.nearly_bound(workflow, sandbox.id)
        if meant is None or self._registry.bound(request, EXECUTIONS_API.name, sandbox.id):
            return ""
        if self._strict_magic:
            expected = "a magic id, or one that is not nearly magic"
            hint = f" Did you mean {quoted(meant)}?"
            violation = Violation("body/workflowId", expected, workflow, hint=hint)
            raise Refusal(400, "The workflow id is nearly a magic one", [violation])
        return f"workflowId {quoted(workflow)} is not magic. Did you mean {quoted(meant)}?"

    def _check_workflow(self, sandbox: Sandbox, workflow: str) -> None:
        if sandbox.workflows and workflow not in sandbox.workflows:
            expected = "the id of a workflow of the organization"
            status = int(self._choices["unknownWorkflow"])
            raise Refusal(status, "Unknown workflow", [Violation("body/workflowId", expected, workflow)])


def _created(
    sandbox: Sandbox, execution: Execution, rendered: RenderedViews, secrets: KnownSecrets
) -> Created:
    token = client_token(sandbox.root, execution.id)
    secrets.add_token(token)
    data = b'{"clientToken":"%b","execution":%b}' % (token.encode(), rendered.item)
    return Created(execution.id, data, "", execution.scenario)
