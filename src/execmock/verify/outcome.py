"""Results of rules and their findings, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from execmock.verify.exchange import Exchange
from execmock.verify.rule import Check, Rule
from execmock.verify.severity import ADVISORY

__all__ = ["Finding", "NotJudged", "Outcome", "RuleResult"]


class Outcome(StrEnum):
    """The result of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Control:
    """An exchange that does not show a finding: its request lacks only `part`, such as `header X-Org-ID`."""

    part: str
    seen: Exchange


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a rule is broken: the clearest check that shows it, and how often it occurred."""

    rule: Rule
    check: Check
    times: int = 1
    under: str = ""
    asked: int = 0
    """How often the request was sent, if it was sent again; `shown` counts the answers that show it."""
    shown: int = 0
    control: Control | None = None

    @property
    def seen(self) -> Exchange:
        """The exchange that shows it."""
        if self.check.seen is None:
            raise ValueError(
                "a finding without an exchange"
            )  # the judge builds findings from checks with an exchange only
        return self.check.seen


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Observations that could not be judged, for one reason: how many, and the limit that was met."""

    reason: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule's outcome, the number of observations that were judged, and the reason if it did not pass.

    `not_judged` are further observations, the most frequent reason first.
    """

    rule: Rule
    outcome: Outcome
    observations: int = 0
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    blocked_by: str = ""
    operations: tuple[str, ...] = field(default=())
    not_judged: tuple[NotJudged, ...] = ()

    @property
    def unjudged(self) -> int:
        """How many observations could not be judged."""
        return sum(each.times for each in self.not_judged)

    @property
    def notice(self) -> bool:
        """Whether an advisory rule failed."""
        return self.outcome is Outcome.FAILED and self.rule.severity == ADVISORY
