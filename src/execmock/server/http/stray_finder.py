"""Finds the requests that reached no sandbox by their key: for tests whose clients must not send any."""

from __future__ import annotations

from execmock.core.contract import Contract
from execmock.errors import StoreError
from execmock.server.api.authentication import key_in
from execmock.service.events.entry import JournalEntry
from execmock.service.events.strays import Stray, Strays
from execmock.service.sandboxes import Sandboxes

__all__ = ["StrayFinder"]


class StrayFinder:
    """Looks at each request once it was answered."""

    def __init__(self, contract: Contract, sandboxes: Sandboxes) -> None:
        self.found = Strays()
        self._contract = contract
        self._sandboxes = sandboxes

    async def look_at(self, entry: JournalEntry, opened: int, *, served: bool) -> None:
        """Keep a request if it reached no sandbox by its key, unless it needs none and keeps the contract."""
        key = key_in(entry.headers)
        known = None
        try:
            known = await self._sandboxes.key(key) if key else None
            if known is not None and await self._sandboxes.get(known.sandbox) is not None:
                return
        except StoreError:
            # The answer says that already.
            return
        operation = self._contract.operations.get(entry.operation)
        needs_key = operation is None or bool(operation.security)
        if (needs_key or entry.breaks_contract) and (operation or entry.violations):
            said = "with an unknown key" if key else "without a key"
            owner = known.sandbox if known else ""
            said = f"with the key of sandbox {owner}, which is closed" if owner else said
            self.found.add(Stray(entry, opened, said if needs_key else "", owner, served))

    def unreadable(self, entry: JournalEntry, opened: int, why: str) -> None:
        """Keep a request that could not be read."""
        self.found.add(Stray(entry, opened, why, "", served=False))
