"""Changes what the answer to a request says, as faults that are `wrong` or `stale` want it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from execmock.core.contract.names import LIST, PUBLIC
from execmock.core.faults import Effect, Stale, Wrong
from execmock.core.json_text import JsonError, decode, encode
from execmock.core.sandbox import Sandbox
from execmock.server.api.calls import Answer, Result, refused
from execmock.service.engine import Engine
from execmock.service.executions.executions import Page
from execmock.service.faults.damage import Damage
from execmock.service.faults.past import PastViews
from execmock.service.refusals import Refusal

__all__ = ["drifted"]


async def drifted(engine: Engine, effect: Effect, result: Result, sandbox: Sandbox | None) -> Result:
    """Return a result whose answer is wrong; the same where it is no success, or has nothing of that kind."""
    # A request that asks for a fault by its name may be one that the fault does not fit.
    fits = not effect.operations or result.operation in effect.operations
    body = _object(result.answer) if 200 <= result.answer.status < 300 else None
    if sandbox is None or body is None or not fits:
        return result
    if isinstance(effect, Stale):
        return replace(result, answer=await _stale(engine, effect.age, result, body, sandbox))
    if isinstance(effect, Wrong):
        return replace(result, answer=await _wrong(engine, effect, result, body, sandbox))
    return result


def _object(answer: Answer) -> dict[str, Any] | None:
    """Return the body of an answer, None if it is no JSON object."""
    try:
        body = decode(answer.body)
    except JsonError:
        return None
    return body if isinstance(body, dict) else None


async def _wrong(
    engine: Engine, effect: Wrong, result: Result, body: dict[str, Any], sandbox: Sandbox
) -> Answer:
    """Return a wrong answer; damage what the sandbox holds if that is its way."""
    answer, past = result.answer, PastViews(engine.services, engine.view_cache)
    match effect.how:
        case "created-twice":
            await Damage(engine.services).create_again(sandbox, result.made)
        case "create-lost":
            await Damage(engine.services).lose(sandbox, result.made)
        case "another":
            view = await past.another(sandbox, result.subject, public=result.operation == PUBLIC)
            return answer if view is None else _with_data(answer, body, decode(view))
        case "twice":
            page = _page(body)
            if page is not None and page.offset:
                before = Page(page.limit, page.offset - 1)
                items, _ = await past.list(sandbox, before, 0)
                return _with_data(answer, body, {**body["data"], "items": decode(b"[%b]" % items)})
        case _:
            changed = effect.changed(result.operation, body, sandbox.organization)
            return replace(answer, body=encode(changed))
    return answer


async def _stale(engine: Engine, age: int, result: Result, body: dict[str, Any], sandbox: Sandbox) -> Answer:
    """Return the answer that a request would have got so many milliseconds ago."""
    past, answer = PastViews(engine.services, engine.view_cache), result.answer
    if result.operation == LIST:
        page = _page(body)
        if page is None:
            return answer
        items, more = await past.list(sandbox, page, age)
        shown = {**body["data"], "hasMore": more, "items": decode(b"[%b]" % items)}
        return _with_data(answer, body, shown)
    public = result.operation == PUBLIC
    view = await past.read(sandbox, result.subject, age, public=public)
    if view is not None:
        return _with_data(answer, body, decode(view))
    status = 401 if public else int(engine.choices["unknownExecution"])
    said = "The token does not open this execution" if public else "Unknown execution"
    return refused(Refusal(status, said), answer.headers.get("X-Request-Id", ""))


def _page(body: dict[str, Any]) -> Page | None:
    """Return which page a list is, None if it does not say that."""
    data = body.get("data")
    if not isinstance(data, dict):
        return None
    limit, offset = data.get("limit"), data.get("offset")
    return Page(limit, offset) if isinstance(limit, int) and isinstance(offset, int) else None


def _with_data(answer: Answer, body: dict[str, Any], data: Any) -> Answer:
    return replace(answer, body=encode({**body, "data": data}))
