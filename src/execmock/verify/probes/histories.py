"""The probe that follows executions over time: it polls both views, and judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from execmock.verify.equality import same_member
from execmock.verify.exchange import Exchange
from execmock.verify.probe import probe
from execmock.verify.requests import CREATE
from execmock.verify.session import Created, Session

__all__ = ["follow"]

_FOLLOWED = {"quick": 4, "default": 8, "thorough": 16}
_REAL_STEP = 250
_LONGEST_STEP = 3_000  # front ends poll every 3 s
_VIRTUAL = 45 * 60_000
_AFTER_END = 2
_WITNESS = 4
_DAY = 25 * 60 * 60_000  # an hour more, for keys that are kept for a day


@probe("histories")
async def follow(session: Session) -> None:
    """Create executions and poll each by key and by token until all have ended or the time is up.

    At intervals another execution is created: its createdAt shows the target's own clock.
    """
    numbers = range(max(_FOLLOWED[session.effort], len(session.requests.workflows)))
    made = [await _create(session, number) for number in numbers]
    early = [each for made_first in made[:1] for each in await _read_all(session, made_first)]
    await session.list("list", identity="time", limit=100)  # an order by update shows only while they move
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
    await session.each(*(_if_changed(session, each) for each in early))
    await _last_list(session, {name for name, times in resting.items() if times})
    await session.all(session.get(each.id, "get", identity="time") for each in made)
    await _repeat(session, made, resting)
    await session.create(session.requests.minimal(), "witness", identity="time")


async def _create(session: Session, number: int) -> Created:
    body = session.requests.full(session.unique("followed"), number)
    return await session.created(body, "create", identity="time")


async def _repeat(session: Session, made: list[Created], resting: dict[str, int]) -> None:
    """Repeat the create of an execution that has ended, and after a day if the clock can be moved."""
    one = next((each for each in made if resting.get(each.id)), made[0])
    await session.get(one.id, "before-repeat", identity="time")
    await _again(session, one, "later")
    if session.time.instant:
        await session.time.pass_(_DAY)
        await session.get(one.id, "before-repeat", identity="time")
        await _again(session, one, "day")


async def _again(session: Session, one: Created, label: str) -> None:
    send = partial(session.send, operation=CREATE, identity="time")
    await send(one.seen.request, f"repeat/{label}", valid=True)
    await session.get(one.id, f"after-repeat/{label}", identity="time")


async def _read_all(session: Session, made: Created) -> list[Exchange]:
    """Read in each way, while the execution is young."""
    several = [await session.get(made.id, "get", identity="time")]
    several.append(await session.list("list", identity="time", limit=1))
    if made.token:
        several.append(await session.public(made.id, made.token, "public"))
    return several


async def _if_changed(session: Session, early: Exchange) -> None:
    """Ask as a cache does that holds an early answer: whether it has changed."""
    for validator, header in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
        if text := early.header(validator):
            send = partial(session.send, operation=early.operation, identity=early.identity)
            await send(early.request, "current", valid=True)
            headers = {**early.request.headers, header: text}
            await send(replace(early.request, headers=headers), "if-changed")


async def _look(session: Session, made: Created, resting: dict[str, int]) -> None:
    """Read private, public, private: if the private reads agree, the public one has to agree with them."""
    known = await session.get(made.id, "get", identity="time")
    if made.token:
        await _public(session, made, known)
    seen = await session.get(made.id, "get", identity="time")
    if _ended(session, seen):
        resting[made.id] = resting.get(made.id, 0) + 1


async def _public(session: Session, made: Created, known: Exchange) -> None:
    """Read by token; where that shows an earlier state than is known, again until it does not."""
    graph = session.requests.contract.transitions()
    private, events = _object(known, "/data/execution"), _ids(known)

    def current(seen: Exchange) -> bool:
        public, names = _object(seen, "/data"), _ids(seen)
        status, shown = (str(view.get("status", "")) for view in (private, public))
        behind = status in graph.next and shown in graph.next and not graph.reaches(status, shown)
        differs = status == shown and any(
            name in private and not same_member(value, private[name]) for name, value in public.items()
        )
        return not seen.ok or not (behind or differs or (names and events and events[-1] not in names))

    await session.settled(lambda: session.public(made.id, made.token, "public"), current, "public")


def _object(seen: Exchange, pointer: str) -> dict[str, Any]:
    value = seen.at(pointer)
    return value if isinstance(value, dict) else {}


def _ids(seen: Exchange) -> list[object]:
    events = seen.at("/data/events")
    return (
        [event.get("id") for event in events if isinstance(event, dict)] if isinstance(events, list) else []
    )


async def _last_list(session: Session, ended: set[str]) -> None:
    """Ask for the list until it shows as ended what has ended, or is too late."""
    graph = session.requests.contract.transitions()

    def current(seen: Exchange) -> bool:
        items = seen.at("/data/items")
        shown = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        going = [str(item.get("id")) for item in shown if graph.next.get(str(item.get("status")), ())]
        return ended.isdisjoint(going)

    await session.settled(lambda: session.list("list", identity="time", limit=100), current, "list")


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
