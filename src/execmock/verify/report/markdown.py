"""Markdown for pull requests and for the summary of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import FindingFacts, all_facts, not_judged, verdict_line, without_verdict
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor

__all__ = ["render", "summary"]

_MOST = 1_000_000


def summary(report: Report, most: int = _MOST) -> str:
    """Return the document for a CI job, which shows at most 1 MiB: whole findings, and how many more."""
    text = render(report)
    if len(text.encode(errors="backslashreplace")) <= most:
        return text
    begin, *parts = re.split(r"(?m)^(?=### )", text)
    size = len(begin.encode(errors="backslashreplace"))
    sizes = accumulate((len(part.encode(errors="backslashreplace")) for part in parts), initial=size)
    kept = parts[: max(0, sum(each <= most for each in sizes) - 1)]
    left = len(parts) - len(kept)
    rest = f"{left} more are left out: a summary is too small. Reports have them (`--report`).\n"
    return "".join((begin, *kept, rest))


def render(report: Report) -> str:
    """Return the document."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield "## execmock verify"
    yield ""
    yield f"{'✅' if report.conforms else '❌'} {_plain(verdict_line(report))}"
    yield ""
    if report.notes:
        redact = Redactor(report)
        yield from (f"- Note: {_plain(redact.line(note))}" for note in report.notes)
        yield ""
    for result, findings in all_facts(report):
        word = (
            "Waived" if result.outcome is Outcome.WAIVED else "Notice" if findings[0].notice else "Violation"
        )
        yield f"### {word}: `{result.rule.id}`"
        yield ""
        yield f"{result.rule.sentence} ({result.rule.severity})"
        yield ""
        for each in findings:
            yield from _finding(each)
    yield from _table(report)


def _finding(each: FindingFacts) -> Iterator[str]:
    if each.under:
        yield f"- Same cause as `{each.under}`: expected {_code(each.expected)}, came {_code(each.actual)}"
        yield ""
        return
    yield f"- Expected {_code(each.expected)}"
    at = f" at {_code(each.pointer)}" if each.pointer else ""
    yield f"- Actual {_code(each.actual)}, in the answer {_plain(each.status)}{at}"
    if each.unusual:
        yield f"- Sent with {_code(each.unusual)}"
    yield f"- Contract: `{each.file}:{each.line}` `{each.spec}` ({each.source})"
    yield ""
    fence = _fence("".join(each.curl), 3)
    yield f"{fence}sh"
    yield from each.curl
    yield f"# again: {each.rerun}"
    yield fence
    yield ""


def _code(text: str) -> str:
    if not text:
        return "nothing"
    fence = _fence(text, 1)
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _plain(text: str) -> str:
    """Return a text that stands for itself: no link, no image, no element, no column."""
    return re.sub(r"([<>\[\]|`])", r"\\\1", text)


def _fence(text: str, least: int) -> str:
    """Return more backticks than any that follow each other in the text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _table(report: Report) -> Iterator[str]:
    if report.coverage:
        yield "| operation | statuses seen | rules judged |"
        yield "|---|---|---|"
        for each in report.coverage:
            seen = ", ".join(f"{status} x {times}" for status, times in each.statuses.items()) or "none"
            yield f"| `{each.operation}` | {seen} | {each.rules} |"
        yield ""
    for outcome, reason, names in without_verdict(report):
        yield f"- {outcome} ({_plain(reason)}): {', '.join(f'`{name}`' for name in names)}"
    for rule, part in not_judged(report):
        yield f"- `{rule.id}`: observations not judged: {part.times} ({_plain(part.reason)})"
