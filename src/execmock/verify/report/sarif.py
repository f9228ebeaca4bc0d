"""SARIF 2.1.0, for code hosts: findings are at the line of the contract that is broken."""

from __future__ import annotations

import json
from typing import Any

from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import FindingFacts, all_facts
from execmock.verify.report.model import Report
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
            "properties": {"tags": [result.rule.severity, *result.rule.tags]},
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
    if report.unreachable:
        note = {"level": "error", "message": {"text": report.unreachable}}
        run["invocations"] = [{"executionSuccessful": False, "toolExecutionNotifications": [note]}]
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


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
