"""SARIF 2.1.0, for code hosts: findings are at the line of the contract that is broken."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from execmock.verify.report.facts import FindingFacts, all_facts
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.verify.report.spec import source_of
from execmock.verify.rule import Rule
from execmock.version import __version__

__all__ = ["render"]

_PUBLIC = f"https://github.com/execmock/execmock/blob/v{__version__}/openapi.yaml"
_LEVELS = {"documented": "error", "expected": "error", "advisory": "note"}


def render(report: Report) -> str:
    """Return the document."""
    rules = [
        {
            "id": result.rule.id,
            "shortDescription": {"text": result.rule.sentence},
            "help": {"text": _help(result.rule, report)},
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
        _result(each, reason=result.reason, shipped=_shipped(report))
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


def _help(rule: Rule, report: Report) -> str:
    """Return what a rule is based on, and how to judge it alone."""
    source = source_of(rule, report.contract)
    alone = f"execmock verify --only={rule.id} BASE_URL"
    return f"{rule.sentence} The rule is {rule.severity}; its source: {source}. To judge it alone: {alone}"


def _shipped(report: Report) -> str:
    """Return the public address of the contract, unless it is a file of one's own or lies in the checkout."""
    here = Path("openapi.yaml")
    if report.options.contract or (here.is_file() and here.read_bytes() == report.contract.content):
        return ""
    return _PUBLIC


def _artifact(file: str, shipped: str) -> dict[str, str]:
    """Return the place of a contract's file: relative to the checkout, where it lies there."""
    if shipped:
        return {"uri": shipped}
    path = Path(file).resolve()
    try:
        return {"uri": quote(path.relative_to(Path.cwd()).as_posix()), "uriBaseId": "%SRCROOT%"}
    except ValueError:
        return {"uri": path.as_uri()}


def _fingerprint(each: FindingFacts) -> str:
    """Return what stays the same from run to run for the same deviation at the same place."""
    place = re.sub(r"/[0-9]+(?=/|$)", "/*", each.pointer)
    said = re.sub(r"[\w-]*\d[\w-]*", "*", each.expected)
    return hashlib.sha256("\n".join([each.rule, each.operation, place, said]).encode()).hexdigest()[:32]


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


def _result(each: FindingFacts, *, reason: str, shipped: str) -> dict[str, Any]:
    text = f"{each.sentence} Expected {each.expected}; came {each.actual} ({each.request}, {each.status})."
    place = {
        "artifactLocation": _artifact(each.file, shipped),
        "region": {"startLine": max(each.line, 1)},
    }
    result: dict[str, Any] = {
        "ruleId": each.rule,
        "level": "note" if each.notice else "error",
        "message": {"text": text},
        "partialFingerprints": {"finding-1": _fingerprint(each)},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": each.spec}]}],
        "properties": {"curl": list(each.curl), "rerun": each.rerun, "under": each.under, "seed": each.seed},
    }
    if each.waived:
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result
