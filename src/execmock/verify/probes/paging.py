"""Probes of the list: its end, its boundaries, whole walks, and invalid parameters."""

from __future__ import annotations

import asyncio
from typing import Any

from execmock.core.contract.names import PAGE
from execmock.verify.exchange import Exchange
from execmock.verify.probe import probe
from execmock.verify.requests import LIST
from execmock.verify.session import Session

__all__ = ["pages", "parameters"]

_FURTHEST = 1 << 22
_TRIES = 3
_AT_ONCE = 5
_WALK_PAGES = {"quick": 12, "default": 30, "thorough": 80}


@probe("parameters", needs="")
async def parameters(session: Session) -> None:
    """Defaults, limits above the maximum, and values that are no integers in range."""
    await session.list("plain")
    for limit in (1, 2, 99, 100):
        await session.list(f"limit/{limit}", limit=limit)
    for limit in (101, 1000):
        await session.list(f"over/{limit}", valid=False, limit=limit)
    bad: list[dict[str, Any]] = [{"limit": text} for text in ("0", "-1", "abc", "1.5", "", "true", "0x10")]
    bad += [{"offset": text} for text in ("-1", "abc", "1.5", "1,000")]
    await session.all(session.list("bad", valid=False, **query) for query in bad)
    await session.all(session.call(LIST, "form", query=query) for query in _FORMS)
    huge = [{name: text} for name in ("limit", "offset") for text in _HUGE]
    huge += [{"offset": str(2**power)} for power in (32, 53)]
    await session.all(session.list("huge", valid=False, **query) for query in huge)


_FORMS = (
    (("limit", "2"), ("limit", "3")),
    (("offset", "0"), ("offset", "1")),
    (("limit[]", "2"), ("offset[]", "1")),
    (("limit[$gt]", "1"),),
    (("LIMIT", "2"), ("Offset", "1")),
    (("limit", ""), ("offset", "")),
)
"""Repeated, as lists, as operators of a database, in other case, and empty."""
_HUGE = (str(2**31), str(2**63 - 1), str(2**63), str(2**64), "9" * 40, "-" + "9" * 40, "9" * 4500)


@probe("paging", needs="", turn="alone")
async def pages(session: Session) -> None:
    """Find the end of the list, request pages around it, walk it in pages, and walk it while it grows.

    Each request lies between two counts, which bound what others may have added meanwhile.
    """
    if session.writes:
        await _top_up(session)
    for attempt in range(_TRIES):
        name = str(attempt)
        total = await _count(session, f"count/{name}/before")
        if total is None:
            return
        await _boundaries(session, name, total)
        if await _count(session, f"count/{name}/after") == total:
            break
    await _walks(session)
    if session.writes and not session.gentle:
        await _growing(session)
    for offset in (0, (total or 1) - 1):
        await session.list("new", limit=100, offset=offset)  # what others have created meanwhile


async def _top_up(session: Session) -> None:
    """Create executions until there are more than the largest page holds."""
    most = int(session.requests.contract.schema(PAGE)["properties"]["items"].get("maxItems", 100))
    wanted = min(most, 25) if session.gentle else most + 5
    seen = await session.list("top-up", limit=1, offset=wanted - 1)
    if seen.ok and not seen.at("/data/items"):
        have = await _count(session, "top-up/count") or 0
        missing = range(max(wanted - have, 0))
        await session.all(
            session.create(session.requests.minimal(number), "top-up/create") for number in missing
        )
        await session.settled(
            lambda: session.list("top-up/last", limit=1, offset=wanted - 1),
            lambda last: not last.ok or bool(last.at("/data/items")),
            "list",
        )


class _Count:
    """Counts executions by doubling and bisection. An id found at a second offset marks the end."""

    def __init__(self, session: Session, label: str) -> None:
        self._lab = session
        self._label = label
        self._met: dict[Any, int] = {}

    async def _ask(self, place: int) -> Exchange:
        return await self._lab.list(self._label, limit=1, offset=place)

    def _holds(self, seen: Exchange, place: int) -> bool | None:
        """Whether an execution is at an offset; None if the list does not say."""
        items = seen.at("/data/items")
        if not seen.ok or not isinstance(items, list):
            return False if 400 <= seen.status < 500 and place else None
        name = items[0].get("id") if items and isinstance(items[0], dict) else None
        return bool(items) and self._met.setdefault(name, place) == place

    async def total(self) -> int | None:
        """Return the number; None if the list does not say. The first offsets are asked for at once."""
        low, high = 0, 1
        held: bool | None = True
        for seen in await self._lab.all(self._ask(4**number - 1) for number in range(_AT_ONCE)):
            if held:
                held = self._holds(seen, high - 1)
                low, high = (high, high * 4) if held else (low, high)
        while held and high < _FURTHEST:
            held = self._holds(await self._ask(high - 1), high - 1)
            low, high = (high, high * 4) if held else (low, high)
        while held is not None and low < high - 1:
            middle = (low + high) // 2
            held = self._holds(await self._ask(middle - 1), middle - 1)
            low, high = (middle, high) if held else (low, middle)
        return None if held is None else low


async def _count(session: Session, label: str) -> int | None:
    return await _Count(session, label).total()


async def _boundaries(session: Session, name: str, total: int) -> None:
    """Request pages that end just before, at and just after the end, for several limits."""
    wanted = {(limit, max(total - limit + shift, 0)) for limit in (1, 2, 20, 100) for shift in (-1, 0, 1)}
    wanted |= {(5, total), (5, total + 1), (5, total + 1000), (20, 0), (3, 1), (100, 0), (7, total // 2)}
    label = f"boundary/{name}"
    await session.all(session.list(label, limit=limit, offset=offset) for limit, offset in sorted(wanted))
    await session.list(f"{label}/plain")


async def _walks(session: Session) -> None:
    """Walk the same range with pages of several sizes at once, and request one page twice."""
    await session.all(_walk(session, size) for size in (7, 20, 100))
    for turn in ("first", "second"):
        await session.list(f"twice/{turn}", limit=50)


async def _walk(session: Session, size: int) -> None:
    offset = 0
    for _ in range(max(_WALK_PAGES[session.effort] * 7 // size, 2)):
        page = await session.list(f"walk/{size}", limit=size, offset=offset)
        items = page.at("/data/items")
        if not isinstance(items, list) or not items or page.at("/data/hasMore") is not True:
            break
        offset += size


async def _growing(session: Session) -> None:
    """Walk in small pages while executions are created."""

    async def grow() -> None:
        for number in range(8):
            await session.create(session.requests.minimal(number), "growing/create")

    async def walk() -> None:
        offset = 0
        for _ in range(12):
            page = await session.list("growing/walk", limit=5, offset=offset)
            if page.at("/data/hasMore") is not True:
                break
            offset += 5

    await asyncio.gather(grow(), walk())
