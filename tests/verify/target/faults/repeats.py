"""Idempotency keys that do not do what they are for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.creating import Created
from ..values import Answer, Execution, Key, Request

FEW = 16


@fault(
    "key-ignored",
    "The idempotency key is ignored.",
    "idempotency.same",
    "idempotency.no-second-record",
    also=("idempotency.conflict", "idempotency.concurrent-8", "idempotency.concurrent-32"),
)
class KeyIgnored(Behaviour):
    def idempotency_key(self, key: Key, body: dict[str, object]) -> tuple[str, str] | None:
        return None


@fault(
    "new-token-on-repeat",
    "A repeat answers with another token.",
    "idempotency.same-token",
    also=(
        "idempotency.concurrent-32",
        "idempotency.concurrent-8",
    ),
)
class NewTokenOnRepeat(Behaviour):
    def created_data(self, created: Created) -> dict[str, object]:
        data = super().created_data(created)
        return {**data, "clientToken": self.ids.token()} if created.repeated else data


@fault(
    "no-token-on-repeat",
    "A repeat answers without a token.",
    "idempotency.same-token",
    also=(
        "create.complete",
        "idempotency.concurrent-32",
        "idempotency.concurrent-8",
    ),
)
class NoTokenOnRepeat(Behaviour):
    def created_data(self, created: Created) -> dict[str, object]:
        data = super().created_data(created)
        return {"execution": data["execution"]} if created.repeated else data


@fault("second-record", "A repeat leaves a second execution in the list.", "idempotency.no-second-record")
class SecondRecord(Behaviour):
    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        found = super().repeated(key, body)
        if found:
            again = replace(found.execution, id=self.ids.xid("exec", self.now()), created=self.now())
            self.shelf.add(again)
        return found


@fault("conflict-ignored", "Another body under a used key gets the first execution.", "idempotency.conflict")
class ConflictIgnored(Behaviour):
    def conflict(self, execution: Execution) -> Created | None:
        return Created(execution, repeated=True)


@fault("conflict-creates", "Another body under a used key makes another execution.", "idempotency.conflict")
class ConflictCreates(Behaviour):
    def conflict(self, execution: Execution) -> Created | None:
        return None


@fault(
    "race",
    "Creates at once with one key each make an execution.",
    "idempotency.concurrent-8",
    "idempotency.concurrent-32",
    also=("idempotency.no-second-record",),
)
class Race(Behaviour):
    async def before_storing(self, body: dict[str, object]) -> None:
        await asyncio.sleep(0.02)


@fault(
    "race-of-many",
    "More than 16 creates at once with one key make more than one execution.",
    "idempotency.concurrent-32",
)
class RaceOfMany(Behaviour):
    arriving = 0

    async def create_execution(self, request: Request) -> Answer:
        self.arriving += 1
        try:
            await asyncio.sleep(0.02)
            return await super().create_execution(request)
        finally:
            await asyncio.sleep(0.02)
            self.arriving -= 1

    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        return None if self.arriving > FEW else super().repeated(key, body)


@fault(
    "failure-remembered",
    "A key that came with a bad body is refused for ever.",
    "idempotency.failed-not-remembered",
)
class FailureRemembered(Behaviour):
    def prepare(self) -> None:
        super().prepare()
        self.failed: dict[str, list[str]] = {}

    def violations(self, sent: dict[str, object]) -> list[str]:
        found, key = super().violations(sent), sent.get("idempotencyKey")
        if found and isinstance(key, str):
            self.failed[key] = found
        return found or self.failed.get(str(key), [])


@fault(
    "key-any-case",
    "Idempotency keys are compared without case.",
    "idempotency.exact-key",
    also=(
        "create.echo",
        "create.read-your-write",
    ),
)
class KeyAnyCase(Behaviour):
    def idempotency_key(self, key: Key, body: dict[str, object]) -> tuple[str, str] | None:
        place = super().idempotency_key(key, body)
        return place and (place[0], place[1].lower())

    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        return super().repeated(key, _folded(body))

    def store(self, request: Request, key: Key, body: dict[str, object]) -> Execution:
        return super().store(request, key, _folded(body))


def _folded(body: dict[str, object]) -> dict[str, object]:
    key = body.get("idempotencyKey")
    return {**body, "idempotencyKey": key.lower()} if isinstance(key, str) else body


@fault(
    "key-across",
    "An idempotency key is shared by all organizations.",
    "idempotency.tenant",
    also=(
        "create.organization",
        "tenancy.list",
    ),
)
class KeyAcross(Behaviour):
    def idempotency_key(self, key: Key, body: dict[str, object]) -> tuple[str, str] | None:
        place = super().idempotency_key(key, body)
        return place and ("", place[1])
