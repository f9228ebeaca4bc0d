"""From a request to its result, as one contract describes it: route, authenticate, validate, handle, wrap."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from execmock.core.contract import Contract, Operation, Router, nearest_path
from execmock.core.ids import derive
from execmock.core.long_json import LONG_BODY
from execmock.core.schema.violation import Violation
from execmock.core.secrets import KnownSecrets
from execmock.errors import StoreError, visible_line
from execmock.output import warn
from execmock.server.api.authentication import Authenticator, Caller
from execmock.server.api.calls import Answer, Handled, Request, Result, refused, with_warning
from execmock.server.api.contract_answers import ContractAnswers
from execmock.server.api.prefer import ContractAnswer, forced_answer, preferences, unknown_words, usual_answer
from execmock.server.api.request_ids import RequestIds
from execmock.server.api.request_validation import RequestValidator, ValidatedRequest
from execmock.server.api.strictness import Strictness
from execmock.service.background_work import BackgroundWork
from execmock.service.events.redaction import refusal_without
from execmock.service.refusals import Refusal, unavailable
from execmock.service.sandboxes import Sandbox

__all__ = ["Api", "Faults", "Handler", "internal_error"]


class Faults(Protocol):
    """Faults that a request may meet."""

    async def meet(
        self,
        request: Request,
        operation: Operation,
        path: Mapping[str, str],
        sandbox: Sandbox | None,
        request_ids: RequestIds,
        *,
        admitted: bool,
    ) -> Answer | None:
        """Return the answer of a fault that refuses a request, None if none does.

        Where its caller is not `admitted`, only those strike that come from in front of the service.
        """
        ...


Serve = Callable[[Request, ValidatedRequest, Caller | None], Awaitable[Handled]]
Replay = Callable[[Request, Mapping[str, str], Sandbox], Awaitable[Handled | None]]


_UNKNOWN = "The path belongs to no operation of this contract"
_KNOWN_ELSEWHERE = "The vendor publishes this path, but it belongs to no operation of this contract"
_PATHS = (
    "a path of the contract",
    " `execmock serve --contract FILE` serves others, and `--upstream URL` passes them on",
)


class Handler(NamedTuple):
    """What serves one operation. `subject` names the path parameter that says what a request is about.

    `replay` gives the first answer to a repeated request, even where what it holds is refused by itself.
    """

    serve: Serve
    subject: str = ""
    replay: Replay | None = None


class Api:
    """Serves the operations of one contract. Raises nothing for what a client sends.

    An operation without a handler is answered from the contract. Such an answer follows from the sandbox's
    root, or from `seed` where no sandbox is reached. `paths` says of an unknown path what was expected,
    and what serves others. No answer repeats one of the `secrets`. Long bodies are read in the `background`,
    if there is one.
    """

    def __init__(
        self,
        contract: Contract,
        handlers: Mapping[str, Handler],
        authenticator: Authenticator,
        request_ids: RequestIds,
        strictness: Mapping[str, Strictness],
        wrong_method: int = 405,
        only: Collection[str] | None = None,
        seed: bytes = b"",
        paths: tuple[str, str] = _PATHS,
        secrets: KnownSecrets | None = None,
        background: BackgroundWork | None = None,
    ) -> None:
        self._secrets = KnownSecrets() if secrets is None else secrets
        self._paths, self._other_paths = paths
        self._background = background
        self._authenticator = authenticator
        self._request_ids = request_ids
        self._wrong_method = wrong_method
        self._contract_answers = ContractAnswers(contract)
        self._seed = seed
        self._served = {
            name: _Served(contract, operation, handlers.get(name), strictness.get(name, Strictness()))
            for name, operation in contract.operations.items()
            if only is None or name in only
        }
        self._router = Router(
            (served.operation for served in self._served.values()), contract.known_elsewhere
        )

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods of a path; empty if it is unknown."""
        return self._router.match("", path).allow

    def operation(self, request: Request) -> Operation | None:
        """Return the operation that a request leads to, None if it leads to none."""
        return self._router.match(request.method, request.path).operation

    async def handle(self, request: Request, faults: Faults | None = None) -> Result:
        """Return what comes of a request: an error answer where it is refused, or where a handler fails.

        `faults` are those that it may meet once it is known who calls.
        """
        result = await self._result(request, faults)
        if result.violations and result.sandbox is not None:
            result = await self._first_answer(request, result, result.sandbox) or result
        prefer = request.headers.get("Prefer")
        if prefer is None and not result.warning:
            return result
        said = [unknown_words(preferences(prefer)), result.warning]
        warning = " ".join(sentence for sentence in said if sentence)
        if not warning:
            return result
        return replace(result, answer=with_warning(result.answer, warning), warning=warning)

    async def _result(self, request: Request, faults: Faults | None) -> Result:
        """Return what comes of a request, but for the header that warns the client."""
        name, subject, fits = "", "", False
        sandbox: Sandbox | None = None
        spare: Result | None = None
        try:
            served, path = self._route(request)
            operation = served.operation
            name = operation.id
            caller, refusal = None, None
            if operation.security:
                try:
                    caller = await self._authenticator.admit(operation, request.headers)
                    sandbox = _sandbox_of(caller)
                except Refusal as error:
                    refusal = error
            if faults is not None or refusal is not None:
                struck = await self._struck(faults, request, operation, path, sandbox, refusal)
                if struck is not None:
                    return Result(struck, name, sandbox, path.get(served.subject, ""))
            wanted = _wanted(operation, request.headers.get("Prefer"))
            if wanted is not None:
                forced = self._forced(wanted, request, operation, sandbox)
                if not served.may_come_to(wanted):
                    return forced
                spare = forced if operation.method == "GET" else None
            apart = self._background if len(request.body) > LONG_BODY else None
            check = served.validator.check
            validated = await apart.run(check, request, path) if apart else check(request, path)
            fits = True
            if served.serve is None:
                answer = self._from_contract(usual_answer(operation), request, operation, sandbox)
                return Result(answer, name, sandbox, fits=fits)
            subject = served.subject_of(validated)
            handled = await served.serve(request, validated, caller)
        except Exception as error:
            if spare is not None and isinstance(error, Refusal):
                return spare
            answer, violations = self._failed(error, request, sandbox)
            return Result(answer, name, sandbox, subject, violations, fits)
        sandbox = sandbox or handled.sandbox
        answer = served.wrap(handled.body, self._request_ids.next(sandbox), handled.clock)
        made = handled.subject
        return Result(
            answer, name, sandbox, subject or made, (), fits, "", handled.warning, made, handled.scenario
        )

    async def _struck(
        self,
        faults: Faults | None,
        request: Request,
        operation: Operation,
        path: Mapping[str, str],
        sandbox: Sandbox | None,
        refusal: Refusal | None,
    ) -> Answer | None:
        """Return the answer of a fault, None if none refuses the request.

        Raises the `refusal` of its caller where no fault comes before that.
        """
        struck = None
        if faults is not None:
            admitted = refusal is None
            struck = await faults.meet(
                request, operation, path, sandbox, self._request_ids, admitted=admitted
            )
        if struck is None and refusal is not None:
            raise refusal
        return struck

    async def _first_answer(self, request: Request, refused: Result, sandbox: Sandbox) -> Result | None:
        """Return what a refused request was answered when it first came, None where it is no repetition."""
        served = self._served.get(refused.operation)
        if served is None or served.replay is None:
            return None
        try:
            handled = await served.replay(request, self._route(request)[1], sandbox)
        except StoreError:
            return None
        if handled is None:
            return None
        answer = served.wrap(handled.body, self._request_ids.next(sandbox))
        return replace(refused, answer=answer, violations=(), made=handled.subject)

    def refuse(self, refusal: Refusal) -> Result:
        """Return the result of a request that is refused before any operation is asked."""
        return Result(refused(refusal, self._request_ids.next(None)), violations=refusal.violations)

    def _forced(
        self, wanted: ContractAnswer, request: Request, operation: Operation, sandbox: Sandbox | None
    ) -> Result:
        """Return the answer that a client prefers."""
        answer = self._from_contract(wanted, request, operation, sandbox)
        return Result(answer, operation.id, sandbox, note="forced by Prefer")

    def _from_contract(
        self, wanted: ContractAnswer, request: Request, operation: Operation, sandbox: Sandbox | None
    ) -> Answer:
        """Return one of the contract's own answers, made for the request's path where it has no example."""
        seed = derive(sandbox.root if sandbox else self._seed, "answer", operation.id, request.path)
        answer = self._contract_answers.answer(wanted, seed, self._request_ids.next(sandbox))
        own: dict[str, str] = {}
        if answer.status == 405:
            own["Allow"] = ", ".join(self.methods(request.path))
        elif answer.status == 401 and operation.security:
            own["WWW-Authenticate"] = "Bearer"
        if not own:
            return answer
        return Answer(answer.status, answer.body, {**answer.headers, **own}, answer.content_type)

    def _failed(
        self, error: Exception, request: Request, sandbox: Sandbox | None
    ) -> tuple[Answer, Sequence[Violation]]:
        """Return the answer to a request that is not served, and the violations that it is refused for."""
        request_id = self._request_ids.next(sandbox)
        if isinstance(error, StoreError):
            error = unavailable(error)
        if isinstance(error, Refusal):
            error = refusal_without(error, request.query, request.headers, self._secrets)
            return refused(error, request_id), error.violations
        return internal_error(error, request, request_id), ()

    def _route(self, request: Request) -> tuple[_Served, Mapping[str, str]]:
        match = self._router.match(request.method, request.path)
        if match.operation is not None and match.parameters is not None:
            return self._served[match.operation.id], match.parameters
        if not match.allow:
            known = [served.operation.path for served in self._served.values()]
            hint = f"{nearest_path(request.path, known)}{self._other_paths}"
            violation = Violation("path", self._paths, request.path, hint=hint)
            raise Refusal(404, _KNOWN_ELSEWHERE if match.known_elsewhere else _UNKNOWN, [violation])
        allow = {"Allow": ", ".join(match.allow)} if self._wrong_method == 405 else {}
        # HEAD goes without saying where there is GET.
        named = [method for method in match.allow if method != "HEAD" or "GET" not in match.allow]
        violation = Violation("method", " or ".join(named), request.method)
        raise Refusal(self._wrong_method, f"The path has no method {request.method}", [violation], allow)


class _Served:
    """One operation with everything that serving it needs."""

    __slots__ = ("enveloped", "operation", "replay", "serve", "status", "subject", "validator")

    def __init__(
        self, contract: Contract, operation: Operation, handler: Handler | None, strictness: Strictness
    ) -> None:
        self.operation = operation
        self.serve = handler.serve if handler else None
        self.subject = handler.subject if handler else ""
        self.replay = handler.replay if handler else None
        self.validator = RequestValidator(contract, operation, strictness)
        success = operation.success
        self.status = int(success.status)
        schema = contract.resolve(success.schema or {}) if handler else {}
        self.enveloped = "data" in schema.get("properties", {})

    def subject_of(self, validated: ValidatedRequest) -> str:
        """Return the parameter that says what a request is about, empty if none does."""
        found: str = validated.parameters[self.subject] if self.subject else ""
        return found

    def may_come_to(self, wanted: ContractAnswer) -> bool:
        """Whether serving a request may give the answer that is wanted: its own success, no example."""
        return self.serve is not None and not wanted.example and wanted.status == self.status

    def wrap(self, body: bytes, request_id: str, clock: str = "") -> Answer:
        """Return a success, in the envelope if the contract has one; it says what the clock shows."""
        if self.enveloped:
            body = b'{"code":%d,"data":%b,"message":"success","requestId":"%b"}' % (
                self.status,
                body,
                request_id.encode(),
            )
        headers = {"X-Request-Id": request_id}
        if clock:
            headers["X-Execmock-Clock"] = clock
        return Answer(self.status, body, headers)


def _sandbox_of(caller: Caller | None) -> Sandbox | None:
    return caller.sandbox if caller else None


def _wanted(operation: Operation, prefer: str | None) -> ContractAnswer | None:
    """Return the answer that a client prefers, None if it prefers none."""
    return None if prefer is None else forced_answer(operation, preferences(prefer))


def internal_error(error: Exception, request: Request, request_id: str) -> Answer:
    """Return the answer to a request that met a bug in execmock; write one line about it to stderr."""
    # The place is enough to find the mistake; a traceback would fill the terminal.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    kind = type(error).__name__
    warn(visible_line(f"{request.method} {request.path} ({request_id}): {kind}: {error} at {place}"), "error")
    return refused(Refusal(500, "Internal error"), request_id)
