"""The report on a terminal: findings with their causes, what was not judged, coverage, the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import FindingFacts, all_facts, not_judged, verdict_line
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor

__all__ = ["lines"]

_QUIET = (Outcome.PASSED, Outcome.FAILED)


def lines(report: Report) -> Iterator[str]:
    """Yield the report as lines of rich markup-free text."""
    if report.unreachable:
        yield from _notes(report)
        yield verdict_line(report)
        return
    for result, findings in all_facts(report):
        word = _word(result.outcome, findings[0])
        yield f"{word} {result.rule.id}  [{result.rule.severity}]"
        yield f"  {result.rule.sentence}"
        for each in findings:
            yield from _finding(each)
        yield ""
    yield from _others(report)
    yield from _in_part(report)
    yield from _coverage(report)
    yield ""
    where = "in sandboxes of our own" if report.own_sandbox else f"seed {report.options.seed}"
    asked = f"{len(report.journal)} requests, {report.observations} observations"
    if report.created:
        asked += f", {report.created} executions created"
    if report.unjudged:
        asked += f", {report.unjudged} more not judged"
    yield f"{asked}, {report.seconds:.1f} s, {where}"
    yield from _notes(report)
    yield verdict_line(report)


def _notes(report: Report) -> Iterator[str]:
    redact = Redactor(report)
    yield from (f"note: {redact(note)}" for note in report.notes)


def _word(outcome: Outcome, finding: FindingFacts) -> str:
    if outcome is Outcome.WAIVED:
        return "WAIVED "
    return "NOTICE " if finding.notice else "FAILED "


def _finding(each: FindingFacts) -> Iterator[str]:
    if each.under:
        yield f"  - same cause as {each.under}: expected {each.expected}; came {each.actual}"
        return
    often = f"  (seen {each.times} times)" if each.times > 1 else ""
    yield f"  - expected: {each.expected}{often}"
    yield f"    actual:   {each.actual}"
    where = f" at {each.pointer}" if each.pointer else ""
    yield f"    answer:   {each.status} to {each.request}{where}"
    yield f"    contract: {each.file}:{each.line} {each.spec} ({each.source})"
    for number, line in enumerate(each.curl):
        yield f"    {'try:     ' if number == 0 else '         '} {line}"
    yield f"    again:    {each.rerun}"


def _others(report: Report) -> Iterator[str]:
    redact = Redactor(report)
    others = [result for result in report.results if result.outcome not in _QUIET]
    for outcome in (Outcome.BLOCKED, Outcome.INCONCLUSIVE, Outcome.NOT_JUDGED, Outcome.WAIVED):
        groups: dict[str, list[str]] = {}
        for result in others:
            if result.outcome is outcome:
                by = f"by {result.blocked_by}: " if result.blocked_by else ""
                groups.setdefault(by + redact(result.reason), []).append(result.rule.id)
        for reason, names in groups.items():
            yield f"{outcome} ({reason}): {', '.join(names)}"


def _in_part(report: Report) -> Iterator[str]:
    """Yield what rules with a verdict could not judge; an inconclusive rule has said it as its reason."""
    groups: dict[str, list[str]] = {}
    for rule, each in not_judged(report):
        groups.setdefault(each.reason, []).append(f"{rule.id} ({each.times})")
    for reason, rules in groups.items():
        yield f"observations not judged ({reason}): {', '.join(rules)}"


def _coverage(report: Report) -> Iterator[str]:
    yield ""
    yield f"{'operation':<20} {'rules judged':>12}  statuses seen"
    for each in report.coverage:
        seen = ", ".join(f"{status} x {times}" for status, times in each.statuses.items()) or "none"
        yield f"{each.operation:<20} {each.rules:>12}  {seen}"
