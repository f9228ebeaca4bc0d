"""SARIF 2.1.0, for code hosts: findings are at the line of the contract that is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import FindingFacts, all_facts
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.version import __version__

__all__ = ["render"]

_LEVELS = {"documented": "error", "expected": "error", "advisory": "note"}


def render(report: Report) -> str:
    """Return the document."""
    rules = [
        {
            "id": result.rule.id,
            "shortDescription": {"text": result.rule.sentence},
            "defaultConfiguration": {"level": _LEVELS[result.rule.severity]},
            "properties": {
                "tags": [result.rule.severity, *result.rule.tags],
                "observations": result.observations,
                "observationsNotJudged": result.unjudged,
            },
        }
        for result in report.results
    ]
    found = [
        _result(each, waived=result.outcome is Outcome.WAIVED, reason=result.reason)
        for result, findings in all_facts(report)
        for each in findings
    ]
    driver = {"name": "execmock verify", "version": __version__, "rules": rules}
    run: dict[str, Any] = {"tool": {"driver": driver}, "results": found, "columnKind": "unicodeCodePoints"}
    if notes := list(_notes(report)):
        done = not (report.unreachable or report.shortfall)
        run["invocations"] = [{"executionSuccessful": done, "toolExecutionNotifications": notes}]
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _notes(report: Report) -> Iterator[dict[str, Any]]:
    """Yield what kept the run, or a rule, from judging."""
    redact = Redactor(report)
    if report.unreachable:
        yield {"level": "error", "message": {"text": redact(report.unreachable)}}
    elif report.shortfall:
        yield {"level": "error", "message": {"text": redact(report.shortfall)}}
    for note in report.notes:
        yield {"level": "note", "message": {"text": redact(note)}}
    for result in report.results:
        for each in result.not_judged:
            text = f"Observations not judged: {each.times} ({redact(each.reason)})"
            yield {"level": "warning", "message": {"text": text}, "associatedRule": {"id": result.rule.id}}


def _result(each: FindingFacts, *, waived: bool, reason: str) -> dict[str, Any]:
    text = f"{each.sentence} Expected {each.expected}; came {each.actual} ({each.request}, {each.status})."
    place = {
        "artifactLocation": {"uri": each.file},
        "region": {"startLine": max(each.line, 1)},
    }
    result: dict[str, Any] = {
        "ruleId": each.rule,
        "level": "note" if each.notice else "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": each.spec}]}],
        "properties": {"curl": list(each.curl), "rerun": each.rerun, "under": each.under, "seed": each.seed},
    }
    if waived:
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result
