"""The embed API without HTTP: execute a workflow. Answers are the whole body's bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

from execmock.core.contract import Contract
from execmock.core.contract.names import EXECUTE_BODY
from execmock.core.draws import embed_fields
from execmock.core.embed_view import EmbedViews
from execmock.core.execution import EmbedExecution, Idempotency, seed_for
from execmock.core.ids import derive, hashid, uuid7
from execmock.core.json_text import canonical, decode, encode
from execmock.core.progress import begin, standing
from execmock.core.schema.violation import Violation
from execmock.interfaces import Key, Put, Store
from execmock.service.executions.draw_numbers import Drawn, DrawNumbers
from execmock.service.executions.repository import put_of
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import EmbedWorkflow, Sandbox, Sandboxes
from execmock.service.scenarios.registry import ScenarioRegistry
from execmock.service.scenarios.selection import Selection
from execmock.service.scenarios.sync import ScenarioSync

__all__ = ["EmbedExecutions", "ExecuteRequest"]

_REMEMBERED = 24 * 3_600_000
_KEYS = "embed-idempotency"
_LOOKED_AT = 8
"""How many of the oldest keys are looked at with each new one: more than come, so that all go in the end."""


class ExecuteRequest(NamedTuple):
    """One execute call: the path's id, the body, and the Idempotency-Key header if there was one."""

    workflow: str
    body: Mapping[str, Any]
    idempotency_key: str | None = None


class EmbedExecutions:
    """Executes embedded workflows."""

    def __init__(
        self,
        contract: Contract,
        store: Store,
        sandboxes: Sandboxes,
        registry: ScenarioRegistry,
        scenario_sync: ScenarioSync,
        views: EmbedViews,
        choices: Mapping[str, Any],
    ) -> None:
        self._store = store
        self._draw_numbers = DrawNumbers(store)
        self._sandboxes = sandboxes
        self._registry = registry
        self._scenario_sync = scenario_sync
        self._views = views
        self._choices = choices
        self._edition = 0
        self._bound: dict[str, list[EmbedWorkflow]] = {}
        properties = contract.schema(EXECUTE_BODY)["properties"]
        self._defaults = {
            name: contract.resolve(schema).get("default") for name, schema in properties.items()
        }

    async def execute(self, sandbox: Sandbox, request: ExecuteRequest, selection: Selection) -> bytes:
        """Execute a workflow, or replay the first answer for a known Idempotency-Key of the last 24 hours.

        Raises Refusal 404 for an unknown workflow, an id that does not fit its id_type, an unknown user.
        """
        body = {
            **self._defaults,
            **{name: value for name, value in request.body.items() if value is not None},
        }
        await self._scenario_sync.refresh(sandbox.id)
        workflow = self._workflow(sandbox, str(body["id_type"]), request.workflow)
        self._check_user(str(body["user_key"]))
        names = {"id": workflow.id, "hashid": workflow.hashid, "key": workflow.key, "name": workflow.name}
        scenario = selection.pick(self._registry, sandbox, names, "embed")
        await self._scenario_sync.keep(scenario)
        now = self._sandboxes.now(sandbox)
        number = await self._store.next_number(sandbox.id)
        random = derive(sandbox.root, "embed", str(number), size=16)
        execution_id = uuid7(now, random)
        drawn = None
        if scenario.draws and not await self._is_known(sandbox, request, now):
            fields = embed_fields(workflow.id, body)
            drawn = await self._draw_numbers.take(sandbox, scenario, fields, execution_id)
        by_workflow = self._choices["embedHashid"] == "workflow"
        execution = EmbedExecution(
            id=execution_id,
            sandbox=sandbox.id,
            created_at=now,
            scenario=scenario.reference,
            hashid=workflow.hashid if by_workflow else hashid(random[10:]),
            workflow=(workflow.key, workflow.name),
            execution_data=encode(body["execution_data"]),
            progress=begin(now),
            draw_seed=drawn.seed if drawn else b"",
        )
        answer = encode(self.show(execution, sandbox, now, body["execution_data"]))
        put = put_of(execution)
        if not request.idempotency_key:
            await self._store.update(put.key, lambda _: [put])
            return answer
        return await self._execute_once(put, answer, request, now, drawn)

    def show(
        self, execution: EmbedExecution, sandbox: Sandbox, now: int, data: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return an embed execution as it stands at `now`; `data` is its execution_data, if at hand."""
        scenario = self._registry.version(execution.scenario)
        seed = seed_for(scenario, sandbox, execution)
        state, _ = standing(scenario, execution.progress, now, seed)
        known = decode(execution.execution_data) if data is None else data
        return self._views.show(execution, state, scenario, known)

    def workflows(self, sandbox: Sandbox) -> list[EmbedWorkflow]:
        """Return the workflows that can be executed: the sandbox's own, and those that scenarios bind."""
        if self._edition != self._registry.edition:
            self._edition = self._registry.edition
            self._bound.clear()
        owner = self._registry.owner(sandbox.id)
        if owner not in self._bound:
            seen = (
                scenario for scenario in self._registry.seen_by(owner).values() if scenario.api == "embed"
            )
            self._bound[owner] = [_workflow(s.bind) for s in seen if {"id", "hashid", "key"} <= s.bind.keys()]
        return [*sandbox.embed_workflows, *self._bound[owner]]

    async def _is_known(self, sandbox: Sandbox, request: ExecuteRequest, now: int) -> bool:
        """Whether a request is sent again, so that its first answer is replayed."""
        if not request.idempotency_key:
            return False
        return _is_remembered(await self._store.get(_place(sandbox.id, request)), now)

    async def _execute_once(
        self, put: Put, answer: bytes, request: ExecuteRequest, now: int, drawn: Drawn | None
    ) -> bytes:
        place = _place(put.key.sandbox, request)
        digest = blake2b(canonical(request.body), digest_size=16).hexdigest()
        fresh = Idempotency(place.id, digest, put.key.id, answer, now + _REMEMBERED)

        def kept(old: Idempotency | None) -> list[Put]:
            return [] if _is_remembered(old, now) else [Put(place, fresh, now), put]

        found: Idempotency = await self._store.update(place, kept)
        if found.made == put.key.id:
            await self._forget_keys(put.key.sandbox, now)
        elif drawn:
            await self._draw_numbers.give_back(drawn, put.key.id)
        return found.answer or answer

    async def _forget_keys(self, sandbox: str, now: int) -> None:
        """Forget the oldest keys, as far as their 24 hours are over."""
        count = await self._store.count(sandbox, _KEYS)
        oldest: Sequence[Idempotency] = await self._store.page(
            sandbox, _KEYS, max(0, count - _LOOKED_AT), _LOOKED_AT
        )
        for remembered in oldest:
            if remembered.expires is not None and remembered.expires <= now:
                place = Key(sandbox, _KEYS, remembered.key)
                await self._store.update(place, partial(_forgotten, Put(place, None), remembered))

    def _check_user(self, key: str) -> None:
        # Users cannot be configured, so where unknown ones are refused only the default one is known.
        known = str(self._defaults["user_key"])
        unknown = self._choices["embedUnknownUserKey"]
        if unknown != "accept" and key != known:
            raise Refusal(int(unknown), "Unknown user_key", [Violation("body/user_key", known, key)])

    def _workflow(self, sandbox: Sandbox, id_type: str, value: str) -> EmbedWorkflow:
        if id_type not in ("id", "hashid", "key"):
            status = int(self._choices["embedUnknownIdType"])
            raise Refusal(
                status, "Unknown id_type", [Violation("body/id_type", "id, hashid or key", id_type)]
            )
        for workflow in self.workflows(sandbox):
            if getattr(workflow, id_type) == value:
                return workflow
        violation = Violation("path/id", f"the {id_type} of a workflow", value)
        raise Refusal(404, "not found", [violation])


def _place(sandbox: str, request: ExecuteRequest) -> Key:
    # The key is remembered per path, as the vendor does it.
    header = (request.idempotency_key or "").encode("utf-8", "backslashreplace").decode()
    return Key(sandbox, _KEYS, f"{request.workflow}\x1f{header}")


def _is_remembered(old: Idempotency | None, now: int) -> bool:
    return old is not None and old.expires is not None and now < old.expires


def _forgotten(put: Put, remembered: Idempotency, old: Idempotency | None) -> list[Put]:
    return [put] if old == remembered else []


def _workflow(bind: Mapping[str, str]) -> EmbedWorkflow:
    return EmbedWorkflow(bind["id"], bind["hashid"], bind["key"], bind.get("name", bind["key"]))
