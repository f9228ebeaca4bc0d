"""How a rule came out, and what a run found, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from execmock.verify.exchange import Exchange
from execmock.verify.rule import Check, Rule
from execmock.verify.severity import ADVISORY

__all__ = ["Finding", "Outcome", "RuleResult"]


class Outcome(StrEnum):
    """How a rule came out."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a rule is broken: its clearest observation, and how often it was seen."""

    rule: Rule
    check: Check
    times: int = 1
    under: str = ""

    @property
    def seen(self) -> Exchange:
        """The exchange that shows it."""
        if self.check.seen is None:
            raise ValueError("a finding without an exchange")  # built by the judge from checks alone
        return self.check.seen


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule's outcome, how many observations it rests on, and why it is not simply passed."""

    rule: Rule
    outcome: Outcome
    observations: int = 0
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    blocked_by: str = ""
    operations: tuple[str, ...] = field(default=())

    @property
    def notice(self) -> bool:
        """Whether it is broken, but only advice."""
        return self.outcome is Outcome.FAILED and self.rule.severity == ADVISORY
