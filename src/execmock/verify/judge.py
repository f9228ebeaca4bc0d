"""Judges every rule, merges similar findings, and groups findings under those with the same cause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, repeat

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import PREFLIGHT, Exchange
from execmock.verify.observing import observe
from execmock.verify.outcome import Finding, NotJudged, Outcome, RuleResult
from execmock.verify.rule import Check, Rule
from execmock.verify.severity import ADVISORY
from execmock.verify.wording import shown

__all__ = ["Interruptions", "judge", "kind_of"]

_MOST_FINDINGS = 5
_MOST_REASONS = 3
_MOST_UNJUDGED = 0.2
"""The share of its observations that a rule may leave unjudged and still pass."""
_ID = re.compile(r"\b(?=[\w-]*\d)[\w-]{12,}")
_CRASH = "robust.no-5xx"
_ANSWERS = "operation.answers"
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


Broken = dict[str, tuple[Rule, list[Check]]]
"""The checks that show a rule broken, by its id."""


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
    broken: Broken = {}
    results = [_judge_one(evidence, rule, unfinished, broken) for rule in rules]
    violated = {name: checks for name, (rule, checks) in broken.items() if rule.severity != ADVISORY}
    causes = {name: _about(checks) for name, checks in violated.items()}
    return tuple(_group(_unblock(result, unfinished, violated), broken, causes) for result in results)


def _about(checks: Iterable[Check]) -> frozenset[int]:
    """Return the numbers of the answers that checks judge."""
    return frozenset(seen.number for each in checks if each.seen for seen in (each.seen, *each.rests_on))


def _judge_one(evidence: Evidence, rule: Rule, unfinished: Interruptions, found: Broken) -> RuleResult:
    """Judge a rule, and keep in `found` the checks that show it broken."""
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
        found[rule.id] = (rule, broken)
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
    groups = _bykind_of(broken)
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


def _bykind_of(checks: Iterable[Check]) -> dict[tuple[str, str, str], list[Check]]:
    groups: dict[tuple[str, str, str], list[Check]] = {}
    for each in checks:
        groups.setdefault(kind_of(each), []).append(each)
    return groups


def kind_of(check: Check) -> tuple[str, str, str]:
    """Return what checks have in common that are one finding."""
    operation = check.seen.operation if check.seen else ""
    said = _ID.sub("*", shown(check.expected))[:60]  # the same deviation in many executions is one finding
    return (operation, _shape_of(check.pointer), said)


def _shape_of(pointer: str) -> str:
    return "/".join("*" if part.isdigit() else part for part in pointer.split("/"))


def _size(check: Check) -> tuple[bool, int, int, int]:
    """Return which check shows a rule best: the smallest, by requests that a probe sends again."""
    seen = check.seen
    if seen is None:
        return (False, 0, 0, 0)
    length = len(seen.request.body) + len(seen.request.url)
    return (seen.probe == PREFLIGHT, len(check.chain), length, seen.number)


Causes = Mapping[str, frozenset[int]]
"""The answers that show a rule broken, as numbers of exchanges, by its id. Notices explain nothing."""


def _unblock(
    result: RuleResult, unfinished: Interruptions, violated: Mapping[str, Iterable[Check]]
) -> RuleResult:
    """Name the rule that the blocking answer breaks; if it breaks none the result is inconclusive."""
    if result.outcome is not Outcome.BLOCKED:
        return result
    at = next(unfinished.blocked[name] for name in result.rule.probes if name in unfinished.blocked)
    found = [name for name, checks in violated.items() if any(each.seen is at for each in checks)]
    if not found:
        return replace(result, outcome=Outcome.INCONCLUSIVE)
    return replace(result, blocked_by=_ANSWERS if _ANSWERS in found else found[0])


def _group(result: RuleResult, broken: Broken, causes: Causes) -> RuleResult:
    """Put each finding under the rule that is broken in the same observations, if there is one."""
    if result.outcome is not Outcome.FAILED:
        return result
    checks = _bykind_of(broken[result.rule.id][1])
    shown = [checks.pop(kind_of(each.check)) for each in result.findings]
    shown[-1] += chain.from_iterable(checks.values())  # the last finding counts those that are not kept
    others = {name: shows for name, shows in causes.items() if name != result.rule.id}
    grouped = map(_explained, result.findings, shown, repeat(others))
    return replace(result, findings=tuple(grouped))


def _explained(finding: Finding, checks: list[Check], causes: Causes) -> Finding:
    """Return a finding under its cause; if some checks have none, what shows it best without one."""
    alone = [each for each in checks if not _cause(finding.rule, each, causes)]
    if alone:
        return replace(finding, check=min(alone, key=_size))
    return replace(finding, under=_cause(finding.rule, finding.check, causes))


def _cause(rule: Rule, check: Check, causes: Causes) -> str:
    """Return the rule that explains a check: a crash of the same answer, or one of `under`.

    That one must be broken by an answer from which the check follows.
    """
    seen = check.seen
    if seen is None:
        return ""
    if seen.status >= 500 and seen.number in causes.get(_CRASH, ()):
        return _CRASH
    shown = {each.number for each in (seen, *check.chain, *check.rests_on)}
    return next((name for name in rule.under if not shown.isdisjoint(causes.get(name, ()))), "")
