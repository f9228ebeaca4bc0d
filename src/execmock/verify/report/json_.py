"""JSON for programs: every rule with its outcome, every finding, coverage."""

from __future__ import annotations

from typing import Any

from execmock.core.durations import format_instant
from execmock.core.visible_json import visible_json
from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import all_facts, verdict_line
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.version import __version__

__all__ = ["as_json", "render"]


def render(report: Report) -> str:
    """Return the document."""
    return visible_json(as_json(report)) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as a JSON value."""
    facts = {result.rule.id: [each.as_json() for each in findings] for result, findings in all_facts(report)}
    redact = Redactor(report)
    return {
        "version": __version__,
        "target": report.options.url,
        "level": report.options.level,
        "effort": report.options.effort,
        "seed": report.options.seed,
        "started": format_instant(report.started),
        "seconds": round(report.seconds, 3),
        "exitCode": report.exit_code,
        "verdict": verdict_line(report),
        "unreachable": redact(report.unreachable),
        "rulesSelected": report.selected,
        "rulesJudged": report.judged,
        "shortfall": redact(report.shortfall),
        "interrupted": bool(report.interrupted),
        "notes": [redact(note) for note in report.notes],
        "requests": len(report.journal),
        "executionsCreated": report.created,
        "observations": report.observations,
        "observationsNotJudged": report.unjudged,
        "counts": {str(outcome): report.count(outcome) for outcome in Outcome},
        "notices": len(report.notices),
        "rules": [
            {
                "id": result.rule.id,
                "level": result.rule.severity,
                "operations": list(result.rule.operations),
                "outcome": str(result.outcome),
                "notice": result.outcome is Outcome.FAILED and report.is_notice(result),
                "observations": result.observations,
                "observationsNotJudged": result.unjudged,
                "notJudged": [
                    {"reason": redact(each.reason), "observations": each.times} for each in result.not_judged
                ],
                "reason": redact(result.reason),
                "blockedBy": result.blocked_by,
                "findings": facts.get(result.rule.id, []),
            }
            for result in report.results
        ],
        "coverage": [
            {
                "operation": each.operation,
                "method": each.method,
                "path": each.path,
                "statuses": {str(status): times for status, times in each.statuses.items()},
                "rulesJudged": each.rules,
            }
            for each in report.coverage
        ],
    }
