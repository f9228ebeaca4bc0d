"""The probe of generated input: the engine runs in its own thread while other probes run."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from execmock.verify.probe import probe
from execmock.verify.requests import CREATE, EXECUTE
from execmock.verify.session import Session, Stopped

__all__ = ["generated"]

_EXAMPLES = {"quick": 10, "default": 60, "thorough": 300}
_VALID = {"quick": 20, "default": 60, "thorough": 300}
_SECONDS = {"quick": 60.0, "default": 180.0, "thorough": 900.0}  # ends a run that hangs


@probe("generated", needs="writes generated")
async def generated(session: Session) -> None:
    """Send what schemathesis makes of the contract, and record it."""
    from execmock.verify.fuzzing import Plan, generate

    # Both generators use one global source of randomness, so they run in sequence. Sending may overlap.
    bodies = await asyncio.to_thread(_valid, session)
    given_up = threading.Event()
    plan = Plan(
        examples=_EXAMPLES[session.effort],
        seconds=_SECONDS[session.effort],
        seed=session.seed,
        thorough=session.effort != "quick",
        given_up=lambda: given_up.is_set() or session.out_of_time,
    )
    try:
        found, _ = await asyncio.gather(
            asyncio.to_thread(
                generate,
                session.requests,
                session.time.keys,
                plan,
                session.sender(lambda: given_up.is_set() or session.out_of_time),
                embed=session.embeds,
            ),
            _send_valid(session, bodies),
        )
    finally:
        given_up.set()  # a thread cannot be cancelled: an interrupted run asks it to end
    session.record(found.failures)
    if found.stopped:
        raise Stopped(found.stopped)


def _valid(session: Session) -> dict[str, tuple[dict[str, Any], ...]]:
    """Return bodies that are certainly valid: the engine generates too few of them in a short run."""
    from execmock.verify.valid_bodies import valid_bodies

    operations = (CREATE, EXECUTE) if session.embeds else (CREATE,)
    return {
        operation: valid_bodies(session.requests, operation, _VALID[session.effort], session.seed)
        for operation in operations
    }


async def _send_valid(session: Session, bodies: dict[str, tuple[dict[str, Any], ...]]) -> None:
    for operation, made in bodies.items():
        send = session.create if operation == CREATE else session.execute
        label = f"{operation}/valid"
        await session.all(send(body, label) for body in made)
