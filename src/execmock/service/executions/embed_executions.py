"""The embed API without HTTP: execute a workflow. Answers are the whole body's bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from execmock.core.apis import EMBED_API
from execmock.core.draw_seeds import embed_fields
from execmock.core.embed_view import EmbedViews
from execmock.core.execution import (
    EmbedExecution,
    Idempotency,
    Origin,
    new_embed_execution,
    request_digest,
    seed_for,
)
from execmock.core.ids import derive, hashid, uuid7
from execmock.core.json_text import encode
from execmock.core.progress import standing
from execmock.core.sandbox import workflow_of
from execmock.core.scenario.conditions import WORKFLOW
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.service.executions.creation import ExecutionCreation
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import EmbedWorkflow, Sandbox
from execmock.service.scenarios.selection import Selection
from execmock.service.services import Services

__all__ = ["EmbedExecutions", "ExecuteRequest", "Executed"]

_REMEMBERED = 24 * 3_600_000
"""Milliseconds for which an Idempotency-Key stands for its first answer."""
_FOR_LIFE = "life-"
"""What keys begin with that stand for their first answer for ever."""
_MOST_NAMED = 8
_NAMES = ("id", "hashid", "key")
_ADDED = (
    " A scenario with `api: embed` whose `bind` names it adds one; "
    "`execmock serve --choose embedUnknownWorkflow=run` takes any"
)


class ExecuteRequest(NamedTuple):
    """One execute call: the path's id, the body, and the Idempotency-Key header if there was one."""

    workflow: str
    body: Mapping[str, Any]
    idempotency_key: str | None = None


class Executed(NamedTuple):
    """The body that an execute call is answered, the id of the execution, and its scenario.

    The scenario is empty where a first answer is given again.
    """

    body: bytes
    id: str
    scenario: str = ""


class EmbedExecutions:
    """Executes embedded workflows."""

    def __init__(self, services: Services, views: EmbedViews) -> None:
        self._registry = services.registry
        self._scenario_sync = services.scenario_sync
        self._views = views
        self._coverage = services.coverage
        self._choices = services.choices
        self._creation = ExecutionCreation(services, EMBED_API)
        self._edition = 0
        self._bound: dict[str, list[EmbedWorkflow]] = {}
        contract = services.contract
        properties = contract.schema(EMBED_API.body)["properties"]
        self._defaults = {
            name: contract.resolve(schema).get("default") for name, schema in properties.items()
        }

    async def execute(self, sandbox: Sandbox, request: ExecuteRequest, selection: Selection) -> Executed:
        """Execute a workflow, or replay the first answer for a known Idempotency-Key of the last 24 hours.

        Raises Refusal 404 for an unknown workflow, an id that does not fit its id_type, an unknown user.
        """
        replayed = await self.replay(sandbox, request.workflow, request.idempotency_key)
        if replayed is not None:
            return replayed
        body = {
            **self._defaults,
            **{name: value for name, value in request.body.items() if value is not None},
        }
        await self._scenario_sync.refresh(sandbox.id)
        workflow = self._workflow(sandbox, str(body["id_type"]), request.workflow)
        self._check_user(str(body["user_key"]))
        names = {"id": workflow.id, "hashid": workflow.hashid, "key": workflow.key, "name": workflow.name}
        values = {**names, "execution_data": body["execution_data"]}
        origin = await self._creation.origin(sandbox, selection, values)
        own_hashid = self._choices["embedHashid"] != "workflow"
        execution = new_embed_execution(origin, workflow, body["execution_data"], own_hashid=own_hashid)
        key = _key(request.workflow, request.idempotency_key)
        fields = embed_fields(workflow.id, body)
        execution, drawn = await self._creation.drawn(execution, origin, fields, key)
        answer = self._answer(execution, origin, body["execution_data"])
        if key is None:
            await self._creation.keep(execution)
            return Executed(answer, execution.id, execution.scenario)
        fresh = Idempotency(
            key=key,
            digest=request_digest(request.body),
            made=execution.id,
            answer=answer,
            expires=_expiry(request.idempotency_key or "", execution.created_at),
        )
        kept = await self._creation.keep_once(execution, fresh, drawn)
        scenario = execution.scenario if kept.made == execution.id else ""
        return Executed(kept.answer or answer, kept.made, scenario)

    async def replay(self, sandbox: Sandbox, workflow: str, header: str | None) -> Executed | None:
        """Return the first answer for an Idempotency-Key and a workflow's path, None where there is none.

        It is the answer whatever the body of the repetition is, as the vendor does it.
        """
        key = _key(workflow, header)
        known = await self._creation.answered(sandbox, key) if key else None
        return Executed(known.answer, known.made) if known and known.answer is not None else None

    def workflows(self, sandbox: Sandbox) -> list[EmbedWorkflow]:
        """Return the workflows that can be executed: the sandbox's own, and those that scenarios bind."""
        if self._edition != self._registry.edition:
            self._edition = self._registry.edition
            self._bound.clear()
        owner = self._registry.owner(sandbox.id)
        if owner not in self._bound:
            seen = (
                scenario
                for scenario in self._registry.seen_by(owner).values()
                if scenario.api == EMBED_API.name
            )
            self._bound[owner] = [workflow_of(s.bind) for s in seen if s.bind.keys() >= WORKFLOW]
        return [*sandbox.embed_workflows, *self._bound[owner]]

    def _answer(self, execution: EmbedExecution, origin: Origin, data: Mapping[str, Any]) -> bytes:
        """Return a new execution as it is shown; `data` is its execution_data."""
        scenario = origin.scenario
        seed = seed_for(scenario, origin.sandbox, execution)
        state, _ = standing(scenario, execution.progress, origin.at, seed)
        self._coverage.viewed(execution, scenario, state.visits, seed)
        return encode(self._views.show(execution, state, scenario, data))

    def _check_user(self, key: str) -> None:
        # Users cannot be configured, so where unknown ones are refused only the default one is known.
        known = str(self._defaults["user_key"])
        unknown = self._choices["embedUnknownUserKey"]
        if unknown != "accept" and key != known:
            raise Refusal(int(unknown), "Unknown user_key", [Violation("body/user_key", known, key)])

    def _workflow(self, sandbox: Sandbox, id_type: str, value: str) -> EmbedWorkflow:
        if id_type not in _NAMES:
            status = int(self._choices["embedUnknownIdType"])
            raise Refusal(
                status, "Unknown id_type", [Violation("body/id_type", "id, hashid or key", id_type)]
            )
        known = self.workflows(sandbox)
        for workflow in known:
            if getattr(workflow, id_type) == value:
                return workflow
        if self._choices["embedUnknownWorkflow"] == "run":
            return _made_up(id_type, value)
        raise Refusal(404, "not found", [_unknown(id_type, value, known)])


def _key(workflow: str, header: str | None) -> str | None:
    """Return what an Idempotency-Key is kept under: one belongs to its path."""
    return f"{workflow}\x1f{header.encode('utf-8', 'backslashreplace').decode()}" if header else None


def _expiry(header: str, created_at: int) -> int | None:
    return None if header.startswith(_FOR_LIFE) else created_at + _REMEMBERED


def _unknown(id_type: str, value: str, known: Sequence[EmbedWorkflow]) -> Violation:
    """Return what is wrong with an id: which there are, and how one more is added."""
    ids = [getattr(workflow, id_type) for workflow in known]
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    named = (
        f"the {id_type} of a workflow: {', '.join(ids[:_MOST_NAMED])}{more}"
        if ids
        else "a workflow, but there is none"
    )
    other = next(
        (name for name in _NAMES if any(getattr(workflow, name) == value for workflow in known)), None
    )
    hint = f" It is the {other} of one: send id_type {other}." if other else nearest(value, ids)
    return Violation("path/id", named, value, hint=f"{hint}{_ADDED}")


def _made_up(id_type: str, value: str) -> EmbedWorkflow:
    """Return a workflow for an id that is not known: the same for the same id."""
    random = derive(b"", "embed-workflow", id_type, value, size=16)
    tag = hashid(random[10:])
    if id_type == "key":
        return EmbedWorkflow(uuid7(0, random), tag, value, value.replace("_", " ").replace("-", " ").title())
    tag = value if id_type == "hashid" else tag
    identifier = value if id_type == "id" else uuid7(0, random)
    return EmbedWorkflow(identifier, tag, f"workflow_{tag}", f"Workflow {tag}")
