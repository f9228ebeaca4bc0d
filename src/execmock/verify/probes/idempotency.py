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
    await session.list("left-behind", limit=100)
    await _after_refusal(session)
    await _nearly(session)
    for count in (8, 32):
        await _at_once(session, count)
    for number in range(1, 1 if session.gentle else _TRIALS[session.effort]):
        await _race(session, number)
    if session.has("b"):
        await session.create(body, "tenant", identity="b")
        await session.create(body, "same/after-tenant")


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


async def _race(session: Session, number: int) -> None:
    """Create a few times at once with one key, and once more as soon as that is answered."""
    body = session.requests.full(session.unique("race"))
    label = f"at-once/8/{number}"
    await session.all(session.create(body, label, burst=True) for _ in range(_RACING))
    await session.create(body, label)


# A fault that shows once in 20 times is found by 45 trials in 9 of 10 runs, by 14 in every other one.
_TRIALS = {"quick": 2, "default": 15, "thorough": 46}
_RACING = 3
_MANY = {"quick": 16, "default": 32, "thorough": 100}


@probe("concurrent")
async def concurrent(session: Session) -> None:
    """Create many different executions at once, and read each as soon as it is there."""
    count = _MANY[session.effort] if not session.gentle else 8
    await session.all(_one_of_many(session, number) for number in range(count))


async def _one_of_many(session: Session, number: int) -> None:
    body = session.requests.full(session.unique("many"), number)
    made = await session.create(body, f"many/{number}", burst=True)
    name = made.at("/data/execution/id")
    if made.ok and isinstance(name, str):
        await session.get(name, f"get/{number}")
