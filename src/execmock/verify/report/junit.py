"""JUnit XML: one test case a rule, so that CI systems show rules like tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from execmock.core.durations import format_instant
from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import FindingFacts, all_facts, not_judged
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor

__all__ = ["render"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Return the document. Violations are failures; what was not judged is skipped, with its reason."""
    facts = {result.rule.id: findings for result, findings in all_facts(report)}
    redact = Redactor(report)
    unjudged: dict[str, list[str]] = {}
    for rule, each in not_judged(report):
        unjudged.setdefault(rule.id, []).append(f"observations not judged: {each.times} ({each.reason})")
    suite = Element("testsuite", name="execmock verify", hostname=report.options.url)
    suite.set("timestamp", format_instant(report.started))
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    if report.unreachable:
        case = SubElement(suite, "testcase", classname="verify", name="target")
        SubElement(case, "error", message=_clean(redact(report.unreachable)))
        counts.update(tests=1, errors=1)
    for result in report.results:
        counts["tests"] += 1
        case = SubElement(suite, "testcase", classname=f"verify.{result.rule.area}", name=result.rule.id)
        if result in report.violations:
            counts["failures"] += 1
            message = _clean(_difference(facts[result.rule.id]))
            failure = SubElement(case, "failure", type=result.rule.severity, message=message)
            told = [result.rule.sentence, *map(_tell, facts[result.rule.id])]
            failure.text = _clean("\n\n".join(told))
        elif result.outcome is Outcome.FAILED:
            SubElement(case, "system-out").text = _clean("\n\n".join(map(_tell, facts[result.rule.id])))
        elif result.outcome is not Outcome.PASSED:
            counts["skipped"] += 1
            by = f" by {result.blocked_by}" if result.blocked_by else ""
            SubElement(case, "skipped", message=_clean(f"{result.outcome}{by}: {redact(result.reason)}"))
        if lines := unjudged.get(result.rule.id):
            SubElement(case, "system-err").text = _clean("\n".join(lines))
    _add_notes(suite, report, redact, counts)
    for name, number in counts.items():
        suite.set(name, str(number))
    suite.set("time", f"{report.seconds:.3f}")
    for case in suite.iter("testcase"):
        case.set("time", "0")  # rules share the requests of a run, and judging them takes no time
    root = Element("testsuites")
    root.append(suite)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_notes(suite: Element, report: Report, redact: Redactor, counts: dict[str, int]) -> None:
    if report.shortfall and not report.unreachable and not report.violations:
        # A suite of skipped tests would be green.
        case = SubElement(suite, "testcase", classname="verify", name="judged")
        SubElement(case, "error", message=_clean(redact(report.shortfall)))
        counts.update(tests=counts["tests"] + 1, errors=1)
    if report.notes:
        SubElement(suite, "system-out").text = _clean(redact("\n".join(report.notes)))


def _difference(findings: Sequence[FindingFacts]) -> str:
    """Return what was expected and what came, by the finding that no other explains."""
    first = next((each for each in findings if not each.under), findings[0])
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    expected, actual = first.glance  # both are whole in the text
    return f"expected {expected}; came {actual or 'nothing'}, {first.request}{more}"


def _tell(each: FindingFacts) -> str:
    return "\n".join(
        [
            f"expected {each.expected}",
            f"actual   {each.actual}",
            f"answer   {each.status} to {each.request} {each.pointer}",
            f"contract {each.file}:{each.line} {each.spec} ({each.source})",
            *each.curl,
            each.rerun,
        ]
    )


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
