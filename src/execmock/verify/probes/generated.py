"""The probe of generated input: the engine runs in a thread of its own beside the others."""

from __future__ import annotations

import asyncio

from execmock.verify.lab import Lab, Stopped
from execmock.verify.probe import probe

__all__ = ["generated"]

_EXAMPLES = {"quick": 10, "default": 60, "thorough": 300}
_SECONDS = {"quick": 6.0, "default": 14.0, "thorough": 180.0}


@probe("generated", needs="writes generated")
async def generated(lab: Lab) -> None:
    """Send what schemathesis makes of the contract, and record it."""
    from execmock.verify.generated import Plan, generate

    plan = Plan(
        examples=_EXAMPLES[lab.effort],
        seconds=_SECONDS[lab.effort],
        rate=lab.rate,
        timeout=lab.timeout,
        seed=lab.seed,
        sequences=lab.effort != "quick",
    )
    found = await asyncio.to_thread(
        generate, lab.surface, lab.time.keys, plan, embed=lab.embeds, first=lab.reserve()
    )
    lab.take(found.exchanges, found.problems)
    if found.stopped:
        raise Stopped(found.stopped)
