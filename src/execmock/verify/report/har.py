"""HAR 1.2: every exchange of the run, for browsers' network views. Secrets are replaced."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from execmock.core.durations import format_instant
from execmock.verify.exchange import Exchange
from execmock.verify.report.facts import verdict_line
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor
from execmock.version import __version__

__all__ = ["render"]

_LONGEST = 200_000


def render(report: Report) -> str:
    """Return the document."""
    redact = Redactor(report)
    first = min((seen.sent for seen in report.journal), default=0.0)
    entries = [_entry(seen, report.started, first, redact) for seen in report.journal]
    creator = {"name": "execmock verify", "version": __version__}
    said = redact("; ".join([verdict_line(report), *report.notes]))
    log = {"version": "1.2", "creator": creator, "entries": entries, "comment": said}
    return json.dumps({"log": log}) + "\n"


def _entry(seen: Exchange, started: int, first: float, redact: Redactor) -> dict[str, Any]:
    took = (seen.received - seen.sent) * 1000
    return {
        "startedDateTime": format_instant(started + round((seen.sent - first) * 1000)),
        "time": took,
        "request": _request(seen, redact),
        "response": _response(seen, redact),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": f"{seen.probe}: {seen.label}" + (f" ({seen.lost})" if seen.lost else ""),
    }


def _pairs(values: Any, redact: Redactor) -> list[dict[str, str]]:
    return [{"name": name, "value": redact.exactly(value)} for name, value in values]


def _request(seen: Exchange, redact: Redactor) -> dict[str, Any]:
    request = seen.request
    text = redact.exactly(request.body[:_LONGEST].decode("utf-8", "replace"))
    entry: dict[str, Any] = {
        "method": request.method,
        "url": redact.exactly(request.url),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request.headers.items(), redact),
        "queryString": _pairs(parse_qsl(urlsplit(request.url).query, keep_blank_values=True), redact),
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        entry["postData"] = {"mimeType": request.headers.get("Content-Type", ""), "text": text}
    return entry


def _response(seen: Exchange, redact: Redactor) -> dict[str, Any]:
    text = redact.exactly(seen.body[:_LONGEST].decode("utf-8", "replace"))
    return {
        "status": seen.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(seen.headers.items() if seen.headers else (), redact),
        "content": {"size": len(seen.body), "mimeType": seen.header("content-type"), "text": text},
        "redirectURL": seen.header("location"),
        "headersSize": -1,
        "bodySize": len(seen.body),
    }
