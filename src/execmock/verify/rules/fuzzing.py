"""Rules on generated input. A failure that the engine reports counts once our own validators confirm it."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.core.contract import SchemaPlace
from execmock.verify.answer_schemas import prune
from execmock.verify.engine_failure import EngineFailure
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.reader import NOT_JSON, UNREAD, parse_json
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.rules.answers import allowed
from execmock.verify.unusual import unusual_parts

_ALL = (CREATE, GET, LIST, PUBLIC, EXECUTE)
_SHAPES = tuple(
    f"{area}.{word}"
    for area in ("create", "get", "list", "public", "embed")
    for word in ("shape", "complete")
)
_CAUSES = (
    *[
        "robust.no-5xx",
        "status-codes",
        "create.status-200",
        "embed.status-201",
        "status.enum",
        "envelope.code",
    ],
    *["envelope.fields", "error.shape", "list.page-maximum", "content-type.json"],
    *_SHAPES,
)
_BODIES = (CREATE, EXECUTE)

_GENERATED = Rules(
    "generated",
    (CREATE, EXECUTE),
    probes="generated",
    at="requestBody",
    tags="generated",
    needs="writes generated",
)


@_GENERATED.documented(
    "conformance",
    "Answers to generated requests keep the contract: no server error, known statuses, right types.",
    operations=_ALL,
    at="responses",
    under=_CAUSES,
)
def conformance(evidence: Evidence) -> Iterator[Check]:
    """The engine does not know the contract's choices, so each failure is confirmed by our own validators."""
    told: dict[int, Check] = {}
    for failure in evidence.engine_failures:
        for each in _confirmed(evidence, failure):
            if each.ok is False or failure.seen.number not in told:
                told[failure.seen.number] = each
    for seen in evidence.seen("generated"):
        yield told.get(seen.number) or check(seen.status < 500, seen, "a status below 500")


def _confirmed(evidence: Evidence, failure: EngineFailure) -> Iterator[Check]:
    """Yield the check of an exchange that failed one of the engine's own; none if the contract allows it."""
    seen = failure.seen
    if not seen.judged or not seen.operation:
        return
    if failure.kind == "not_a_server_error":
        broken = seen.status >= 500
    elif failure.kind == "status_code_conformance":
        broken = not allowed(evidence, seen) and not unusual_parts(seen.request)
    elif failure.kind == "response_schema_conformance" and seen.ok:
        broken, reason = _misshapen(evidence, seen)
        if reason and not broken:
            yield not_judged(reason, seen)
    else:
        return
    if broken:
        yield check(False, seen, failure.expected, failure.actual.partition("\n")[0])


def _misshapen(evidence: Evidence, seen: Exchange) -> tuple[bool, str]:
    """Return whether an answer has the wrong shape, and what could not be judged of it."""
    if seen.unread:
        return False, seen.unread
    if seen.json is NOT_JSON:
        return True, ""
    data = seen.json if seen.operation == EXECUTE else seen.at("/data")
    pruned = prune(data)
    types = evidence.schema_judge.types(seen, pruned)
    missing = evidence.schema_judge.missing(seen, data, pruned)
    return bool(types.violations or missing.violations), types.reason or missing.reason


def _sent(evidence: Evidence, label: str) -> Iterator[tuple[Exchange, object]]:
    """Yield requests that are unusual in nothing but their JSON body, and these bodies."""
    for seen in evidence.seen("generated", label):
        names = {name.lower() for name in seen.request.headers}
        elsewhere = any(not part.startswith("body") for part in unusual_parts(seen.request))
        if {"authorization", "content-type"} <= names and not elsewhere:
            yield seen, parse_json(seen.request.body)


@_GENERATED.documented(
    "refuses",
    "A generated body that breaks the contract's types or lacks what it requires is refused.",
    tags="validation",
    under="create.wrong-type create.body-object http.malformed-json embed.bad-data",
)
def refuses(evidence: Evidence) -> Iterator[Check]:
    """Judged by the contract's own schema, in which further properties are free."""
    for operation in _BODIES:
        for seen, body in _sent(evidence, operation):
            if body not in (NOT_JSON, UNREAD) and (operation == CREATE or _bad_data(body)):
                opinion = evidence.schema_judge.body(seen, body, accuses="broken" if seen.ok else None)
                if opinion.violations:
                    yield check(not seen.ok, seen, "a refusal of this body")
                elif opinion.reason:
                    yield not_judged(opinion.reason, seen)


def _bad_data(body: object) -> bool:
    """In the embed body only the type of execution_data is documented well enough.

    A body that is no object at all is refused too; null may stand for no body.
    """
    if isinstance(body, dict):
        return not isinstance(body.get("execution_data", {}), dict | None)
    return body is not None


@_GENERATED.expected(
    "accepts",
    "A generated body that keeps the contract is accepted.",
    probes="generated basics embed",
    tags="validation",
    under="operation.answers robust.no-5xx",
)
def accepts(evidence: Evidence) -> Iterator[Check]:
    """Only bodies without anything that a service may refuse: unknown, null or empty members, other ids.

    A 5xx is no refusal, and is for generated.conformance.
    """
    for operation in _BODIES:
        known, usual = _known(evidence, operation), _usual(evidence, operation)
        for seen, body in _sent(evidence, operation):
            plain = isinstance(body, dict) and _plain(body, known) and _place(seen, body) in usual
            if plain and not unusual_parts(seen.request) and seen.status < 500:
                opinion = evidence.schema_judge.body(seen, body, accuses=None if seen.ok else "fits")
                if opinion.reason:
                    yield not_judged(opinion.reason, seen)
                elif not opinion.violations:
                    yield check(seen.ok, seen, f"status {evidence.success(operation)}")


def _known(evidence: Evidence, operation: str) -> frozenset[str]:
    return frozenset(evidence.schema(SchemaPlace(operation, "body"))["properties"])


def _plain(body: dict[str, object], known: frozenset[str]) -> bool:
    """Whether a body has only known, non-empty members, and its texts are short."""
    return all(
        name in known and value not in (None, "") and (not isinstance(value, str) or len(value) < 200)
        for name, value in body.items()
    )


def _place(seen: Exchange, body: dict[str, object]) -> str:
    """Return the workflow that a body is for; in the embed API the address, if other ids are the defaults."""
    if seen.operation == CREATE:
        return str(body.get("workflowId"))
    usual = body.get("id_type", "id") == "id" and body.get("user_key", "main") == "main"
    return seen.request.url.partition("?")[0] if usual else ""


def _usual(evidence: Evidence, operation: str) -> frozenset[str]:
    """Return the workflows that the service accepted in plain requests."""
    probe, label = ("basics", "create") if operation == CREATE else ("embed", "plain")
    taken = ((seen, parse_json(seen.request.body)) for seen in evidence.ok(probe, label))
    return frozenset(_place(seen, body if isinstance(body, dict) else {}) for seen, body in taken)
