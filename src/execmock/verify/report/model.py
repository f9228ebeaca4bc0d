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

__all__ = ["OTHER", "Coverage", "Report"]

OTHER = "(other)"
"""In place of an operation: what was asked for is none of the contract."""

_JUDGED = (Outcome.PASSED, Outcome.FAILED, Outcome.WAIVED)
_LEAST_JUDGED = 0.8
"""The share of the selected rules that must be judged to say that a target conforms."""


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
    """Everything that a run found. If the target could not be judged, `unreachable` says why.

    `silent` names a layer of the run that got no answer, `unfinished` why this is no report of a whole run,
    `interrupted` the signal that ended it, 0 for none. `created` counts executions that were created or may
    have been. `notes` say how the run was done, what matters most first. `kept` is a file with its options.
    """

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
    silent: str = ""
    unfinished: str = ""
    interrupted: int = 0
    created: int = 0
    notes: tuple[str, ...] = ()
    kept: str = ""

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
        """Whether no violation was found and enough rules were judged."""
        return not (self.unreachable or self.interrupted or self.violations or self.shortfall)

    @cached_property
    def selected(self) -> int:
        """How many rules were to be judged, by the options and with the keys that were given."""
        return sum(result.outcome is not Outcome.NOT_JUDGED for result in self.results)

    @cached_property
    def judged(self) -> int:
        """How many rules were judged."""
        return sum(result.outcome in _JUDGED for result in self.results)

    @cached_property
    def shortfall(self) -> str:
        """Why too little was judged to say that the target conforms; empty if enough was."""
        said = f"judged {self.judged} of {self.selected} rules"
        if self.unfinished or self.silent:
            return f"{said}: {self.unfinished or self.silent}"
        if self.selected and self.judged >= _LEAST_JUDGED * self.selected:
            return ""
        given = Outcome.NOT_JUDGED if not self.selected else None
        reasons = Counter(
            result.reason
            for result in self.results
            if result.outcome is given or (not given and result.outcome not in (*_JUDGED, Outcome.NOT_JUDGED))
        )
        return f"{said}: {next((reason for reason, _ in reasons.most_common(1)), 'none was selected')}"

    @property
    def heading(self) -> str:
        """The verdict in a word or two."""
        if self.unreachable:
            return "Not judged"
        if self.violations:
            return "Does not conform"
        if self.interrupted:
            return "Interrupted"
        return "Judged in part" if self.shortfall else "Conforms"

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 violations, 3 unreachable or too little judged, 128 and the signal if interrupted."""
        if self.unreachable:
            return 3
        if self.interrupted:
            return 128 + self.interrupted
        return 1 if self.violations else 3 if self.shortfall else 0

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
