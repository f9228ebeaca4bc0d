"""One request and the faults that it meets, on its way through the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from execmock.core.contract import Operation
from execmock.core.contract.names import CREATE, GET, PUBLIC
from execmock.core.magic_faults import MAGIC
from execmock.server.api.authentication import key_in
from execmock.server.api.calls import Answer, Request, Result, with_warning
from execmock.server.api.request_ids import RequestIds
from execmock.service.engine import Engine
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox, Sandboxes

if TYPE_CHECKING:
    from execmock.core.faults import Strike
    from execmock.core.faults.timing import Limit
    from execmock.service.faults.crowds import Crowd

__all__ = ["FaultMeeting", "FaultSearch", "MayMeetFaultError", "asks_for_faults"]

_MAGIC = MAGIC.encode()


def asks_for_faults(request: Request) -> bool:
    """Whether a request asks for a fault or a delay by its headers, or by a magic workflow id."""
    headers = request.headers
    if "X-Execmock-Fault" in headers or _MAGIC in request.body:
        return True
    return "delay" in headers.get("Prefer", "").lower()


class FaultMeeting:
    """What strikes one request. `quiet` leaves the names of faults out of answers."""

    def __init__(self, engine: Engine, *, quiet: bool = False) -> None:
        self._engine = engine
        self._quiet = quiet
        self.strike: Strike | None = None
        self.sandbox: Sandbox | None = None
        """The sandbox whose faults are tried."""
        self._warning = ""
        self._entered: list[Crowd] = []

    def leave(self) -> None:
        """Be under way no longer: the request is answered."""
        for crowd in self._entered:
            crowd.leave()

    async def meet(
        self,
        request: Request,
        operation: Operation,
        path: Mapping[str, str],
        sandbox: Sandbox | None,
        request_ids: RequestIds,
        *,
        admitted: bool = True,
    ) -> Answer | None:
        """Try the faults of the sandbox that a request reaches; return the answer of one that refuses it.

        Where its caller is not `admitted`, only those strike that come from in front of the service.
        """
        if sandbox is None:
            sandbox = await _meant(self._engine.sandboxes, request, operation, path)
        if sandbox is None or not (sandbox.faults or sandbox.step_faults or asks_for_faults(request)):
            return None
        # Imported here: without faults there is no use for it.
        from execmock.server.faults.striking import refusal, strike_on, take_note

        self.sandbox = sandbox
        if operation.id == CREATE and admitted and _MAGIC in request.body:
            self._warning = await take_note(self._engine, request, sandbox)
        asked = (operation, path)
        self.strike = await strike_on(self._engine, request, asked, sandbox, self._entered, admitted=admitted)
        return None if self.strike is None else refusal(self.strike, request_ids, sandbox)

    async def applied(self, result: Result) -> Result:
        """Return the result of a request as log, journal and client get to see it."""
        if self._warning and not result.warning:
            answer = with_warning(result.answer, self._warning)
            result = replace(result, answer=answer, warning=self._warning)
        if self.strike is None:
            return result
        if self.strike.effect is not None and self.strike.effect.word in ("wrong", "stale"):
            # Imported here: few faults change what an answer says.
            from execmock.server.faults.drift import drifted

            result = await drifted(self._engine, self.strike.effect, result, self.sandbox)
        if self.strike.limit is not None:
            result = replace(result, answer=_with_limit(result.answer, self.strike.limit))
        if not self.strike.names:
            return result
        names = ", ".join(self.strike.names)
        note = f"fault {names}; {result.note}" if result.note else f"fault {names}"
        result = replace(result, faults=self.strike.names, note=note)
        if self._quiet:
            return result
        headers = {**result.answer.headers, "X-Execmock-Fault": names}
        return replace(result, answer=replace(result.answer, headers=headers))


class FaultSearch:
    """Ends a request that may meet a fault before anything is done for it; its headers ask for none."""

    __slots__ = ("_found", "_sandboxes")

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._found = False

    async def meet(
        self,
        request: Request,
        operation: Operation,
        path: Mapping[str, str],
        sandbox: Sandbox | None,
        request_ids: RequestIds,
        *,
        admitted: bool = True,
    ) -> Answer | None:
        """Return an answer that ends the request where there are faults; it is not to be sent."""
        if sandbox is None:
            sandbox = await _meant(self._sandboxes, request, operation, path)
        if sandbox is None or not (sandbox.faults or sandbox.step_faults):
            return None
        self._found = True
        return _NOT_SENT

    async def applied(self, result: Result) -> Result:
        """Return the result as it is; MayMeetFaultError where the sandbox has faults."""
        if self._found:
            raise MayMeetFaultError
        return result


class MayMeetFaultError(Exception):
    """A request leads to a sandbox that has faults."""


_NOT_SENT = Answer(503, b"")


async def _meant(
    sandboxes: Sandboxes, request: Request, operation: Operation, path: Mapping[str, str]
) -> Sandbox | None:
    """Return the sandbox of a request without a caller: its key's or execution's, or the default one.

    A key may be known that does not open the operation.
    """
    key = key_in(request.headers) if operation.security else ""
    known = await sandboxes.key(key) if key else None
    if known is not None:
        return await sandboxes.get(known.sandbox)
    about = operation.id in (GET, PUBLIC)
    origin = await sandboxes.ids.origin(path.get("id", "")) if about else ""
    return await sandboxes.get(origin or DEFAULT_SANDBOX)


def _with_limit(answer: Answer, limit: Limit) -> Answer:
    """Return an answer that says what is left of a rate."""
    said = {
        "X-RateLimit-Limit": str(limit.most),
        "X-RateLimit-Remaining": str(limit.remaining),
        "X-RateLimit-Reset": str(limit.reset),
    }
    return replace(answer, headers={**answer.headers, **said})
