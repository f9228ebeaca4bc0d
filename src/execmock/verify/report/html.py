"""One HTML page, readable without a network: verdict, findings, rules, coverage, timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from execmock.core.durations import format_instant
from execmock.verify.outcome import Outcome
from execmock.verify.report.facts import all_facts, verdict_line
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.verify.report.spec import source_of
from execmock.verify.report.timelines import timelines

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render"]


def render(report: Report) -> str:
    """Return the document."""
    return (
        _environment(report, Redactor(report))
        .get_template("report.html")
        .render(
            report=report,
            verdict=verdict_line(report),
            started=format_instant(report.started),
            counts=[
                *((outcome, report.count(outcome)) for outcome in Outcome),
                ("notices", len(report.notices)),
            ],
            facts=all_facts(report),
            timelines=list(timelines(report)),
        )
    )


def _environment(report: Report, redact: Redactor) -> Environment:
    """Return where the templates are found; every value that they show is redacted, then escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    def shown(value: Any) -> Any:
        return redact(value) if isinstance(value, str) else value

    environment = Environment(
        loader=PackageLoader("execmock.verify.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["source_of"] = lambda rule: source_of(rule, report.contract)
    return environment
