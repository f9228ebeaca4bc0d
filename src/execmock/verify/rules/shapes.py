"""Rules on the shape of every answer: types, required members, the envelope, errors, times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.contract.names import EVENT, EXECUTION, PUBLIC_EVENT, PUBLIC_EXECUTION, STATUS
from execmock.core.durations import DurationError, parse_instant
from execmock.verify.answer_schemas import dates, prune
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import ABSENT, Exchange
from execmock.verify.json_mistakes import no_object
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import ALL_PROBES, Check, Rules, check, not_judged
from execmock.verify.schema_judge import Opinion

_FEED = "basics existing embed"
_ENVELOPED = (CREATE, GET, LIST, PUBLIC)
_AREAS = {"create": CREATE, "get": GET, "list": LIST, "public": PUBLIC, "embed": EXECUTE}
_UTC = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]00:00)")


def _data(seen: Exchange) -> tuple[str, Any]:
    return ("", seen.json) if seen.operation == EXECUTE else ("/data", seen.at("/data"))


def _pruned(evidence: Evidence, seen: Exchange, data: Any) -> Any:
    """Return data without members that count as left out. Most answers have none, and are not copied."""
    if b"null" not in seen.body and b'""' not in seen.body:
        return data
    if seen.number not in evidence.pruned:
        evidence.pruned[seen.number] = prune(data)
    return evidence.pruned[seen.number]


def _shapes(area: str, operation: str) -> Rules:
    """Return the two rules on the shape of an operation's successes."""
    needs = "embed" if operation == EXECUTE else ""
    rules = Rules(area, operation, probes=_FEED, at="responses", tags="shape", needs=needs)
    _declare_shape(rules, operation)
    _declare_complete(rules, operation)
    return rules


def _declare_shape(rules: Rules, operation: str) -> None:
    @rules.documented(
        "shape", f"A success of {operation} is JSON whose every property has the type that its page gives."
    )
    def judge(evidence: Evidence) -> Iterator[Check]:
        for seen in evidence.answers(operation):
            if seen.ok:
                yield from _judge_shape(evidence, seen)


def _judge_shape(evidence: Evidence, seen: Exchange) -> Iterator[Check]:
    base, data = _data(seen)
    if seen.unread:
        yield not_judged(seen.unread, seen)
    elif not isinstance(seen.json, dict):
        yield check(False, seen, "a JSON object", no_object(seen.body, seen.json))
    elif data not in (ABSENT, None):
        yield from _said(seen, base, evidence.schema_judge.types(seen, _pruned(evidence, seen, data)))


def _said(seen: Exchange, base: str, opinion: Opinion) -> Iterator[Check]:
    """Yield what both engines find; `base` leads to what they judged."""
    for each in opinion.violations:
        yield check(False, seen, each.expected, at=base + each.where)
    if opinion.reason:
        yield not_judged(opinion.reason, seen)
    elif not opinion.violations:
        yield check(True, seen, "")


def _declare_complete(rules: Rules, operation: str) -> None:
    @rules.expected(
        "complete",
        f"A success of {operation} has every property that no execution can be without.",
        under=f"envelope.fields {rules.area}.shape public.matches-private",
    )
    def judge(evidence: Evidence) -> Iterator[Check]:
        for seen in evidence.successes(operation):
            base, data = _data(seen)
            if isinstance(data, dict):
                pruned = _pruned(evidence, seen, data)
                yield from _said(seen, base, evidence.schema_judge.missing(seen, data, pruned))


_SHAPES = [_shapes(area, operation) for area, operation in _AREAS.items()]
_FORM = Rules("", _ENVELOPED, probes=ALL_PROBES, at="responses", tags="shape", needs="")
_ENVELOPE = Rules("", _ENVELOPED, probes=_FEED, at="responses/200", tags="envelope", needs="")
_ERRORS = Rules("error", _ENVELOPED, at="responses/400", source="public", tags="errors", needs="")


@_FORM.documented("status.enum", "Every status shown is one of those that the pages list.")
def status_enum(evidence: Evidence) -> Iterator[Check]:
    """Known drift is reported by its own rule."""
    legal = evidence.schema(STATUS)["enum"]
    for history in evidence.histories:
        for observation in history.observations:
            status = observation.execution.get("status")
            if isinstance(status, str) and status and status not in evidence.drift:
                place = f"{observation.pointer}/status"
                yield check(status in legal, observation.seen, f"one of {', '.join(legal)}", at=place)


@_ENVELOPE.documented("envelope.code", "A success says code 200, an integer.")
def envelope_code(evidence: Evidence) -> Iterator[Check]:
    """An absent code is judged by envelope.fields."""
    for seen in evidence.successes(*_ENVELOPED):
        code = seen.json.get("code")
        if code is not None:
            wanted = evidence.success(seen.operation)
            yield check(type(code) is int and code == wanted, seen, f"the integer {wanted}", at="/code")


@_ENVELOPE.documented(
    "envelope.fields", "A success has code, data (an object), message and requestId (texts)."
)
def envelope_fields(evidence: Evidence) -> Iterator[Check]:
    """The types come from the contract's own envelope."""
    for seen in evidence.successes(*_ENVELOPED):
        for name, node in _envelope(evidence, seen.operation).items():
            yield _judge_member(seen, name, node)


def _envelope(evidence: Evidence, operation: str) -> Mapping[str, Any]:
    response = evidence.operation(operation).response(evidence.success(operation))
    schema = evidence.contract.resolve(response.schema) if response else {}
    members: Mapping[str, Any] = schema["properties"]
    return members


def _judge_member(seen: Exchange, name: str, node: Mapping[str, Any]) -> Check:
    value, kind = seen.json.get(name), node.get("type", "object")
    fits = {
        "string": isinstance(value, str) and (bool(value) or name == "message"),
        "object": isinstance(value, dict),
        "integer": value is not None,  # envelope.code judges its type
    }
    return check(fits.get(kind, True), seen, f"a value of type {kind}", at=f"/{name}")


@_ERRORS.expected(
    "shape",
    "A refusal says code (an integer), message and requestId (texts), details (a list), and no data.",
    probes="bodies auth unknown public",
)
def error_shape(evidence: Evidence) -> Iterator[Check]:
    """Refusals of malformed requests may come from a proxy, and are not judged."""
    for seen in _refusals(evidence):
        if seen.unread:
            yield not_judged(seen.unread, seen)
            continue
        if not isinstance(seen.json, dict):
            yield check(False, seen, "a JSON object", no_object(seen.body, seen.json))
            continue
        code, details = seen.json.get("code"), seen.json.get("details")
        yield check(type(code) is int, seen, "an integer", at="/code")
        yield check(isinstance(seen.json.get("message"), str), seen, "a text", at="/message")
        yield check(isinstance(seen.json.get("requestId"), str), seen, "a text", at="/requestId")
        yield check(details is None or isinstance(details, list), seen, "a list", at="/details")
        yield check(seen.json.get("data") is None, seen, "no data in a refusal", at="/data")


_REFUSING = frozenset({"bodies", "auth", "scope", "unknown", "public", "idempotency", "tenancy", "paging"})


def _refusals(evidence: Evidence) -> Iterator[Exchange]:
    for seen in evidence.answers(*_ENVELOPED):
        if 400 <= seen.status < 500 and seen.probe in _REFUSING:
            yield seen


@_ENVELOPE.expected(
    "content-type.json",
    "Answers with a body say Content-Type: application/json.",
    operations=(*_ENVELOPED, EXECUTE),
    at="responses",
)
def content_type(evidence: Evidence) -> Iterator[Check]:
    """Parameters such as charset are free, and so is any +json type."""
    for seen in evidence.answers(*_ENVELOPED, EXECUTE):
        if seen.body and (
            seen.ok or (seen.probe in _REFUSING and seen.operation != EXECUTE and seen.status < 500)
        ):
            said = seen.header("content-type").partition(";")[0].strip().lower()
            fits = said == "application/json" or said.endswith("+json")
            yield check(fits, seen, "Content-Type: application/json", f"Content-Type: {said or 'none'}")


@_FORM.expected(
    "time.rfc3339", "Every instant is RFC 3339 text in UTC (Z or +00:00).", at="responses/200", tags="time"
)
def rfc3339(evidence: Evidence) -> Iterator[Check]:
    """Executions and their events; the embed API's three texts have their own rule."""
    for history in evidence.histories:
        for observation in history.observations:
            kind, event_kind = (EXECUTION, EVENT) if observation.private else (PUBLIC_EXECUTION, PUBLIC_EVENT)
            for name, value in dates(evidence.contract, kind, observation.execution):
                yield _judge_instant(observation.seen, f"{observation.pointer}/{name}", value)
            for number, event in enumerate(observation.events or ()):
                for name, value in dates(evidence.contract, event_kind, event):
                    yield _judge_instant(observation.seen, f"/data/events/{number}/{name}", value)


def _judge_instant(seen: Exchange, place: str, value: Any) -> Check:
    fits = isinstance(value, str) and bool(_UTC.fullmatch(value))
    if fits:
        try:
            parse_instant(value.upper())
        except DurationError:
            fits = False
    return check(fits, seen, "RFC 3339 in UTC, such as 2026-01-01T09:00:00Z", at=place)
