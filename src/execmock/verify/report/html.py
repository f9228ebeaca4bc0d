"""One HTML page, readable without a network: verdict, findings, rules, coverage, timelines."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from execmock.core.durations import format_instant
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.report.facts import FindingFacts, all_facts, verdict_line
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.verify.report.spec import source_of
from execmock.verify.report.style import STYLE
from execmock.verify.report.timelines import timeline_figures

__all__ = ["render"]


def render(report: Report) -> str:
    """Return the document."""
    title = f"execmock verify: {escape(report.options.url)}"
    body = "\n".join(_body(report))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def _body(report: Report) -> Iterator[str]:
    good = "good" if report.conforms else "bad"
    yield f'<header class="{good}"><p class="small">execmock verify</p>'
    word = "Not judged" if report.unreachable else "Conforms" if report.conforms else "Does not conform"
    yield f"<h1>{word}</h1><p>{escape(verdict_line(report))}</p>"
    where = " in sandboxes of our own" if report.own_sandbox else ""
    yield (
        f'<p class="small">{format_instant(report.started)}, {report.seconds:.1f} s, '
        f"{len(report.journal)} requests, {report.observations} observations{where}, "
        f"seed {report.options.seed}</p></header>"
    )
    if report.unreachable:
        return
    yield from _tiles(report)
    yield from _findings(report)
    yield from _coverage(report)
    yield from _timelines(report)
    yield from _rules(report)


def _tiles(report: Report) -> Iterator[str]:
    yield '<ul class="tiles">'
    for outcome in Outcome:
        number = report.count(outcome)
        yield f'<li class="{_class(outcome)}{"" if number else " none"}"><b>{number}</b> {outcome}</li>'
    none = "" if report.notices else " none"
    yield f'<li class="notice{none}"><b>{len(report.notices)}</b> notices</li></ul>'


def _class(outcome: Outcome) -> str:
    return str(outcome).replace(" ", "-")


def _findings(report: Report) -> Iterator[str]:
    facts = all_facts(report)
    if not facts:
        return
    yield "<h2>Findings</h2>"
    for result, findings in facts:
        waived = result.outcome is Outcome.WAIVED
        word = "waived" if waived else "notice" if findings[0].notice else "violation"
        name = escape(result.rule.id)
        yield f'<article class="{word}" id="{name}"><h3><code>{name}</code>'
        yield f'<span class="tag">{word}</span><span class="tag">{result.rule.severity}</span></h3>'
        yield f"<p>{escape(result.rule.sentence)}</p>"
        for each in findings:
            yield from _finding(each)
        yield "</article>"


def _finding(each: FindingFacts) -> Iterator[str]:
    if each.under:
        yield (
            f'<p class="small">Same cause as <a href="#{escape(each.under)}">'
            f"<code>{escape(each.under)}</code></a>: expected {escape(each.expected)}, "
            f"came <code>{escape(each.actual)}</code></p>"
        )
        return
    times = f' <span class="small">(seen {each.times} times)</span>' if each.times > 1 else ""
    at = f" at <code>{escape(each.pointer)}</code>" if each.pointer else ""
    yield f"<dl><dt>expected</dt><dd>{escape(each.expected)}{times}</dd>"
    yield f"<dt>actual</dt><dd><code>{escape(each.actual) or 'nothing'}</code>{at}</dd>"
    yield f"<dt>request</dt><dd><code>{escape(each.request)}</code> answered {escape(each.status)}</dd>"
    yield (
        f"<dt>contract</dt><dd><code>openapi.yaml:{each.line}</code> <code>{escape(each.spec)}</code>, "
        f"{escape(each.source)}</dd></dl>"
    )
    yield f"<pre>{escape(chr(10).join(each.curl))}</pre>"
    yield f"<details><summary>answer, and how to run this again</summary><pre>{escape(each.answer)}</pre>"
    yield f"<pre>{escape(each.rerun)}</pre></details>"


def _coverage(report: Report) -> Iterator[str]:
    yield '<h2>Coverage</h2><div class="wide"><table><thead><tr><th>operation</th><th>path</th>'
    yield "<th>statuses seen</th><th>rules judged</th></tr></thead><tbody>"
    for each in report.coverage:
        seen = " ".join(
            f'<span class="status s{status // 100}">{status} x {times}</span>'
            for status, times in each.statuses.items()
        )
        yield (
            f"<tr><td><code>{escape(each.operation)}</code></td>"
            f"<td><code>{each.method} {escape(each.path)}</code></td>"
            f"<td>{seen or 'none'}</td><td>{each.rules}</td></tr>"
        )
    yield "</tbody></table></div>"


def _timelines(report: Report) -> Iterator[str]:
    drawn = list(timeline_figures(report, Redactor(report)))
    if drawn:
        yield '<h2>Timelines</h2><p class="small">What was seen of executions that moved: above, what'
        yield " the private and the public view showed at each read; below, the events by their dates.</p>"
        yield from drawn


def _rules(report: Report) -> Iterator[str]:
    yield '<h2>Rules</h2><div class="wide"><table><thead><tr><th>rule</th><th>outcome</th>'
    yield "<th>observations</th><th>what it says</th><th>source</th></tr></thead><tbody>"
    for result in report.results:
        yield _rule(report, result)
    yield "</tbody></table></div>"


def _rule(report: Report, result: RuleResult) -> str:
    word = "notice" if result in report.notices else str(result.outcome)
    by = (
        f' by <a href="#{escape(result.blocked_by)}">{escape(result.blocked_by)}</a>'
        if result.blocked_by
        else ""
    )
    why = f'<br><span class="small">{escape(result.reason)}</span>' if result.reason else ""
    name = escape(result.rule.id)
    linked = f'<a href="#{name}"><code>{name}</code></a>' if result.findings else f"<code>{name}</code>"
    return (
        f'<tr><td>{linked}</td><td><span class="{word.replace(" ", "-")} mark">{word}</span>{by}{why}</td>'
        f"<td>{result.observations}</td><td>{escape(result.rule.sentence)}</td>"
        f"<td>{escape(source_of(result.rule))}</td></tr>"
    )
