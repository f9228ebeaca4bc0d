"""POST /v1/executions: validation, idempotency, storing."""

from __future__ import annotations

from dataclasses import dataclass

from ..plans import AWAITING
from ..texts import canonical
from ..values import Answer, Execution, Key, RefusalError, Request
from .lives import Lives

REQUIRED = ("workflowId", "sourceEntityType", "sourceSystem")
STRINGS = (*REQUIRED, "sourceEntityId", "externalRef", "idempotencyKey")
OBJECTS = ("requestPayload", "clientSafeMetadata")


@dataclass(frozen=True, slots=True)
class Created:
    """What a create answers with; `repeated` when an earlier create made the execution."""

    execution: Execution
    repeated: bool = False


class Creating(Lives):
    """Creates executions, once for each idempotency key."""

    required = REQUIRED

    async def create_execution(self, request: Request) -> Answer:
        """Create an execution, or answer with the one that its idempotency key made."""
        key = self.identify(request)
        self.check_may_create(key)
        body = self.accepted(self.read_json(request))
        created = self.repeated(key, body)
        if created is None:
            await self.before_storing(body)
            created = Created(self.store(request, key, body))
        return self.created_answer(request, created)

    def check_may_create(self, key: Key) -> None:
        """Refuse a key that may only read."""
        if not key.writes:
            raise RefusalError(403, "The key may not create executions")

    def accepted(self, sent: object) -> dict[str, object]:
        """Return the known properties that have a value, or refuse the body."""
        if not isinstance(sent, dict):
            raise RefusalError(400, "The body must be a JSON object")
        if violations := self.violations(sent):
            raise RefusalError(400, "The body is not valid", tuple(violations))
        return self.kept(sent)

    def violations(self, sent: dict[str, object]) -> list[str]:
        """Return one sentence for each property that is missing or of the wrong type."""
        missing = [f"{name} is required" for name in self.required if sent.get(name) is None]
        return missing + [
            f"{name} must be {'an object' if wanted is dict else 'a string'}"
            for names, wanted in ((STRINGS, str), (OBJECTS, dict))
            for name in names
            if self.is_wrong(name, sent.get(name), wanted)
        ]

    def is_wrong(self, name: str, value: object, wanted: type) -> bool:
        """Return whether a value, not null, is of another type than wanted."""
        return value is not None and not isinstance(value, wanted)

    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        """Return the known properties; optional ones without a value are left out."""
        return {
            name: sent[name]
            for name in (*STRINGS, *OBJECTS)
            if name in self.required or sent.get(name) not in (None, "", {})
        }

    def idempotency_key(self, key: Key, body: dict[str, object]) -> tuple[str, str] | None:
        """Return where the create is remembered; None for a create without an idempotency key."""
        text = body.get("idempotencyKey")
        return None if text is None else (key.organization, str(text))

    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        """Return the execution that an equal create has made, None for a first one; refuse another body."""
        place = self.idempotency_key(key, body)
        if place is None or place not in self.shelf.remembered:
            return None
        fingerprint, execution = self.shelf.remembered[place]
        if fingerprint != canonical(body):
            return self.conflict(execution)
        return Created(execution, repeated=True)

    def conflict(self, execution: Execution) -> Created | None:
        """Refuse an idempotency key that another body has used."""
        raise RefusalError(400, "The idempotency key was used with another body")

    async def before_storing(self, body: dict[str, object]) -> None:
        """Do nothing: between looking for a repeat and storing, nobody else comes in."""

    def store(self, request: Request, key: Key, body: dict[str, object]) -> Execution:
        """Make an execution and keep it."""
        execution = self.make(request, key, body)
        self.shelf.add(execution)
        if place := self.idempotency_key(key, body):
            self.shelf.remembered[place] = (canonical(body), execution)
        return execution

    def make(self, request: Request, key: Key, body: dict[str, object]) -> Execution:
        """Return a new execution that begins now."""
        now = self.now()
        plan = self.plan_for(body["workflowId"])
        payable = plan[0].status == AWAITING
        return Execution(
            id=self.ids.xid("exec", now),
            token=self.ids.token(),
            organization=key.organization,
            body=body,
            created=now,
            plan=plan,
            request_id=request.id,
            run_id=self.ids.xid("run", now),
            checkout_id=self.ids.xid("cs", now) if payable else None,
            order_id=self.ids.xid("ord", now) if payable else None,
            sequence=len(self.shelf.executions),
        )

    def created_answer(self, request: Request, created: Created) -> Answer:
        """Return the client token and the execution as it stands."""
        return self.success(request, self.created_data(created))

    def created_data(self, created: Created) -> dict[str, object]:
        """Return the data of a create's answer."""
        execution = created.execution
        now = self.now() if created.repeated else execution.created
        return {
            "clientToken": execution.token,
            "execution": self.private(execution, self.moment(execution, now)),
        }
