"""The usual requests: create, read, list, follow; in a read-only run, read what exists."""

from __future__ import annotations

from execmock.verify.probe import probe
from execmock.verify.session import Session

__all__ = ["basics", "existing"]

_ROUNDS = {"quick": 2, "default": 4, "thorough": 12}
_KNOWN = 5


@probe("basics")
async def basics(session: Session) -> None:
    """Create small and full bodies, and read each back in every way."""
    await session.list("list")
    for number in range(max(_ROUNDS[session.effort], len(session.requests.workflows))):
        full = session.requests.full(session.unique("full"), number)
        body = full if number % 2 else session.requests.minimal(number)
        made = await session.created(body, f"create/{number}")
        await session.get(made.id, f"get/{number}")
        if made.token:
            await session.public(made.id, made.token, f"public/{number}")
        await session.list(f"list/{number}", limit=50)
        await session.get(made.id, f"get-again/{number}")


@probe("existing", needs="")
async def existing(session: Session) -> None:
    """Read a page, and the first executions on it, before and after: nothing is created."""
    names: list[str] = []
    for turn in ("first", "second"):
        for name in names:
            await session.get(name, f"get/before-{turn}")
        page = await session.list(f"list/{turn}")
        items = page.at("/data/items")
        shown = (
            [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        )
        names = [name for name in shown if isinstance(name, str) and name][:_KNOWN]
        for name in names:
            await session.get(name, f"get/{turn}")
