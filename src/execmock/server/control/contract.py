"""Control operations on the contract that is served."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.server.api.request_validation import ValidatedRequest
from execmock.server.control.operations import ControlHandler, Operations
from execmock.service.contract_places import find_place
from execmock.service.refusals import Refusal

__all__ = ["ContractOperations"]


class ContractOperations(Operations):
    """Read it, and find in it what a request has to be like."""

    def handlers(self) -> Mapping[str, ControlHandler]:
        """Return operation id to handler."""
        return {"getContract": self._read, "findInContract": self._place}

    async def _read(self, checked: ValidatedRequest) -> bytes:
        return encode(self.engine.contract.document)

    async def _place(self, checked: ValidatedRequest) -> bytes:
        contract, name = self.engine.contract, checked.parameters["operation"]
        if name not in contract.operations:
            hint = nearest(name, contract.operations)
            violation = Violation("query/operation", "the id of an operation", name, hint=hint)
            raise Refusal(404, "Unknown operation", [violation])
        operation, where = contract.operations[name], checked.parameters["location"]
        pointer, place = await self.engine.background.run(find_place, contract, operation, where)
        return encode({"pointer": pointer, "file": Path(place.file).name, "line": place.line or None})
