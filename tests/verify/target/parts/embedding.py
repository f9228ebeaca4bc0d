"""POST /api/v1/workflows/{id}/execute: a bare object, three texts of one instant, a UUIDv7."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..texts import created_texts
from ..values import Answer, RefusalError, Request
from .reading import Reading


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of the embed service, known by three identifiers."""

    id: str
    hashid: str
    key: str
    name: str


WORKFLOWS = (
    Workflow("0198c2e9-0000-7000-8000-00000000000f", "wf15a", "workflow_15", "Workflow 15"),
    Workflow("0198c2e9-0000-7000-8000-000000000010", "wf16b", "workflow_16", "Workflow 16"),
)


class Embedding(Reading):
    """Executes embed workflows."""

    async def execute_workflow(self, request: Request) -> Answer:
        """Start an execution, or replay the answer that the Idempotency-Key header names."""
        self.identify_embed(request)
        body = self.execute_body(request)
        workflow = self.workflow(request.segments[3], str(body.get("id_type", "id")))
        place = self.replay_place(request)
        if place is not None and place in self.shelf.replays:
            return self.shelf.replays[place]
        answer = self.executed(request, workflow, body)
        if place is not None:
            self.shelf.replays[place] = answer
        return answer

    def execute_body(self, request: Request) -> dict[str, object]:
        """Return the body, `{}` when there is none; refuse what is not as documented."""
        sent = self.embed_json(request)
        if not isinstance(sent, dict):
            return self.bad_execute("The body must be an object")
        for name, wanted in (("id_type", str), ("user_key", str), ("execution_data", dict)):
            if sent.get(name) is not None and not isinstance(sent[name], wanted):
                return self.bad_execute(f"{name} is not of the right type")
        return {name: value for name, value in sent.items() if value is not None}

    def embed_json(self, request: Request) -> object:
        """Return the JSON value of the body; an empty body is an empty object."""
        return {} if request.body == b"" else self.read_json(request)

    def bad_execute(self, message: str) -> dict[str, object]:
        """Refuse execution data that is not an object, and the like."""
        raise RefusalError(422, message)

    def workflow(self, wanted: str, id_type: str) -> Workflow:
        """Return the workflow that has this identifier, of this type."""
        if id_type not in ("id", "hashid", "key"):
            return self.unknown_id_type(wanted)
        found = next((w for w in WORKFLOWS if getattr(w, id_type) == wanted), None)
        return self.unknown_workflow(wanted) if found is None else found

    def unknown_id_type(self, wanted: str) -> Workflow:
        """Refuse an id_type that does not exist."""
        raise RefusalError(404, "not found")

    def unknown_workflow(self, wanted: str) -> Workflow:
        """Refuse a workflow that does not exist."""
        raise RefusalError(404, "not found")

    def replay_place(self, request: Request) -> tuple[str, ...] | None:
        """Return where the answer is kept for repeats of the same path and key."""
        key = request.headers.get("Idempotency-Key")
        return None if not key else (*request.segments, key)

    def executed(self, request: Request, workflow: Workflow, body: dict[str, object]) -> Answer:
        """Return the answer to an execution that starts now."""
        return Answer(201, self.embed_execution(workflow, body, self.now()))

    def embed_execution(
        self, workflow: Workflow, body: dict[str, object], now: datetime
    ) -> dict[str, object]:
        """Return the bare object of a new execution."""
        return {
            "hashid": self.embed_hashid(workflow),
            "id": self.embed_id(now),
            "key": workflow.key,
            "name": workflow.name,
            "object": "execution",
            "status": "running",
            "log": {},
            "execution_data": body.get("execution_data", {}),
            **self.embed_times(now),
            **self.counts(),
        }

    def embed_id(self, now: datetime) -> str:
        """Return a UUIDv7 of this instant."""
        return self.ids.uuid7(now)

    def embed_hashid(self, workflow: Workflow) -> str:
        """Return the execution's own short id."""
        return self.ids.hashid()

    def embed_times(self, now: datetime) -> dict[str, object]:
        """Return the three texts of the instant."""
        return dict(created_texts(now))

    def counts(self) -> dict[str, object]:
        """Return the counts of actions: none at the beginning."""
        kinds = ("completed_", "failed_", "idle_", "running_", "stopped_", "")
        return {f"{kind}actions_count": 0 for kind in kinds}
