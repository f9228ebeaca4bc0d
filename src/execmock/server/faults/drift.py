"""Changes what the answer to a request says, as faults that are `wrong` or `stale` want it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from execmock.core.contract.names import LIST, PUBLIC
from execmock.core.faults import Effect, Stale, Wrong
from execmock.core.json_text import decode, encode
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
    answer = result.answer
    if not 200 <= answer.status < 300 or not answer.body or sandbox is None:
        return result
    if isinstance(effect, Stale):
        return replace(result, answer=await _stale(engine, effect.age, result, sandbox))
    if not isinstance(effect, Wrong):
        return result
    damage = Damage(engine.services)
    if effect.how == "created-twice":
        await damage.create_again(sandbox, result.made)
    elif effect.how == "create-lost":
        await damage.lose(sandbox, result.made)
    elif effect.how == "another":
        past = PastViews(engine.services, engine.view_cache)
        view = await past.another(sandbox, result.subject, public=result.operation == PUBLIC)
        if view is not None:
            return replace(result, answer=_with_data(answer, decode(view)))
    elif effect.how == "twice":
        return replace(result, answer=await _overlapping(engine, answer, sandbox))
    else:
        body = effect.changed(result.operation, decode(answer.body), sandbox.organization)
        return replace(result, answer=replace(answer, body=encode(body)))
    return result


async def _stale(engine: Engine, age: int, result: Result, sandbox: Sandbox) -> Answer:
    """Return the answer that a request would have got so many milliseconds ago."""
    past = PastViews(engine.services, engine.view_cache)
    answer = result.answer
    if result.operation == LIST:
        return await _listed(past, answer, sandbox, age)
    public = result.operation == PUBLIC
    view = await past.read(sandbox, result.subject, age, public=public)
    if view is not None:
        return _with_data(answer, decode(view))
    status = 401 if public else int(engine.choices["unknownExecution"])
    said = "The token does not open this execution" if public else "Unknown execution"
    return refused(Refusal(status, said), answer.headers.get("X-Request-Id", ""))


async def _listed(past: PastViews, answer: Answer, sandbox: Sandbox, age: int) -> Answer:
    data = decode(answer.body)["data"]
    items, more = await past.list(sandbox, Page(data["limit"], data["offset"]), age)
    return _with_data(answer, {**data, "hasMore": more, "items": decode(b"[%b]" % items)})


async def _overlapping(engine: Engine, answer: Answer, sandbox: Sandbox) -> Answer:
    """Return a page that begins with the item that the page before it ended with."""
    data = decode(answer.body)["data"]
    if not data["offset"]:
        return answer
    past = PastViews(engine.services, engine.view_cache)
    items, _ = await past.list(sandbox, Page(data["limit"], data["offset"] - 1), 0)
    return _with_data(answer, {**data, "items": decode(b"[%b]" % items)})


def _with_data(answer: Answer, data: Any) -> Answer:
    return replace(answer, body=encode({**decode(answer.body), "data": data}))
