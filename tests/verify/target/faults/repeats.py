"""Idempotency keys that do not do what they are for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from ..behaviour import Behaviour
from ..catalogue import fault
from ..parts.creating import Created
from ..plans import TERMINAL
from ..texts import rfc3339
from ..values import Answer, Execution, Key, Moment, RefusalError, Request
from ..variants.habits import KeysForADay

FEW = 16


@fault(
    "key-ignored",
    "The idempotency key is ignored.",
    "idempotency.same",
    "idempotency.no-second-record",
    also=(
        "idempotency.after-end",
        "idempotency.conflict",
        "idempotency.concurrent-8",
        "idempotency.concurrent-32",
    ),
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


class Later(Behaviour):
    """Does something to a repeated create's execution, once that has ended."""

    def ended(self, execution: Execution) -> bool:
        """Return whether an execution has ended."""
        return self.present(execution).status in TERMINAL


@fault("key-free-at-the-end", "A key is free again when its execution has ended.", "idempotency.after-end")
class KeyFreeAtTheEnd(Later):
    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        found = super().repeated(key, body)
        return None if found and self.ended(found.execution) else found


@fault(
    "repeat-refused-at-the-end", "A repeat is refused once the execution has ended.", "idempotency.after-end"
)
class RepeatRefusedAtTheEnd(Later):
    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        found = super().repeated(key, body)
        if found and self.ended(found.execution):
            raise RefusalError(400, "The execution has ended")
        return found


@fault(
    "key-forgotten-after-a-day",
    "A key is forgotten after a day.",
    "idempotency.after-a-day",
)
class KeyForgottenAfterADay(KeysForADay):
    pass


class Touching(Later):
    """Notes how often an execution was asked for again."""

    def prepare(self) -> None:
        super().prepare()
        self.touched: dict[str, datetime] = {}

    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        found = super().repeated(key, body)
        if found and self.ended(found.execution):
            self.touched[found.execution.id] = self.now()
        return found


@fault("repeat-moves-updated-at", "A repeat moves updatedAt.", "idempotency.changes-nothing")
class RepeatMovesUpdatedAt(Touching):
    def fields(self, execution: Execution, moment: Moment) -> dict[str, object]:
        fields, touched = super().fields(execution, moment), self.touched.get(execution.id)
        later = touched + timedelta(milliseconds=1) if touched else None
        return {**fields, "updatedAt": rfc3339(later)} if later else fields


@fault("repeat-adds-event", "A repeat adds an event to the timeline.", "idempotency.changes-nothing")
class RepeatAddsEvent(Touching):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        events, touched = super().events(execution, moment), self.touched.get(execution.id)
        if touched is None:
            return events
        again = {**events[-1], "id": self.event_id(execution, 99), "createdAt": rfc3339(touched)}
        return [*events, {**again, "title": "Asked for again", "message": "Asked for again."}]


@fault(
    "repeat-starts-again",
    "A repeat starts an execution again that has ended.",
    "lifecycle.terminal-final",
    also=(
        "idempotency.changes-nothing",
        "lifecycle.updated-at",
        "lifecycle.write-once",
        "timeline.append-only",
    ),
)
class RepeatStartsAgain(Touching):
    def moment(self, execution: Execution, now: datetime) -> Moment:
        whole = super().moment(execution, now)
        return Moment(whole.passed[:1]) if execution.id in self.touched else whole


@fault(
    "key-taken-over",
    "The create of another organization takes a key over.",
    "idempotency.same",
)
class KeyTakenOver(Behaviour):
    def idempotency_key(self, key: Key, body: dict[str, object]) -> tuple[str, str] | None:
        place = super().idempotency_key(key, body)
        return place and ("", place[1])

    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        found = self.shelf.remembered.get(self.idempotency_key(key, body) or ("", ""))
        return super().repeated(key, body) if found and found[1].organization == key.organization else None


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


@fault(
    "conflict-creates",
    "Another body under a used key makes another execution.",
    "idempotency.conflict",
    also=("idempotency.same",),
)
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
