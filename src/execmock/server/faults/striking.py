"""Tries the faults of a sandbox on one request, and makes the answers of those that refuse it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from execmock.core.contract import Operation
from execmock.core.contract.names import CREATE, EXECUTE
from execmock.core.durations import duration_hint
from execmock.core.faults import (
    ABOUT_EXECUTION,
    AskedRequest,
    Fault,
    Refused,
    Strike,
    fault_of_text,
    together,
)
from execmock.core.json_text import JsonError, decode, encode
from execmock.core.magic_faults import MAGIC, MAGIC_READS, magic_fault, magic_read_fault
from execmock.core.sandbox import Sandbox
from execmock.core.schema.violation import Violation
from execmock.errors import closest, nearest, quoted
from execmock.server.api.authentication import key_in
from execmock.server.api.calls import Answer, Request
from execmock.server.api.handlers import selection_of
from execmock.server.api.prefer import preferences
from execmock.server.api.request_ids import RequestIds
from execmock.service.engine import Engine
from execmock.service.faults.crowds import Crowd
from execmock.service.refusals import Refusal

__all__ = ["refusal", "strike_on", "take_note"]

_SECOND = 1000
_NEARLY = 0.9
"""How similar a workflow id has to be to a magic one that it is taken for a slip of it: a letter or two."""


async def strike_on(
    engine: Engine,
    request: Request,
    asked: tuple[Operation, Mapping[str, str]],
    sandbox: Sandbox,
    entered: list[Crowd],
    *,
    admitted: bool = True,
) -> Strike | None:
    """Return what the faults of a sandbox do to a request, None if none strikes.

    `asked` are its operation and the parameters of its path. The crowds that it is part of until it is
    answered are added to those `entered`. Where its caller is not `admitted`, only those strike that come
    from in front of the service.
    """
    operation, path = asked
    active = engine.faults.of(sandbox)
    subject = path.get("id", "") if operation.id in (*ABOUT_EXECUTION, EXECUTE) else ""
    if sandbox.step_faults and operation.id in ABOUT_EXECUTION:
        # What belongs to the situation comes before what was added to the sandbox.
        named = engine.faults.named(sandbox)
        active = [*await engine.asked_executions.step_faults(sandbox, subject, named), *active]
    if not admitted:
        active = [one for one in active if one.fault.in_front]
    seen = AskedRequest(
        operation=operation.id,
        method=request.method,
        path=request.path,
        at=engine.sandboxes.now(sandbox),
        sandbox=sandbox.id,
        key=key_in(request.headers),
        query=dict(parse_qsl(request.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(request.body),
    )
    seen = await engine.asked_executions.of(sandbox, active, seen, subject, selection_of(request))
    wanted = _wanted(engine, request, sandbox, seen, admitted=admitted)
    return together(wanted, await engine.faults.strike(sandbox, active, seen, entered))


def _wanted(
    engine: Engine, request: Request, sandbox: Sandbox, asked: AskedRequest, *, admitted: bool
) -> Strike | None:
    """Return what a request asks for by headers and workflow id; Refusal 400 for a fault there is none of."""
    faults = list(_magic(engine, sandbox, asked))
    named = request.headers.get("X-Execmock-Fault")
    if named:
        known = engine.faults.named(sandbox)
        for name in filter(None, map(str.strip, named.split(","))):
            if name not in known:
                hint = nearest(name, known)
                violation = Violation("header/X-Execmock-Fault", "the name of a fault", name, hint=hint)
                raise Refusal(400, "Unknown fault", [violation])
            faults.append(known[name])
    delay = preferences(request.headers.get("Prefer")).get("delay")
    if delay is not None:
        faults.append(_delay(delay))
    faults = [fault for fault in faults if admitted or fault.in_front]
    return engine.faults.strike_named(sandbox, faults) if faults else None


def _magic(engine: Engine, sandbox: Sandbox, asked: AskedRequest) -> Iterator[Fault]:
    """Yield the fault that a create's workflow id is magic for."""
    name = magic_fault(_workflow(asked))
    fault = None if name is None else engine.faults.named(sandbox).get(name)
    if fault is not None:
        yield fault


def _workflow(asked: AskedRequest) -> str:
    """Return the workflow id of a create, empty for any other request."""
    body = asked.body if asked.operation == CREATE else None
    workflow = body.get("workflowId") if isinstance(body, Mapping) else None
    return workflow if isinstance(workflow, str) else ""


async def take_note(engine: Engine, request: Request, sandbox: Sandbox) -> str:
    """Take note of a create whose executions are to meet a fault when they are read.

    Return a sentence on the magic id that was probably meant, empty if none was; Refusal 400 for that where
    magic is strict.
    """
    body = _body(request.body)
    workflow = body.get("workflowId") if isinstance(body, Mapping) else None
    if not isinstance(workflow, str) or not workflow.startswith(MAGIC) or workflow in sandbox.workflows:
        return ""
    known = engine.faults.named(sandbox)
    if magic_read_fault(workflow) in known:
        if not sandbox.step_faults:
            await engine.sandboxes.note_step_faults(sandbox.id)
        return ""
    return "" if magic_fault(workflow) in known else _nearly_magic(engine, workflow, known)


def _nearly_magic(engine: Engine, workflow: str, known: Iterable[str]) -> str:
    ids = [prefix + name.replace("-", "_") for prefix in (MAGIC, MAGIC_READS) for name in known]
    meant = closest(workflow, ids, _NEARLY)
    if meant is None:
        return ""
    if engine.options.strict_magic:
        expected, hint = "a magic id, or one that is not nearly magic", f" Did you mean {quoted(meant)}?"
        violation = Violation("body/workflowId", expected, workflow, hint=hint)
        raise Refusal(400, "The workflow id is nearly a magic one", [violation])
    return f"workflowId {quoted(workflow)} is not magic. Did you mean {quoted(meant)}?"


def _delay(text: str) -> Fault:
    try:
        return fault_of_text(encode({"fault": "delay", "slow": text}).decode())
    except ValueError:
        violation = Violation("header/Prefer", "delay= a duration such as 3s", text, hint=duration_hint(text))
        raise Refusal(400, "No such delay", [violation]) from None


def refusal(strike: Strike, request_ids: RequestIds, sandbox: Sandbox) -> Answer | None:
    """Return the answer that refuses a request, None where no fault does."""
    effect = strike.effect
    if effect is None or effect.handled:
        return None
    if not isinstance(effect, Refused):
        # Nothing is done, and nothing is answered.
        return Answer(0, b"")
    request_id = request_ids.next(sandbox)
    body, media_type = effect.content(request_id)
    headers = {"X-Request-Id": request_id}
    left = _left(effect, strike)
    if left is not None:
        # Whole seconds, rounded up: who comes then is not too early.
        headers["Retry-After"] = str(-(-max(0, left) // _SECOND))
    own = {name.lower() for name in effect.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in own}
    return Answer(effect.status, body, {**headers, **effect.headers}, media_type)


def _left(effect: Refused, strike: Strike) -> int | None:
    """Return after how many milliseconds a client is to come again, None where it is not told."""
    if effect.retry_after == "end":
        return strike.left
    if effect.retry_after == "next":
        return strike.limit.again if strike.limit else None
    return effect.retry_after


def _body(body: bytes) -> Any:
    try:
        return decode(body) if body else None
    except JsonError:
        return None
