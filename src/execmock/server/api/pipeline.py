"""From a request to its result, as one contract describes it: route, authenticate, validate, handle, wrap."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from execmock.core.contract import Contract, Operation, Router
from execmock.core.schema.violation import Violation
from execmock.errors import StoreError
from execmock.server.api.authentication import Authenticator, Caller
from execmock.server.api.calls import Answer, Handled, Request, Result, refused
from execmock.server.api.prefer import forced_answer, preferences
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import RequestValidator, Strictness, ValidatedRequest
from execmock.service.refusals import Refusal, unavailable
from execmock.service.sandboxes import Sandbox

__all__ = ["Api", "Handler", "internal_error"]


class Handler(NamedTuple):
    """What serves one operation. `subject` names the path parameter that says what a request is about."""

    serve: Callable[[Request, ValidatedRequest, Caller | None], Awaitable[Handled]]
    subject: str = ""


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
        self._router = Router(
            (served.operation for served in self._served.values()), contract.known_elsewhere
        )

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods of a path; empty if it is unknown."""
        return self._router.match("", path).allow

    async def handle(self, request: Request) -> Result:
        """Return what comes of a request: an error answer where it is refused, or where a handler fails."""
        name, subject, fits = "", "", False
        sandbox: Sandbox | None = None
        try:
            served, path = self._route(request)
            operation = served.operation
            name = operation.id
            caller = None
            if operation.security:
                caller = await self._authenticator.admit(operation, request.headers)
                sandbox = caller.sandbox if caller else None
            prefer = request.headers.get("Prefer")
            if prefer is not None:
                forced = forced_answer(operation, preferences(prefer))
                if forced:
                    return Result(self._completed(forced, request, sandbox), name, sandbox)
            validated = served.validator.check(request, path)
            fits = True
            if served.subject:
                subject = validated.parameters[served.subject]
            handled = await served.serve(request, validated, caller)
        except Exception as error:
            answer, violations = self._failed(error, request, sandbox)
            return Result(answer, name, sandbox, subject, violations, fits)
        sandbox = sandbox or handled.sandbox
        answer = served.wrap(handled.body, self._request_ids.next(sandbox))
        return Result(answer, name, sandbox, subject or handled.subject, (), fits)

    def refuse(self, refusal: Refusal) -> Result:
        """Return the result of a request that is refused before any operation is asked."""
        return Result(refused(refusal, self._request_ids.next(None)), violations=refusal.violations)

    def _completed(self, forced: Answer, request: Request, sandbox: Sandbox | None) -> Answer:
        """Return a forced answer with the headers that the real one would have."""
        headers = {**forced.headers, "X-Request-Id": self._request_ids.next(sandbox)}
        if forced.status == 405:
            headers["Allow"] = ", ".join(self.methods(request.path))
        return Answer(forced.status, forced.body, headers)

    def _failed(
        self, error: Exception, request: Request, sandbox: Sandbox | None
    ) -> tuple[Answer, Sequence[Violation]]:
        """Return the answer to a request that is not served, and the violations that it is refused for."""
        request_id = self._request_ids.next(sandbox)
        if isinstance(error, StoreError):
            error = unavailable(error)
        if isinstance(error, Refusal):
            return refused(error, request_id), error.violations
        return internal_error(error, request, request_id), ()

    def _route(self, request: Request) -> tuple[_Served, Mapping[str, str]]:
        match = self._router.match(request.method, request.path)
        if match.operation is not None and match.parameters is not None:
            return self._served[match.operation.id], match.parameters
        if not match.allow:
            raise _no_operation(request, known_elsewhere=match.known_elsewhere)
        allow = {"Allow": ", ".join(match.allow)} if self._wrong_method == 405 else {}
        violation = Violation("method", " or ".join(match.allow), request.method)
        raise Refusal(self._wrong_method, f"The path has no method {request.method}", [violation], allow)


def _no_operation(request: Request, *, known_elsewhere: bool) -> Refusal:
    said = "The path belongs to no operation of this contract"
    if known_elsewhere:
        said = "The vendor publishes this path, but it belongs to no operation of this contract"
    expected = "a path of the contract; `execmock serve --contract FILE` serves a copy with more of them"
    return Refusal(404, said, [Violation("path", expected, request.path)])


class _Served:
    """One operation with everything that serving it needs."""

    __slots__ = ("enveloped", "operation", "serve", "status", "subject", "validator")

    def __init__(
        self, contract: Contract, operation: Operation, handler: Handler, strictness: Strictness
    ) -> None:
        self.operation = operation
        self.serve, self.subject = handler
        self.validator = RequestValidator(contract, operation, strictness)
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


def internal_error(error: Exception, request: Request, request_id: str) -> Answer:
    """Return the answer to a request that met a bug in execmock; write one line about it to stderr."""
    # The place is enough to find the mistake; a traceback would fill the terminal.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    kind = type(error).__name__
    sys.stderr.write(f"error: {request.method} {request.path} ({request_id}): {kind}: {error} at {place}\n")
    return refused(Refusal(500, "Internal error"), request_id)
