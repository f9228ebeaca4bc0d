"""Rules on keys, scopes, organizations and ids that do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from execmock.verify.equality import same_json
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST
from execmock.verify.rule import Rule, Verdict, check, rule
from execmock.verify.severity import DOCUMENTED, EXPECTED

_PRIVATE = (CREATE, LIST, GET)
_GUARDED = (*_PRIVATE, EXECUTE)
_AT = "responses/401"


def _one_of(statuses: Iterable[int]) -> str:
    return "status " + " or ".join(map(str, sorted(statuses)))


def _guard(name: str, label: str, operations: tuple[str, ...], sentence: str, *, needs: str = "") -> Rule:
    @rule(
        name,
        DOCUMENTED,
        operations,
        sentence,
        probes="auth",
        at=_AT,
        source="public",
        tags=("auth",),
        needs=needs,
    )
    def judge(evidence: Evidence) -> Iterator[Verdict]:
        legal = frozenset({401}) if label == "missing" else evidence.statuses("badKey")
        for operation in operations:
            for seen in evidence.seen("auth", f"{label}/{operation}"):
                yield check(seen.status in legal, seen, _one_of(legal))

    return judge


GUARDS = [
    _guard("auth.missing", "missing", _GUARDED, "Without a key every private operation answers 401."),
    _guard(
        "auth.garbage",
        "garbage",
        _GUARDED,
        "An unknown or malformed key is refused with 401 or 403.",
        needs="guarded",
    ),
    _guard(
        "auth.wrong-scheme",
        "wrong-scheme",
        _GUARDED,
        "A key that is not sent as a bearer token is refused with 401 or 403.",
    ),
]


@rule(
    "embed.auth",
    DOCUMENTED,
    EXECUTE,
    "Executing an embedded workflow without a good bearer key is refused with 401.",
    probes="auth",
    at=_AT,
    source="public",
    tags=("auth",),
    needs="embed writes guarded",
)
def embed_auth(evidence: Evidence) -> Iterator[Verdict]:
    """Missing, unknown, and under another scheme."""
    for label in ("missing", "garbage", "wrong-scheme"):
        for seen in evidence.seen("auth", f"{label}/{EXECUTE}"):
            legal = frozenset({401}) if label == "missing" else evidence.statuses("badKey")
            yield check(seen.status in legal, seen, _one_of(legal))


@rule(
    "auth.read-scope",
    EXPECTED,
    _PRIVATE,
    "A key with the scope read may read and list, but not create.",
    probes="scope",
    at="responses/403",
    source="public",
    tags=("auth",),
    needs="read writes",
)
def read_scope(evidence: Evidence) -> Iterator[Verdict]:
    """Creating is refused with 403, or 401."""
    for seen in evidence.seen("scope", "create-with-read"):
        yield check(seen.status in (401, 403), seen, "status 403")
    for label in ("get-with-read", "list-with-read"):
        for seen in evidence.seen("scope", label):
            yield check(seen.ok, seen, "success")


@rule(
    "get.unknown-id",
    EXPECTED,
    GET,
    "Reading an id that does not exist is refused with 400 or 404.",
    probes="unknown",
    at="responses/400",
    tags=("unknown",),
    needs="writes",
)
def unknown_id(evidence: Evidence) -> Iterator[Verdict]:
    """Ids of the right form, and of none."""
    legal = evidence.statuses("unknownExecution")
    for seen in evidence.seen("unknown", "unknown"):
        yield check(seen.status in legal, seen, _one_of(legal))


@rule(
    "create.unknown-workflow",
    EXPECTED,
    CREATE,
    "A create for a workflow that does not exist is accepted, or refused with 400 or 404.",
    probes="unknown",
    at="responses/400",
    tags=("unknown",),
    needs="writes",
)
def unknown_workflow(evidence: Evidence) -> Iterator[Verdict]:
    """With no workflows configured a service may take any."""
    legal = evidence.statuses("unknownWorkflow")
    for seen in evidence.seen("unknown", "workflow"):
        yield check(seen.ok or seen.status in legal, seen, f"success, or {_one_of(legal)}")


def _ids(page: Exchange) -> set[Any]:
    items = page.at("/data/items")
    return {item.get("id") for item in items if isinstance(item, dict)} if isinstance(items, list) else set()


def _made(evidence: Evidence, who: str) -> set[str]:
    """Ids that an identity's key created, whichever probe did it."""
    names = (seen.at("/data/execution/id") for seen in evidence.ok_creates() if seen.identity == who)
    return {name for name in names if isinstance(name, str)}


@rule(
    "tenancy.read",
    EXPECTED,
    GET,
    "An execution cannot be read with another organization's key.",
    probes="tenancy",
    at="responses/400",
    tags=("tenancy",),
    needs="b writes",
)
def tenancy_read(evidence: Evidence) -> Iterator[Verdict]:
    """A success, or an answer that shows the other's data, breaks it."""
    for seen in evidence.seen("tenancy", "foreign"):
        yield check(not seen.ok, seen, "a refusal, as for an unknown id")


@rule(
    "list.organization-scope",
    DOCUMENTED,
    LIST,
    "A list shows the executions of the key's organization alone.",
    probes="tenancy",
    at="responses/200",
    tags=("tenancy",),
    needs="b writes",
)
def organization_scope(evidence: Evidence) -> Iterator[Verdict]:
    """No page of one key holds an execution that the other key created."""
    for who, other in (("a", "b"), ("b", "a")):
        foreign = _made(evidence, other) - _made(evidence, who)
        for page in evidence.ok("tenancy", f"list/{who}"):
            leaked = sorted(_ids(page) & foreign)
            yield check(
                not leaked,
                page,
                "no execution of the other organization",
                ", ".join(leaked),
                at="/data/items",
            )


@rule(
    "tenancy.list",
    EXPECTED,
    LIST,
    "Every item of every list belongs to the organization of the key.",
    probes="tenancy paging echo",
    at="responses/200",
    tags=("tenancy",),
    under="list.organization-scope tenancy.organization-header create.organization",
)
def tenancy_list(evidence: Evidence) -> Iterator[Verdict]:
    """Compares organizationId of items with that of the executions the key created or read."""
    home: dict[str, Any] = {}
    for seen in evidence.successes(CREATE, GET):
        owner = seen.at("/data/execution/organizationId")
        if isinstance(owner, str) and owner and seen.probe != "tenancy":
            home.setdefault(seen.identity, owner)
    for page in evidence.successes(LIST):
        items, owner = page.at("/data/items"), home.get(page.identity)
        for number, item in enumerate(items if isinstance(items, list) and owner else ()):
            shown = item.get("organizationId") if isinstance(item, dict) else None
            if shown:
                place = f"/data/items/{number}/organizationId"
                yield check(shown == owner, page, f"{owner}, the organization of the key", at=place)


@rule(
    "tenancy.same-answer",
    EXPECTED,
    GET,
    "Another organization's id gets the same answer as an id that does not exist.",
    probes="tenancy",
    at="responses/400",
    tags=("tenancy",),
    under="tenancy.read",
    needs="b writes",
)
def same_answer(evidence: Evidence) -> Iterator[Verdict]:
    """Compares status and body, requestId and the id itself apart."""
    absent = evidence.first("tenancy", "absent/by-b")
    for seen in evidence.seen("tenancy", "foreign/a-by-b"):
        if absent is not None and not seen.ok:
            yield alike(seen, absent)


def alike(seen: Exchange, other: Exchange) -> Verdict:
    """Return whether two refusals tell nothing apart but the ids that were asked for."""
    if seen.status != other.status:
        return check(False, seen, f"status {other.status}, as for an id that does not exist", chain=(other,))
    one, two = (_anonymous(each) for each in (seen, other))
    return check(same_json(one, two), seen, f"the body {two}", f"{one}", chain=(other,))


_OWN = ("requestId", "timestamp")


def _anonymous(seen: Exchange) -> Any:
    name = seen.request.url.partition("?")[0].rpartition("/")[2]
    return _without(seen.json, name) if isinstance(seen.json, dict | list) else bool(seen.body)


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, name) for key, item in value.items() if key not in _OWN}
    if isinstance(value, list):
        return [_without(item, name) for item in value]
    return value.replace(name, "ID") if isinstance(value, str) else value


@rule(
    "tenancy.organization-header",
    EXPECTED,
    (GET, LIST),
    "X-Org-ID of another organization never gives its data.",
    probes="tenancy",
    at="responses/200",
    tags=("tenancy",),
    needs="b writes",
)
def organization_header(evidence: Evidence) -> Iterator[Verdict]:
    """Ignored or refused."""
    for seen in evidence.seen("tenancy", "header-get"):
        yield check(not seen.ok, seen, "a refusal")
    foreign = _made(evidence, "a") - _made(evidence, "b")
    for page in evidence.seen("tenancy", "header-list"):
        leaked = sorted(_ids(page) & foreign) if page.ok else []
        yield check(
            not leaked, page, "no execution of the other organization", ", ".join(leaked), at="/data/items"
        )
