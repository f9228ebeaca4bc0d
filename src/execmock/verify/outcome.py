"""Results of rules and their findings, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from execmock.verify.exchange import Exchange
from execmock.verify.rule import Check, Rule
from execmock.verify.severity import ADVISORY

__all__ = ["Finding", "Outcome", "RuleResult"]


class Outcome(StrEnum):
    """The result of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a rule is broken: the clearest check that shows it, and how often it occurred."""

    rule: Rule
    check: Check
    times: int = 1
    under: str = ""

    @property
    def seen(self) -> Exchange:
        """The exchange that shows it."""
        if self.check.seen is None:
            raise ValueError(
                "a finding without an exchange"
            )  # the judge builds findings from checks with an exchange only
        return self.check.seen


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule's outcome, the number of observations that were judged, and the reason if it did not pass."""

    rule: Rule
    outcome: Outcome
    observations: int = 0
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    blocked_by: str = ""
    operations: tuple[str, ...] = field(default=())

    @property
    def notice(self) -> bool:
        """Whether an advisory rule failed."""
        return self.outcome is Outcome.FAILED and self.rule.severity == ADVISORY
