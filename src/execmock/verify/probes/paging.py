"""Probes of the list: its end, its boundaries, whole walks, and parameters that make no sense."""

from __future__ import annotations

import asyncio
from typing import Any

from execmock.verify.probe import probe
from execmock.verify.session import Lab

__all__ = ["pages", "parameters"]

_FURTHEST = 1 << 22
_TRIES = 3
_WALK_PAGES = {"quick": 12, "default": 30, "thorough": 80}


@probe("parameters", needs="")
async def parameters(lab: Lab) -> None:
    """Defaults, limits above the maximum, and values that are no integers in range."""
    await lab.list("plain")
    for limit in (1, 2, 99, 100):
        await lab.list(f"limit/{limit}", limit=limit)
    for limit in (101, 1000):
        await lab.list(f"over/{limit}", valid=False, limit=limit)
    bad: list[dict[str, Any]] = [{"limit": text} for text in ("0", "-1", "abc", "1.5", "", "true", "0x10")]
    bad += [{"offset": text} for text in ("-1", "abc", "1.5", "1,000")]
    await lab.all(lab.list("bad", valid=False, **query) for query in bad)
    huge = [{name: text} for name in ("limit", "offset") for text in _HUGE]
    await lab.all(lab.list("huge", valid=False, **query) for query in huge)


_HUGE = (str(2**31), str(2**63 - 1), str(2**63), str(2**64), "9" * 40, "-" + "9" * 40, "9" * 4500)


@probe("paging", needs="", alone=True)
async def pages(lab: Lab) -> None:
    """Find the end of the list, look at every boundary round it, walk it in pages, walk it while it grows.

    Everything is asked between two counts, so that a judge knows what others may have added.
    """
    if lab.writes:
        await _top_up(lab)
    for attempt in range(_TRIES):
        name = str(attempt)
        total = await _count(lab, f"count/{name}/before")
        if total is None:
            return
        await _boundaries(lab, name, total)
        if await _count(lab, f"count/{name}/after") == total:
            break
    await _walks(lab)
    if lab.writes and not lab.gentle:
        await _growing(lab)


async def _top_up(lab: Lab) -> None:
    """See to it that there are more executions than the largest page holds."""
    most = int(
        lab.surface.contract.schema("ListExecutionsResponse")["properties"]["data"]["properties"][
            "items"
        ].get("maxItems", 100)
    )
    wanted = min(most, 25) if lab.gentle else most + 5
    seen = await lab.list("top-up", limit=1, offset=wanted - 1)
    if seen.ok and not seen.at("/data/items"):
        have = await _count(lab, "top-up/count") or 0
        missing = range(max(wanted - have, 0))
        await lab.all(lab.create(lab.surface.minimal(number), "top-up/create") for number in missing)


class _Count:
    """Finds how many executions there are, by doubling and halving. An id met again stands for the end."""

    def __init__(self, lab: Lab, label: str) -> None:
        self._lab = lab
        self._label = label
        self._met: dict[Any, int] = {}

    async def _holds(self, place: int) -> bool | None:
        """Whether an execution stands at a place; None if the list does not say."""
        seen = await self._lab.list(self._label, limit=1, offset=place)
        items = seen.at("/data/items")
        if not seen.ok or not isinstance(items, list):
            return False if 400 <= seen.status < 500 and place else None
        name = items[0].get("id") if items and isinstance(items[0], dict) else None
        return bool(items) and self._met.setdefault(name, place) == place

    async def total(self) -> int | None:
        """Return the number; None if the list does not say."""
        low, high = 0, 1
        while (held := await self._holds(high - 1)) and high < _FURTHEST:
            low, high = high, high * 4
        while held is not None and low < high - 1:
            middle = (low + high) // 2
            held = await self._holds(middle - 1)
            low, high = (middle, high) if held else (low, middle)
        return None if held is None else low


async def _count(lab: Lab, label: str) -> int | None:
    return await _Count(lab, label).total()


async def _boundaries(lab: Lab, name: str, total: int) -> None:
    """Ask pages that end just before, at and just after the end, for several limits."""
    wanted = {(limit, max(total - limit + shift, 0)) for limit in (1, 2, 20, 100) for shift in (-1, 0, 1)}
    wanted |= {(5, total), (5, total + 1), (5, total + 1000), (20, 0), (3, 1), (100, 0), (7, total // 2)}
    label = f"boundary/{name}"
    await lab.all(lab.list(label, limit=limit, offset=offset) for limit, offset in sorted(wanted))
    await lab.list(f"{label}/plain")


async def _walks(lab: Lab) -> None:
    """Walk the same stretch with pages of several sizes, and ask one page twice."""
    most = _WALK_PAGES[lab.effort]
    for size in (7, 20, 100):
        offset = 0
        for _ in range(max(most * 7 // size, 2)):
            page = await lab.list(f"walk/{size}", limit=size, offset=offset)
            items = page.at("/data/items")
            if not isinstance(items, list) or not items or page.at("/data/hasMore") is not True:
                break
            offset += size
    for turn in ("first", "second"):
        await lab.list(f"twice/{turn}", limit=50)


async def _growing(lab: Lab) -> None:
    """Walk in small pages while executions are created."""

    async def grow() -> None:
        for number in range(8):
            await lab.create(lab.surface.minimal(number), "growing/create")

    async def walk() -> None:
        offset = 0
        for _ in range(12):
            page = await lab.list("growing/walk", limit=5, offset=offset)
            if page.at("/data/hasMore") is not True:
                break
            offset += 5

    await asyncio.gather(grow(), walk())
