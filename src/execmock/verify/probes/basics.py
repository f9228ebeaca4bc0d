"""The plain round: create, read, list, follow; or, where nothing may be created, read what is there."""

from __future__ import annotations

from execmock.verify.probe import probe
from execmock.verify.session import Lab

__all__ = ["basics", "existing"]

_ROUNDS = {"quick": 2, "default": 4, "thorough": 12}
_KNOWN = 5


@probe("basics")
async def basics(lab: Lab) -> None:
    """Create small and full bodies, and read each back in every way."""
    await lab.list("list")
    for number in range(max(_ROUNDS[lab.effort], len(lab.surface.workflows))):
        full = lab.surface.full(lab.unique("full"), number)
        body = full if number % 2 else lab.surface.minimal(number)
        made = await lab.created(body, f"create/{number}")
        await lab.get(made.id, f"get/{number}")
        if made.token:
            await lab.public(made.id, made.token, f"public/{number}")
        await lab.list(f"list/{number}", limit=50)
        await lab.get(made.id, f"get-again/{number}")


@probe("existing", needs="")
async def existing(lab: Lab) -> None:
    """Read a page, and the first executions on it, before and after: nothing is created."""
    names: list[str] = []
    for turn in ("first", "second"):
        for name in names:
            await lab.get(name, f"get/before-{turn}")
        page = await lab.list(f"list/{turn}")
        items = page.at("/data/items")
        shown = (
            [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        )
        names = [name for name in shown if isinstance(name, str) and name][:_KNOWN]
        for name in names:
            await lab.get(name, f"get/{turn}")
