"""Judges every rule, merges similar findings, and groups findings under those with the same cause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.observing import observe
from execmock.verify.outcome import Finding, NotJudged, Outcome, RuleResult
from execmock.verify.rule import Check, Rule

__all__ = ["Interruptions", "judge"]

_MOST_FINDINGS = 5
_MOST_REASONS = 3
_MOST_UNJUDGED = 0.2
"""The share of its observations that a rule may leave unjudged and still pass."""
_ID = re.compile(r"\b(?=[\w-]*\d)[\w-]{12,}")
_CRASH = "robust.no-5xx"
_NEEDS = {
    "b": "no key of a second organization was given (--token-b)",
    "read": "no key with the scope read was given (--token-read)",
    "embed": "no embed address was given (--embed-url)",
    "guarded": "the mock accepts any key (serve --auth strict refuses unknown ones)",
    "clock": "the run moves the service's clock",
    "moved": "the run cannot move the service's clock",
    "writes": "the run is read-only",
    "generated": "generated input was switched off",
    "odd": "odd input was left out (--skip robust)",
}


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Probes that did not finish: those blocked by an answer, and those that stopped, with the reason."""

    blocked: Mapping[str, Exchange] = field(default_factory=dict)
    stopped: Mapping[str, str] = field(default_factory=dict)


def judge(
    evidence: Evidence, rules: Iterable[Rule], interruptions: Interruptions | None = None
) -> tuple[RuleResult, ...]:
    """Return a result for each rule."""
    unfinished = interruptions or Interruptions()
    results = [_judge_one(evidence, rule, unfinished) for rule in rules]
    failed = [result for result in results if result.outcome is Outcome.FAILED]
    return tuple(_group(_unblock(result, unfinished, failed), failed) for result in results)


def _judge_one(evidence: Evidence, rule: Rule, unfinished: Interruptions) -> RuleResult:
    lacking = [need for need in rule.needs if need not in evidence.has]
    if lacking:
        return RuleResult(rule, Outcome.NOT_JUDGED, reason=_NEEDS.get(lacking[0], f"needs {lacking[0]}"))
    observed_by = observe(evidence, rule)
    checks = observed_by.checks
    broken = [each for each in checks if each.ok is False]
    observed = sum(each.ok is not None for each in checks)
    result = RuleResult(
        rule,
        Outcome.PASSED,
        observed,
        operations=tuple(
            dict.fromkeys(each.seen.operation for each in checks if each.seen and each.ok is not None)
        ),
        not_judged=_not_judged(each.reason for each in checks if each.ok is None),
    )
    if broken:
        return replace(result, outcome=Outcome.FAILED, findings=_thin(rule, broken, _trials(rule, checks)))
    if observed_by.stopped:
        return replace(result, outcome=Outcome.INCONCLUSIVE, reason=observed_by.stopped)
    if not observed:
        return _nothing_seen(evidence, result, unfinished)
    if result.unjudged > _MOST_UNJUDGED * len(checks):
        return replace(result, outcome=Outcome.INCONCLUSIVE, reason=_too_many(result))
    return result


def _not_judged(reasons: Iterable[str]) -> tuple[NotJudged, ...]:
    """Return the reasons, the most frequent first; rare ones are counted with the last that is kept."""
    counted = Counter(reasons).most_common()
    kept = [NotJudged(reason, times) for reason, times in counted[:_MOST_REASONS]]
    if rest := sum(times for _, times in counted[_MOST_REASONS:]):
        kept[-1] = NotJudged(f"{kept[-1].reason}, and other reasons", kept[-1].times + rest)
    return tuple(kept)


def _too_many(result: RuleResult) -> str:
    several = result.observations + result.unjudged
    return f"{result.unjudged} of {several} observations could not be judged: {result.not_judged[0].reason}"


def _nothing_seen(evidence: Evidence, result: RuleResult, unfinished: Interruptions) -> RuleResult:
    rule = result.rule
    blocked = next((unfinished.blocked[name] for name in rule.probes if name in unfinished.blocked), None)
    if blocked is not None:
        said = f"{blocked.operation} answered {blocked.status}" if blocked.status else blocked.lost
        return replace(result, outcome=Outcome.BLOCKED, reason=said)
    stopped = next((unfinished.stopped[name] for name in rule.probes if name in unfinished.stopped), "")
    lost = next(
        (seen.lost for name in rule.probes for seen in evidence.by_probe.get(name, ()) if seen.lost), ""
    )
    reason = _too_many(result) if result.not_judged else ""
    said = reason or stopped or lost or "nothing to judge was seen"
    return replace(result, outcome=Outcome.INCONCLUSIVE, reason=said)


def _trials(rule: Rule, checks: Iterable[Check]) -> int:
    """Return how often what a rule looks for was tried, for rules on races; 0 for others."""
    return len(_labels(checks)) if "concurrency" in rule.tags else 0


def _labels(checks: Iterable[Check]) -> set[str]:
    return {each.seen.label for each in checks if each.seen is not None and each.ok is not None}


def _thin(rule: Rule, broken: list[Check], trials: int) -> tuple[Finding, ...]:
    """Return one finding for each place and expectation, shown by the smallest request."""
    groups: dict[tuple[str, str, str], list[Check]] = {}
    for each in broken:
        operation = each.seen.operation if each.seen else ""
        said = _ID.sub("*", each.expected)[:60]  # the same deviation in many executions is one finding
        groups.setdefault((operation, _shape_of(each.pointer), said), []).append(each)
    found = [
        Finding(
            rule, min(group, key=_size), len(group), asked=trials, shown=len(_labels(group)) if trials else 0
        )
        for group in groups.values()
    ]
    kept, rest = found[:_MOST_FINDINGS], found[_MOST_FINDINGS:]
    if rest:
        kept[-1] = replace(kept[-1], times=kept[-1].times + sum(each.times for each in rest))
    return tuple(kept)


def _shape_of(pointer: str) -> str:
    return "/".join("*" if part.isdigit() else part for part in pointer.split("/"))


def _size(check: Check) -> tuple[int, int, int]:
    seen = check.seen
    if seen is None:
        return (0, 0, 0)
    return (len(check.chain), len(seen.request.body) + len(seen.request.url), seen.number)


def _unblock(result: RuleResult, unfinished: Interruptions, failed: list[RuleResult]) -> RuleResult:
    """Name the failed rule that blocks this one; without one the result is inconclusive."""
    if result.outcome is not Outcome.BLOCKED:
        return result
    at = next(unfinished.blocked[name] for name in result.rule.probes if name in unfinished.blocked)
    causes = [
        cause.rule.id
        for cause in failed
        for finding in cause.findings
        if finding.seen.operation == at.operation
    ]
    if not causes:
        return replace(result, outcome=Outcome.INCONCLUSIVE)
    cause = "operation.answers" if "operation.answers" in causes else causes[0]
    return replace(result, blocked_by=cause)


def _group(result: RuleResult, failed: list[RuleResult]) -> RuleResult:
    """Put each finding under the finding of another rule that has the same cause."""
    if result.outcome is not Outcome.FAILED:
        return result
    broken = {other.rule.id: other for other in failed if other.rule.id != result.rule.id}
    return replace(
        result, findings=tuple(replace(each, under=_cause(each, broken)) for each in result.findings)
    )


def _cause(finding: Finding, broken: Mapping[str, RuleResult]) -> str:
    if finding.seen.status >= 500 and _CRASH in broken:
        return _CRASH
    for name in finding.rule.under:
        other = broken.get(name)
        if other and any(each.seen.operation == finding.seen.operation for each in other.findings):
            return name
    return ""
