"""From a call to an answer, as one contract describes it: route, admit, check, handle, wrap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping

from execmock.core.contract import Contract, Operation, Router
from execmock.core.schema.violation import Violation
from execmock.errors import StoreError
from execmock.server.api.authentication import Authenticator, Caller
from execmock.server.api.calls import Answer, Call, refused
from execmock.server.api.prefer import forced_answer, preferences
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import RequestValidator, Strictness, ValidatedRequest
from execmock.service.refusals import Refusal, unavailable

__all__ = ["Api", "Handler"]

Handler = Callable[[Call, ValidatedRequest, Caller | None], Awaitable[bytes]]
"""Serves one operation: returns the bytes of `data`, or of the whole body where there is no envelope."""


class Api:
    """Serves the operations of one contract. Raises nothing for what a client sends."""

    def __init__(
        self,
        contract: Contract,
        handlers: Mapping[str, Handler],
        authenticator: Authenticator,
        request_ids: RequestIds,
        strictness: Mapping[str, Strictness],
        wrong_method: int = 405,
        only: Collection[str] | None = None,
    ) -> None:
        self._authenticator = authenticator
        self._request_ids = request_ids
        self._wrong_method = wrong_method
        self._served = {
            name: _Served(contract, operation, handlers[name], strictness.get(name, Strictness()))
            for name, operation in contract.operations.items()
            if only is None or name in only
        }
        self._router = Router(served.operation for served in self._served.values())

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods of a path; empty if it is unknown."""
        return self._router.match("", path).allow

    async def answer(self, call: Call) -> Answer:
        """Return the answer to a call, an error answer where it is refused."""
        try:
            served, path = self._route(call)
            operation = served.operation
            call.operation = operation.id
            caller = None
            if operation.security:
                caller = await self._authenticator.admit(operation, call.headers)
                call.sandbox = caller.sandbox if caller else None
            prefer = call.headers.get("Prefer")
            if prefer is not None:
                forced = forced_answer(operation, preferences(prefer))
                if forced:
                    return self._completed(forced, call)
            checked = served.checker.check(call, path)
            call.fits = True
            body = await served.handler(call, checked, caller)
        except Refusal as refusal:
            return self.refuse(call, refusal)
        except StoreError as error:
            return self.refuse(call, unavailable(error))
        return served.wrap(body, self._request_ids.next(call.sandbox))

    def _completed(self, forced: Answer, call: Call) -> Answer:
        """Return a forced answer with the headers that the real one would have."""
        forced.headers["X-Request-Id"] = self._request_ids.next(call.sandbox)
        if forced.status == 405:
            forced.headers["Allow"] = ", ".join(self.methods(call.path))
        return forced

    def refuse(self, call: Call, refusal: Refusal, status: int | None = None) -> Answer:
        """Return the answer to a call that is refused; `status` replaces the refusal's own 413."""
        if status is not None and refusal.status == 413:
            refusal.status = status
        call.violations = refusal.violations
        return refused(refusal, self._request_ids.next(call.sandbox))

    def _route(self, call: Call) -> tuple[_Served, Mapping[str, str]]:
        match = self._router.match(call.method, call.path)
        if match.operation is not None and match.parameters is not None:
            return self._served[match.operation.id], match.parameters
        if not match.allow:
            violation = Violation("path", "a path of the contract", call.path)
            raise Refusal(404, "Not found", [violation])
        allow = {"Allow": ", ".join(match.allow)} if self._wrong_method == 405 else {}
        violation = Violation("method", " or ".join(match.allow), call.method)
        raise Refusal(self._wrong_method, f"The path has no method {call.method}", [violation], allow)


class _Served:
    """One operation with everything that serving it needs."""

    __slots__ = ("checker", "enveloped", "handler", "operation", "status")

    def __init__(
        self, contract: Contract, operation: Operation, handler: Handler, strictness: Strictness
    ) -> None:
        self.operation = operation
        self.handler = handler
        self.checker = RequestValidator(contract, operation, strictness)
        success = operation.success
        self.status = int(success.status)
        self.enveloped = "data" in contract.resolve(success.schema or {}).get("properties", {})

    def wrap(self, body: bytes, request_id: str) -> Answer:
        """Return a success, in the envelope if the contract has one."""
        if self.enveloped:
            body = b'{"code":%d,"data":%b,"message":"success","requestId":"%b"}' % (
                self.status,
                body,
                request_id.encode(),
            )
        return Answer(self.status, body, {"X-Request-Id": request_id})
