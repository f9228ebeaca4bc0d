"""The probe that follows executions over time: it polls both views, and judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.verify.exchange import Exchange
from execmock.verify.probe import probe
from execmock.verify.session import Created, Session

__all__ = ["follow"]

_FOLLOWED = {"quick": 4, "default": 8, "thorough": 16}
_REAL_STEP = 250
_LONGEST_STEP = 3_000  # front ends poll every 3 s
_VIRTUAL = 45 * 60_000
_AFTER_END = 2
_WITNESS = 4


@probe("histories")
async def follow(session: Session) -> None:
    """Create executions and poll each by key and by token until all have ended or the time is up.

    At intervals another execution is created: its createdAt shows the target's own clock.
    """
    numbers = range(max(_FOLLOWED[session.effort], len(session.requests.workflows)))
    made = [await _create(session, number) for number in numbers]
    resting: dict[str, int] = {}
    for number, step in enumerate(_steps(session)):
        if number % _WITNESS == 0:
            await session.create(session.requests.minimal(), "witness", identity="time")
        await session.all(
            _look(session, each, resting) for each in made if resting.get(each.id, 0) <= _AFTER_END
        )
        await session.list("list", identity="time", limit=100)
        if all(resting.get(each.id, 0) > _AFTER_END for each in made):
            break
        await session.time.pass_(step)
    await session.create(session.requests.minimal(), "witness", identity="time")


async def _create(session: Session, number: int) -> Created:
    body = session.requests.full(session.unique("followed"), number)
    return await session.created(body, "create", identity="time")


async def _look(session: Session, made: Created, resting: dict[str, int]) -> None:
    """Read private, public, private: if the private reads agree, the public one has to agree with them."""
    await session.get(made.id, "get", identity="time")
    if made.token:
        await session.public(made.id, made.token, "public")
    seen = await session.get(made.id, "get", identity="time")
    if _ended(session, seen):
        resting[made.id] = resting.get(made.id, 0) + 1


def _ended(session: Session, seen: Exchange) -> bool:
    status = seen.at("/data/execution/status")
    graph = session.requests.contract.transitions()
    return status in graph.terminal or status not in graph.next


def _steps(session: Session) -> Iterator[int]:
    """Yield growing pauses in milliseconds; with a clock that can be advanced, 45 minutes in all."""
    spent, step = 0, 100 if session.time.instant else _REAL_STEP
    longest = 5 * 60_000 if session.time.instant else _LONGEST_STEP
    while spent < (_VIRTUAL if session.time.instant else session.follow):
        yield step
        spent += step
        step = min(int(step * (1.4 if session.time.instant else 1.15)), longest)
