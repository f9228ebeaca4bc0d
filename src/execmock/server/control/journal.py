"""Control operations on the journal."""

from __future__ import annotations

from collections.abc import Mapping

from execmock.core.json_text import encode
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations
from execmock.service.events.journal import Found, JournalFilter

__all__ = ["JournalOperations"]


class JournalOperations(Operations):
    """List, count, clear."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {"listJournal": self._list, "countJournal": self._count, "clearJournal": self._clear}

    async def _list(self, checked: ValidatedRequest) -> bytes:
        found = await self._found(checked, checked.parameters["limit"])
        return encode({"entries": found.entries, "count": found.total})

    async def _count(self, checked: ValidatedRequest) -> bytes:
        return encode({"count": (await self._found(checked, 0)).total})

    async def _clear(self, checked: ValidatedRequest) -> bytes:
        return encode({"count": await self.engine.journal.clear((await self.sandbox(checked)).id)})

    async def _found(self, checked: ValidatedRequest, most: int) -> Found:
        sandbox, given = await self.sandbox(checked), checked.parameters
        method = given.get("method")
        wanted = JournalFilter(
            after=given["after"],
            operation=given.get("operation"),
            method=method.upper() if method else None,
            status=given.get("status"),
            execution=given.get("execution"),
        )
        return await self.engine.journal.find(sandbox.id, wanted, most)
