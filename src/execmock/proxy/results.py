"""Results of rules over parts of a run, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from execmock.verify.judge import kind_of
from execmock.verify.outcome import Finding, Outcome, RuleResult

__all__ = ["Results", "merged", "seen_or_not", "with_finding"]

Results = dict[str, RuleResult]
"""The result of each rule, by its id."""

_MOST_FINDINGS = 5
_WORST_FIRST = (Outcome.FAILED, Outcome.PASSED, Outcome.INCONCLUSIVE, Outcome.NOT_JUDGED)


def merged(before: Mapping[str, RuleResult], now: Mapping[str, RuleResult]) -> Results:
    """Return the results of two parts of a run as those of one."""
    both = {**before, **now}
    return {
        name: _together(before[name], now[name]) if name in before and name in now else both[name]
        for name in both
    }


def _together(before: RuleResult, now: RuleResult) -> RuleResult:
    first, second = sorted((before, now), key=lambda each: _WORST_FIRST.index(each.outcome))
    result = replace(
        first,
        observations=before.observations + now.observations,
        operations=tuple(dict.fromkeys((*before.operations, *now.operations))),
        not_judged=(*before.not_judged, *now.not_judged)[:3],
    )
    for finding in second.findings:
        result = with_finding(result, finding)
    return result


def with_finding(result: RuleResult | None, finding: Finding) -> RuleResult:
    """Return a result with a finding, unless it has one of its kind, or has enough."""
    if result is None:
        return RuleResult(finding.rule, Outcome.FAILED, 1, (finding,))
    kind = kind_of(finding.check)
    if any(kind_of(each.check) == kind for each in result.findings):
        return result
    kept = result.findings if len(result.findings) >= _MOST_FINDINGS else (*result.findings, finding)
    return replace(result, outcome=Outcome.FAILED, findings=kept, reason="")


def seen_or_not(result: RuleResult) -> RuleResult:
    """Return a result; a rule of which nothing passed was not to be judged."""
    if result.outcome is Outcome.INCONCLUSIVE and not (result.observations or result.not_judged):
        return replace(result, outcome=Outcome.NOT_JUDGED, reason="nothing that it judges passed")
    return result
