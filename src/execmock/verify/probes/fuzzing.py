"""The probe of generated input: another process makes it while other probes run."""

from __future__ import annotations

import asyncio
from typing import Any

from execmock.verify.exchange import Exchange, Request
from execmock.verify.generator_process import GeneratorEnded, Reported
from execmock.verify.probe import probe
from execmock.verify.requests import CREATE, EXECUTE, LIST
from execmock.verify.session import Session, Stopped

__all__ = ["generated"]

_EXAMPLES = {"quick": 10, "default": 60, "thorough": 300}
_VALID = {"quick": 20, "default": 60, "thorough": 300}
_SECONDS = {"quick": 60.0, "default": 180.0, "thorough": 900.0}  # ends a run that hangs


@probe("generated", needs="writes generated", turn="meanwhile")
async def generated(session: Session) -> None:
    """Send bodies that are certainly valid, of which the engine makes too few, and what it makes."""
    try:
        bodies = await session.generator.bodies(_job(session))
        found = await _send(session, bodies)
    except GeneratorEnded as reason:
        raise Stopped(str(reason)) from reason
    session.record(found.failures)
    if found.stopped:
        raise Stopped(found.stopped)


def _job(session: Session) -> dict[str, Any]:
    """Return what the generator is asked for; it knows nothing but this."""
    requests, embed = session.requests, session.embeds
    return {
        "contract": requests.contract.document,
        "level": requests.contract.level,
        "url": requests.base(LIST),
        "embedUrl": requests.base(EXECUTE),
        "workflows": requests.workflows,
        "embedWorkflow": requests.embed_workflow,
        "keys": {name: session.key(name) for name in (("a", "embed") if embed else ("a",))},
        "embed": embed,
        "valid": _VALID[session.effort],
        "examples": _EXAMPLES[session.effort],
        "seconds": _SECONDS[session.effort],
        "seed": session.seed,
        "thorough": session.effort != "quick",
    }


async def _send(session: Session, bodies: dict[str, list[dict[str, Any]]]) -> Reported:
    """Send both at once; the first error ends both."""

    async def send(request: Request, operation: str, identity: str) -> Exchange:
        label = operation or "other"
        return await session.send(request, label, operation=operation, identity=identity)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_send_valid(session, bodies))
            made = group.create_task(session.generator.requests(send))
    except ExceptionGroup as several:
        raise several.exceptions[0]  # noqa: B904 - the first error is enough, with its own cause
    return made.result()


async def _send_valid(session: Session, bodies: dict[str, list[dict[str, Any]]]) -> None:
    for operation, made in bodies.items():
        send = session.create if operation == CREATE else session.execute
        label = f"{operation}/valid"
        await session.all(send(body, label) for body in made)
