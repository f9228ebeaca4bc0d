"""Probes of the idempotency key and of creating many at once."""

from __future__ import annotations

from execmock.verify.probe import probe
from execmock.verify.requests import CREATE
from execmock.verify.session import Session

__all__ = ["concurrent", "idempotency"]


@probe("idempotency")
async def idempotency(session: Session) -> None:
    """Repeat a create: identical, with another body, with similar keys, after a refusal, and concurrently."""
    body = session.requests.full(session.unique("same"))
    first = await session.created(body, "same/first")
    await session.create(body, "same/again")
    await session.create(dict(reversed(body.items())), "same/reordered")
    await session.list("same/list", limit=100)
    other = {**body, "requestPayload": {"other": session.unique("other")}}
    await session.create(other, "conflict", valid=False)
    await session.get(first.id, "conflict-read")
    await _after_refusal(session)
    await _nearly(session)
    for count in (8, 32):
        await _at_once(session, count)
    if session.has("b"):
        await session.create(body, "tenant", identity="b")


async def _after_refusal(session: Session) -> None:
    body = session.requests.full(session.unique("refused"))
    broken = {name: value for name, value in body.items() if name not in session.requests.required(CREATE)}
    refused = await session.create(broken, "refused/first", valid=False)
    if refused.status and not refused.ok:
        await session.create(body, "refused/second")


async def _nearly(session: Session) -> None:
    key = session.unique("Exact")
    body = session.requests.full(session.unique("exact"))
    for name, variant in (("plain", key), ("lower", key.lower()), ("upper", key.upper())):
        await session.create({**body, "idempotencyKey": variant}, f"exact/{name}")


async def _at_once(session: Session, count: int) -> None:
    body = session.requests.full(session.unique("at-once"))
    await session.all(session.create(body, f"at-once/{count}", burst=True) for _ in range(count))
    await session.list(f"at-once-list/{count}", limit=100)


_MANY = {"quick": 16, "default": 32, "thorough": 100}


@probe("concurrent")
async def concurrent(session: Session) -> None:
    """Create many different executions at once."""
    count = _MANY[session.effort] if not session.gentle else 8
    bodies = [session.requests.full(session.unique("many"), number) for number in range(count)]
    await session.all(session.create(body, "many", burst=True) for body in bodies)
