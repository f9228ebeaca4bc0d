"""The probe of generated input: other processes make it while other probes run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from execmock.verify.exchange import Exchange, Request
from execmock.verify.generator_process import GeneratorEnded, Send
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
    embeds = ("embed",) if session.embeds else ()
    divided = session.effort == "quick" and session.generators.second.started and session.embeds
    work = [_usual(session, _job(session, "a", *(() if divided else embeds)))]
    if divided:
        work.append(_second(session, _job(session, *embeds)))
    elif session.effort != "quick":
        work.append(_second(session, {**_job(session, "a"), "links": True}))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
    except ExceptionGroup as several:
        raise several.exceptions[0]  # noqa: B904 - the first error is enough, with its own cause
    finally:
        for each in work:
            each.close()
    for stopped in [task.result() for task in tasks]:
        if stopped:
            raise Stopped(stopped)


async def _usual(session: Session, job: Mapping[str, Any]) -> str:
    """Send both kinds of bodies at once; return why the engine stopped early, if it did."""
    process = session.generators.usual
    operations = (CREATE, EXECUTE) if session.embeds else (CREATE,)
    try:
        bodies = await process.bodies({**job, "bodies": operations})
        found, _ = await asyncio.gather(process.requests(_sender(session)), _send_valid(session, bodies))
    except GeneratorEnded as reason:
        return str(reason)
    session.record(found.failures)
    return found.stopped


async def _second(session: Session, job: Mapping[str, Any]) -> str:
    """Send what the other process makes; return as `_usual`."""
    process = session.generators.second
    try:
        await process.bodies(job)
        found = await process.requests(_sender(session))
    except GeneratorEnded as reason:
        return str(reason)
    session.record(found.failures)
    return found.stopped


def _sender(session: Session) -> Send:
    async def send(request: Request, operation: str, identity: str) -> Exchange:
        label = operation or "other"
        return await session.send(request, label, operation=operation, identity=identity)

    return send


def _job(session: Session, *identities: str) -> dict[str, Any]:
    """Return what a generator is asked for, with these keys; it knows nothing but this."""
    requests = session.requests
    return {
        "contract": requests.contract.document,
        "level": requests.contract.level,
        "url": requests.base(LIST),
        "embedUrl": requests.base(EXECUTE),
        "workflows": requests.workflows,
        "embedWorkflow": requests.embed_workflow,
        "keys": {name: session.key(name) for name in identities},
        "bodies": (),
        "valid": _VALID[session.effort],
        "examples": _EXAMPLES[session.effort],
        "seconds": _SECONDS[session.effort],
        "seed": session.seed,
        "thorough": session.effort != "quick",
        "links": False,
    }


async def _send_valid(session: Session, bodies: dict[str, list[dict[str, Any]]]) -> None:
    for operation, made in bodies.items():
        send = session.create if operation == CREATE else session.execute
        label = f"{operation}/valid"
        await session.all(send(body, label) for body in made)
