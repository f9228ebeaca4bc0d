"""The report of a run: results, coverage, and what the exit code says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from execmock.core.contract import Contract
from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.exchange import Exchange
from execmock.verify.history import History
from execmock.verify.outcome import Finding, Outcome, RuleResult
from execmock.verify.severity import ADVISORY, SEVERITIES

__all__ = ["Coverage", "Report"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """One operation: which statuses it gave how often, and how many rules were judged on it."""

    operation: str
    method: str
    path: str
    statuses: Mapping[int, int]
    rules: int


@dataclass(frozen=True, repr=False)
class Report:
    """Everything that a run found. If the target could not be judged, `unreachable` says why."""

    options: VerifySettings
    results: tuple[RuleResult, ...]
    contract: Contract = field(default_factory=shipped_contract)
    coverage: tuple[Coverage, ...] = ()
    journal: tuple[Exchange, ...] = ()
    histories: tuple[History, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    started: int = 0
    seconds: float = 0.0
    own_sandbox: bool = False
    unreachable: str = ""

    def __repr__(self) -> str:
        # The generated text would contain the whole journal, and asyncio formats it in debug messages.
        return f"<Report on {self.options.url}: exit code {self.exit_code}>"

    @cached_property
    def violations(self) -> tuple[RuleResult, ...]:
        """The failed rules that count at the level of the run."""
        limit = SEVERITIES.index(self.options.level)
        return tuple(
            result
            for result in self.results
            if result.outcome is Outcome.FAILED and SEVERITIES.index(result.rule.severity) <= limit
        )

    @cached_property
    def notices(self) -> tuple[RuleResult, ...]:
        """The failed rules that are only advice at the level of the run."""
        return tuple(
            result
            for result in self.results
            if result.outcome is Outcome.FAILED and result not in self.violations
        )

    @property
    def conforms(self) -> bool:
        """Whether no violation was found and at least one rule was judged."""
        return not self.unreachable and not self.violations and self.judged_any

    @cached_property
    def judged_any(self) -> bool:
        """Whether any rule was judged: a run that saw nothing has not shown that the target conforms."""
        return any(result.observations for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 violations or nothing judged, 3 unreachable."""
        if self.unreachable:
            return 3
        return 0 if self.conforms else 1

    def count(self, outcome: Outcome) -> int:
        """Return how many rules have this outcome; notices are not counted as failed."""
        return sum(
            result.outcome is outcome and not (outcome is Outcome.FAILED and result in self.notices)
            for result in self.results
        )

    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the rules."""
        return tuple(each for result in self.results for each in result.findings)

    @property
    def observations(self) -> int:
        """How many observations were judged, over all rules."""
        return sum(result.observations for result in self.results)

    @property
    def unjudged(self) -> int:
        """How many observations could not be judged, over all rules."""
        return sum(result.unjudged for result in self.results)

    def statuses(self) -> Counter[int]:
        """Return how often each status was seen."""
        return Counter(seen.status for seen in self.journal if seen.status)

    def is_notice(self, result: RuleResult) -> bool:
        """Whether a failed rule is only advice in this run."""
        return result in self.notices or result.rule.severity == ADVISORY
