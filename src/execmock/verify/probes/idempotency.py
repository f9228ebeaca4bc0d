"""Probes of the idempotency key and of creating many at once."""

from __future__ import annotations

from execmock.verify.probe import probe
from execmock.verify.requests import CREATE
from execmock.verify.session import Lab

__all__ = ["concurrent", "idempotency"]


@probe("idempotency")
async def idempotency(lab: Lab) -> None:
    """Repeat a create: the same, with another body, with nearly the same key, refused first, all at once."""
    body = lab.surface.full(lab.unique("same"))
    first = await lab.created(body, "same/first")
    await lab.create(body, "same/again")
    await lab.create(dict(reversed(body.items())), "same/reordered")
    await lab.list("same/list", limit=100)
    other = {**body, "requestPayload": {"other": lab.unique("other")}}
    await lab.create(other, "conflict", valid=False)
    await lab.get(first.id, "conflict-read")
    await _after_refusal(lab)
    await _nearly(lab)
    for count in (8, 32):
        await _at_once(lab, count)
    if lab.has("b"):
        await lab.create(body, "tenant", identity="b")


async def _after_refusal(lab: Lab) -> None:
    body = lab.surface.full(lab.unique("refused"))
    broken = {name: value for name, value in body.items() if name not in lab.surface.required(CREATE)}
    refused = await lab.create(broken, "refused/first", valid=False)
    if refused.status and not refused.ok:
        await lab.create(body, "refused/second")


async def _nearly(lab: Lab) -> None:
    key = lab.unique("Exact")
    body = lab.surface.full(lab.unique("exact"))
    for name, variant in (
        ("plain", key),
        ("lower", key.lower()),
        ("upper", key.upper()),
        ("space", f"{key} "),
    ):
        await lab.create({**body, "idempotencyKey": variant}, f"exact/{name}")
    fresh = {**body, "idempotencyKey": f"{lab.unique('Fresh')} "}
    await lab.create(fresh, "fresh/space", valid=False)


async def _at_once(lab: Lab, count: int) -> None:
    body = lab.surface.full(lab.unique("at-once"))
    await lab.all(lab.create(body, f"at-once/{count}", burst=True) for _ in range(count))
    await lab.list(f"at-once-list/{count}", limit=100)


_MANY = {"quick": 16, "default": 32, "thorough": 100}


@probe("concurrent")
async def concurrent(lab: Lab) -> None:
    """Create many different executions at once."""
    count = _MANY[lab.effort] if not lab.gentle else 8
    bodies = [lab.surface.full(lab.unique("many"), number) for number in range(count)]
    await lab.all(lab.create(body, "many", burst=True) for body in bodies)
