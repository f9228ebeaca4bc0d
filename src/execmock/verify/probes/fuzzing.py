"""The probe of generated input: the engine runs in a thread of its own beside the others."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from execmock.verify.probe import probe
from execmock.verify.requests import CREATE, EXECUTE
from execmock.verify.session import Lab, Stopped

__all__ = ["generated"]

_EXAMPLES = {"quick": 10, "default": 60, "thorough": 300}
_VALID = {"quick": 20, "default": 60, "thorough": 300}
_SECONDS = {"quick": 60.0, "default": 180.0, "thorough": 900.0}  # a net for a run that hangs


@probe("generated", needs="writes generated")
async def generated(lab: Lab) -> None:
    """Send what schemathesis makes of the contract, and record it."""
    from execmock.verify.fuzzing import Plan, generate

    # Both generators draw from one source of chance: one after the other. Sending may overlap.
    bodies = await asyncio.to_thread(_valid, lab)
    given_up = threading.Event()
    plan = Plan(
        examples=_EXAMPLES[lab.effort],
        seconds=_SECONDS[lab.effort],
        rate=lab.rate,
        timeout=lab.timeout,
        seed=lab.seed,
        thorough=lab.effort != "quick",
        given_up=lambda: given_up.is_set() or lab.out_of_time,
    )
    try:
        found, _ = await asyncio.gather(
            asyncio.to_thread(
                generate, lab.surface, lab.time.keys, plan, embed=lab.embeds, first=lab.reserve()
            ),
            _send_valid(lab, bodies),
        )
    finally:
        given_up.set()  # a thread cannot be cancelled: an interrupted run asks it to end
    lab.take(found.exchanges, found.problems)
    if found.stopped:
        raise Stopped(found.stopped)


def _valid(lab: Lab) -> dict[str, tuple[dict[str, Any], ...]]:
    """Return bodies that are beyond doubt valid: the engine makes too few of them in a short run."""
    from execmock.verify.valid_bodies import valid_bodies

    operations = (CREATE, EXECUTE) if lab.embeds else (CREATE,)
    return {
        operation: valid_bodies(lab.surface, operation, _VALID[lab.effort], lab.seed)
        for operation in operations
    }


async def _send_valid(lab: Lab, bodies: dict[str, tuple[dict[str, Any], ...]]) -> None:
    for operation, made in bodies.items():
        send = lab.create if operation == CREATE else lab.execute
        label = f"{operation}/valid"
        await lab.all(send(body, label) for body in made)
