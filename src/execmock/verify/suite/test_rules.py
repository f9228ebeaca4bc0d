"""One test a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import all_facts
from execmock.verify.report.redact import Redactor

if TYPE_CHECKING:
    from execmock.verify.report.model import Report
    from execmock.verify.rule import Rule


def test_rule(rule: Rule, report: Report) -> None:
    """The service keeps this rule; what could not be judged is skipped, unless that is too much of all."""
    redact = Redactor(report)
    if report.unreachable:
        pytest.fail(redact(report.unreachable), pytrace=False)
    result = next((result for result in report.results if result.rule.id == rule.id), None)
    if result is None:
        pytest.skip(f"not judged at the level {report.options.level}")
    if result in report.violations:
        pytest.fail(_tell(rule, report), pytrace=False)
    if report.shortfall and result.outcome in (Outcome.BLOCKED, Outcome.INCONCLUSIVE):
        pytest.fail(redact(f"{result.outcome}: {result.reason} ({report.shortfall})"), pytrace=False)
    if result.outcome not in (Outcome.PASSED, Outcome.FAILED):
        by = f" by {result.blocked_by}" if result.blocked_by else ""
        pytest.skip(redact(f"{result.outcome}{by}: {result.reason}"))


def _tell(rule: Rule, report: Report) -> str:
    lines = [f"{rule.sentence} ({rule.severity})"]
    for result, findings in all_facts(report):
        if result.rule.id == rule.id:
            for each in findings:
                lines += [
                    f"expected {each.glance[0]}",
                    f"actual   {each.glance[1]} at {each.pointer or each.status}",
                ]
                lines += [*each.curl, each.rerun]
    return "\n".join(lines)
