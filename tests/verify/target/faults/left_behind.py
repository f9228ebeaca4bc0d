"""Creates that are refused, and leave a record all the same."""

from __future__ import annotations

from ..behaviour import Behaviour
from ..catalogue import fault
from ..values import Answer, RefusalError, Request
from .creating import PLACEHOLDERS


class LeavingRecords(Behaviour):
    """Refuses some creates after it has stored an execution."""

    def leaves(self, sent: dict[str, object]) -> bool:
        """Return whether a refused body leaves a record."""
        return True

    async def create_execution(self, request: Request) -> Answer:
        try:
            return await super().create_execution(request)
        except RefusalError as refusal:
            key = self.key_of(request)
            sent = self.read_json(request) if key and key.writes and refusal.status == 400 else None
            if key and isinstance(sent, dict) and self.leaves(sent):
                self.shelf.add(self.make(request, key, {**PLACEHOLDERS, **sent}))
            raise


@fault(
    "conflict-leaves-record",
    "A create that conflicts with another is stored before it is refused.",
    "create.refused-leaves-nothing",
    also=("idempotency.no-second-record", "create.organization"),
)
class ConflictLeavesRecord(LeavingRecords):
    def leaves(self, sent: dict[str, object]) -> bool:
        return not self.violations(sent)


@fault(
    "missing-leaves-record",
    "A create without sourceSystem is stored before it is refused.",
    "create.refused-leaves-nothing",
)
class MissingLeavesRecord(LeavingRecords):
    def leaves(self, sent: dict[str, object]) -> bool:
        return "sourceSystem" not in sent and "externalRef" in sent


@fault(
    "wrong-type-leaves-record",
    "A create whose payload is no object is stored before it is refused.",
    "create.refused-leaves-nothing",
    also=("create.wrong-type", "list.shape", "list.complete"),
)
class WrongTypeLeavesRecord(LeavingRecords):
    def leaves(self, sent: dict[str, object]) -> bool:
        return "requestPayload" in sent and not isinstance(sent["requestPayload"], dict)
