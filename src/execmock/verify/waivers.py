"""Known violations that are let pass until a date: rule, reason, expiry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from execmock.verify.outcome import Outcome, RuleResult

__all__ = ["Waiver", "waive"]


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rule that may fail. `expires` is a date as text, `expired` whether it has passed."""

    rule: str
    reason: str
    expires: str
    expired: bool = False


def waive(results: Iterable[RuleResult], waivers: Iterable[Waiver]) -> tuple[RuleResult, ...]:
    """Return the results with failed rules waived whose waiver still holds."""
    holding = {waiver.rule: waiver for waiver in waivers if not waiver.expired}
    return tuple(
        replace(
            result,
            outcome=Outcome.WAIVED,
            reason=f"{holding[result.rule.id].reason} (until {holding[result.rule.id].expires})",
        )
        if result.outcome is Outcome.FAILED and result.rule.id in holding
        else result
        for result in results
    )
