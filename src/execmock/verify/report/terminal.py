"""The report on a terminal: one block a cause, what was not judged, coverage, notices, the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from execmock.verify.report.facts import FindingFacts, all_facts, not_judged, verdict_line, without_verdict
from execmock.verify.report.kept import Kept
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor

__all__ = ["lines"]

_WIDTH, _NARROW = 160, 80
_LONGEST_LINE = 240
"""Characters of a line for a shell, which must not be cut."""
_MOST_LINES = 3
_LABEL = " " * 14


def lines(report: Report, kept: Kept | None = None, columns: int = _WIDTH) -> Iterator[str]:
    """Yield the report as lines of rich markup-free text, findings cut to 80 to 160 `columns`.

    Lines for a shell that are many or long are replaced by files that `kept` holds, where it is given. With
    `verbose` nothing is cut, every finding is told, and notices are told as violations are.
    """
    verbose, width = report.options.verbose, min(max(columns, _NARROW), _WIDTH)
    yield from _notes(report)
    if report.unreachable:
        yield verdict_line(report)
        return
    facts = all_facts(report)
    for _, findings in facts:
        if verbose:
            yield from _told_whole(findings)
        elif findings[0].counts and not all(each.under for each in findings):
            yield from _block(findings, _consequences(facts, findings[0].rule), kept, width)
    yield from _others(report)
    yield from _in_part(report)
    yield from _coverage(report)
    yield ""
    if not verbose:
        yield from (_notice(findings, width) for _, findings in facts if findings[0].word == "notice")
    where = "in sandboxes of our own" if report.own_sandbox else f"seed {report.options.seed}"
    asked = f"{len(report.journal)} requests, {report.observations} observations"
    if report.unjudged:
        asked += f" and {report.unjudged} more that could not be judged"
    if report.created:
        asked += f", {report.created} executions created"
    yield f"{asked}, {report.seconds:.1f} s, {where}"
    yield verdict_line(report)


def _notes(report: Report) -> Iterator[str]:
    redact = Redactor(report)
    yield from (f"note: {redact.line(note)}" for note in report.notes)
    if report.notes and not report.unreachable:
        yield ""


def _told_whole(findings: Sequence[FindingFacts]) -> Iterator[str]:
    yield from _heading(findings[0])
    for each in findings:
        if each.under:
            yield f"  - same cause as {each.under}: expected {each.expected}; came {each.actual}"
        else:
            yield from _finding(each)
            for number, line in enumerate(each.curl):
                yield f"{_LABEL if number else '    try:      '}{line}"
            yield f"    again:    {each.rerun}"
    yield ""


def _block(
    findings: Sequence[FindingFacts], others: Sequence[str], kept: Kept | None, width: int
) -> Iterator[str]:
    """Yield a cause in at most 12 lines: its clearest finding, where else it shows, and what it breaks."""
    first, *rest = [each for each in findings if not each.under]
    told = (*_heading(first), *_finding(first, width))
    yield from (_cut(line, width) for line in told)
    path = kept.lines([f"# {first.rule}", *first.curl]) if kept and _is_long(first.curl) else ""
    shown = [f". {path}", _cut(f"# ends with: {first.curl[-1]}", width - len(_LABEL))] if path else first.curl
    for number, line in enumerate(shown):
        yield f"{_LABEL if number else '    try:      '}{line}"
    yield f"    again:    {first.rerun}"
    if rest:
        places = "; ".join(dict.fromkeys(f"{each.request}{_at(each)}" for each in rest))
        yield _cut(f"    also:     {len(rest)} more: {places}", width)
    if others:
        rules = f"{len(others)} more rules" if len(others) > 1 else "1 more rule"
        yield _cut(f"    breaks:   {rules} by the same answers: {', '.join(others)}", width)
    yield ""


def _is_long(curl: Sequence[str]) -> bool:
    return len(curl) > _MOST_LINES or any(len(line) > _LONGEST_LINE for line in curl)


def _consequences(facts: Sequence[tuple[object, Sequence[FindingFacts]]], rule: str) -> list[str]:
    return [findings[0].rule for _, findings in facts if any(each.under == rule for each in findings)]


def _heading(each: FindingFacts) -> Iterator[str]:
    yield f"{each.word.upper():<7} {each.rule}  [{each.level}]"
    yield f"  {each.sentence}"


def _finding(each: FindingFacts, width: int = 0) -> Iterator[str]:
    """Yield what was expected and what came; `width` is that of the first line, 0 for any."""
    often = f"  ({each.times} observations)" if each.times > 1 else ""
    room = width and width - len(_LABEL) - len(often)
    expected, actual = each.glance if width else (each.expected, each.actual)
    yield f"  - expected: {_cut(expected, room) if room else expected}{often}"
    yield f"    actual:   {actual}"
    with_ = f" with {each.unusual}" if each.unusual else ""
    yield f"    answer:   {each.status}{_at(each)} to {each.request}{with_}"
    yield f"    contract: {each.file}:{each.line} {each.spec} ({each.source})"


def _at(each: FindingFacts) -> str:
    return f" at {each.pointer}" if each.pointer else ""


def _notice(findings: Sequence[FindingFacts], width: int) -> str:
    first, more = findings[0], sum(each.times for each in findings) - 1
    often = f" (and {more} more)" if more else ""
    expected, actual = first.glance
    return _cut(f"notice: {first.rule}: expected {expected}; came {actual}{often}", width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _others(report: Report) -> Iterator[str]:
    for outcome, reason, names in without_verdict(report):
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
