"""What every format of report says about a finding, computed once, without secrets."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from execmock.loading.contract import place_in
from execmock.settings import as_flags
from execmock.verify.exchange import Request
from execmock.verify.outcome import Finding, NotJudged, Outcome, RuleResult
from execmock.verify.registry import all_probes, all_rules
from execmock.verify.report.curl import CurlLines
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.verify.report.spec import pointer_of, source_of
from execmock.verify.rule import Rule
from execmock.verify.unusual import unusual_parts
from execmock.verify.wording import shown, whole

__all__ = ["NOT_AGAIN", "FindingFacts", "all_facts", "not_judged", "rerun", "verdict_line", "without_verdict"]


NOT_AGAIN = ("url", "seed", "level", "only", "skip", "probes", "max_time", "waive", "reports", "verbose")
"""Options of a run that the command for a single rule leaves out, or words itself."""


_KEYS = {"token_b": "b", "token_read": "read", "embed_token": "embed"}
"""What a rule needs to be judged with each key; the first key is always needed."""
_PLAIN = ("basics", "existing")
"""The probes of plain requests, with and without creating anything."""
_LONGEST_HEADER = 100
_LONG = 160
"""Characters from which on a command names the file that keeps the options of the run."""


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """A finding as text. `under` is the rule that has the same cause, or empty.

    `expected` and `actual` are whole; `glance` has both for a terminal, with long values cut. `unusual` are
    the headers that most requests do not have, as they were sent.
    """

    rule: str
    level: str
    notice: bool
    waived: bool
    sentence: str
    operation: str
    expected: str
    actual: str
    glance: tuple[str, str]
    pointer: str
    status: str
    request: str
    unusual: str
    answer: str
    curl: tuple[str, ...]
    spec: str
    file: str
    line: int
    source: str
    times: int
    under: str
    rerun: str
    seed: int

    @property
    def counts(self) -> bool:
        """Whether it is a violation."""
        return not (self.notice or self.waived)

    @property
    def word(self) -> str:
        """Return what became of the rule: failed, waived, or notice for advice."""
        return "waived" if self.waived else "notice" if self.notice else "failed"

    def as_json(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "glance"}


def all_facts(report: Report) -> tuple[tuple[RuleResult, tuple[FindingFacts, ...]], ...]:
    """Return every failed and waived rule with its findings, causes before consequences."""
    redact = Redactor(report)
    curl = CurlLines(report, redact)
    broken = [result for result in report.results if result.findings]
    broken.sort(key=lambda result: (report.is_notice(result), all(each.under for each in result.findings)))
    return tuple(
        (result, tuple(_facts(report, result, each, redact, curl) for each in result.findings))
        for result in broken
    )


def _facts(
    report: Report, result: RuleResult, finding: Finding, redact: Redactor, curl: CurlLines
) -> FindingFacts:
    seen, rule = finding.seen, finding.rule
    pointer = pointer_of(finding, report.contract)
    place = place_in(report.contract, pointer)
    return FindingFacts(
        rule=rule.id,
        level=rule.severity,
        notice=report.is_notice(result),
        waived=result.outcome is Outcome.WAIVED,
        sentence=rule.sentence,
        operation=seen.operation,
        expected=_line(redact(shown(finding.check.expected, whole))),
        actual=_line(redact(shown(finding.check.actual, whole) + _repeated(finding))),
        glance=(
            _line(redact(shown(finding.check.expected))),
            _line(redact(shown(finding.check.actual) + _repeated(finding))),
        ),
        pointer=redact.line(finding.check.pointer),
        status=redact.line(str(seen.status or seen.lost)),
        request=redact.line(f"{seen.request.method} {seen.request.url}"),
        unusual=", ".join(_unusual_headers(report, seen.request, redact)),
        answer=redact(seen.text(1500)),
        curl=(*_control(finding, redact, curl), *curl.of(finding)),
        spec=pointer,
        file=place.file,
        line=place.line,
        source=source_of(rule, report.contract, seen.operation),
        times=finding.times,
        under=finding.under,
        rerun=rerun(report, rule.id, probes=_probes(finding)),
        seed=report.options.seed,
    )


def _unusual_headers(report: Report, request: Request, redact: Redactor) -> Iterator[str]:
    """Yield the headers that only a few requests of the run have, without secrets, then cut."""
    every = {name.lower() for name, _ in report.options.headers}
    named = {part.removeprefix("header ") for part in unusual_parts(request)}
    for name, value in request.headers.items():
        if name in named and name.lower() not in every:
            yield redact.line(f"{name}: {value}")[:_LONGEST_HEADER]


def _line(text: str) -> str:
    """Return a text as one line."""
    return text.replace("\n", "\\n")


def _repeated(finding: Finding) -> str:
    """Return how often a finding was shown, if not each time that the same was tried."""
    return "" if finding.shown == finding.asked else f" ({finding.shown} of {finding.asked} times)"


def _control(finding: Finding, redact: Redactor, curl: CurlLines) -> Iterator[str]:
    """Yield the request that lacks only the part that matters, and what is answered to it."""
    if finding.control is not None:
        plain = replace(finding, check=replace(finding.check, seen=finding.control.seen, chain=()))
        yield f"# without {redact(finding.control.part)} the answer is {finding.control.seen.status}:"
        yield from curl.of(plain)
        yield f"# with it, {finding.seen.status}:"


def _probes(finding: Finding) -> list[str]:
    """Return the probes that show a finding, unless they are those of its rule.

    Rules on all answers have every probe. What the preflight shows is shown by plain requests, too.
    """
    names, check = [each.name for each in all_probes()], finding.check
    if finding.seen.probe in finding.rule.probes and len(finding.rule.probes) < len(names):
        return []
    shown = {each.probe for each in (finding.seen, *check.chain, *check.rests_on)}
    return [name for name in names if name in shown] or list(_PLAIN)


def without_verdict(report: Report) -> Iterator[tuple[Outcome, str, list[str]]]:
    """Yield outcomes that are no verdict, or are waived, with the reason and the rules that share both."""
    redact = Redactor(report)
    for outcome in (Outcome.BLOCKED, Outcome.INCONCLUSIVE, Outcome.NOT_JUDGED, Outcome.WAIVED):
        groups: dict[str, list[str]] = {}
        for result in report.results:
            if result.outcome is outcome:
                by = f"by {result.blocked_by}: " if result.blocked_by else ""
                groups.setdefault(by + redact.line(result.reason), []).append(result.rule.id)
        yield from ((outcome, reason, names) for reason, names in groups.items())


def not_judged(report: Report) -> Iterator[tuple[Rule, NotJudged]]:
    """Yield what rules could not judge, without secrets; what a rule's own reason says is left out."""
    redact = Redactor(report)
    for result in report.results:
        for each in result.not_judged:
            if each.reason not in result.reason:
                yield result.rule, replace(each, reason=redact.line(each.reason))


def rerun(report: Report, rule: str, probes: Collection[str] = ()) -> str:
    """Return the command that judges only this rule again, by these probes, with the keys that both need."""
    options = report.options
    needs = {need for result in report.results if result.rule.id == rule for need in result.rule.needs}
    needs.update(need for each in all_probes() if each.name in probes for need in each.needs)
    secrets = list(options.secret_flags(without=[name for name, need in _KEYS.items() if need not in needs]))
    if all(known.id != rule for known in all_rules(report.contract)):
        return shlex.join(["execmock", "proxy", options.url, f"--only={rule}"])  # it judges what passes alone
    words = ["execmock", "verify", options.url, f"--only={rule}", *(f"--probe={name}" for name in probes)]
    words += [f"--seed={options.seed}"] if options.seed != 1 else []
    whole = [shlex.join([*words, *as_flags(options, without=NOT_AGAIN)]), *secrets]
    if report.kept and sum(map(len, whole)) > _LONG:
        whole = [shlex.join([*words, f"--config={report.kept}"]), *secrets]
    return " ".join(whole)


def verdict_line(report: Report) -> str:
    """Return the outcome of a run in one line."""
    if report.unreachable:
        return f"not judged: {Redactor(report).line(report.unreachable)}"
    counts = ", ".join(_counts(report))
    redact = Redactor(report)
    if report.violations:
        word, why = "does not conform", ""
    elif report.interrupted:
        word, why = "was not judged to the end, interrupted", ""
    elif report.shortfall:
        word, why = "was not judged enough", f"{redact.line(report.shortfall)}; "
    else:
        word, why = "conforms", ""
    return f"{report.options.url} {word} ({report.options.level}): {why}{counts}"


def _counts(report: Report) -> Iterator[str]:
    for outcome in Outcome:
        if number := report.count(outcome):
            yield f"{number} {outcome}"
    if report.notices:
        yield f"{len(report.notices)} notices"
