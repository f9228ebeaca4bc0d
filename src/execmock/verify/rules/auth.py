"""Rules on keys, scopes, organizations and ids that do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from execmock.verify.equality import same_json
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import ABSENT, Exchange
from execmock.verify.json_values import rebuilt
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.wording import Said, told

_ID = "/data/execution/id"
_PRIVATE = (CREATE, LIST, GET)
_KEPT = "cache.between-callers"
_GUARDED = (*_PRIVATE, EXECUTE)

_KEYS = Rules("auth", _GUARDED, probes="auth", at="responses/401", source="public", tags="auth", needs="")
_UNKNOWN = Rules("", probes="unknown", at="responses/400", tags="unknown")
_TENANCY = Rules("tenancy", GET, probes="tenancy", at="responses/400", tags="tenancy", needs="b writes")


def _one_of(statuses: Iterable[int]) -> str:
    return "status " + " or ".join(map(str, sorted(statuses)))


def _guard(name: str, sentence: str, *, needs: str = "", under: str = "") -> None:
    """Declare that the requests of the probe's label `name` are refused, whichever operation they ask for."""

    @_KEYS.documented(name, sentence, source="public", needs=needs, under=under)
    def judge(evidence: Evidence) -> Iterator[Check]:
        for operation in _GUARDED:
            yield from _refused(evidence, name, operation)


def _refused(evidence: Evidence, label: str, operation: str) -> Iterator[Check]:
    legal = frozenset({401}) if label == "missing" else evidence.statuses("badKey")
    for seen in evidence.seen("auth", f"{label}/{operation}"):
        yield check(seen.status in legal, seen, _one_of(legal))


_guard("missing", "Without a key every private operation answers 401.", under=_KEPT)
_guard("garbage", "An unknown or malformed key is refused with 401 or 403.", needs="guarded", under=_KEPT)
_guard("wrong-scheme", "A key that is not sent as a bearer token is refused with 401 or 403.", under=_KEPT)
_guard(
    "exact-key",
    "A key in other case, cut short, grown or encoded is refused with 401 or 403.",
    needs="guarded",
    under=f"embed.auth {_KEPT}",
)


@_KEYS.documented(
    "auth",
    "Executing an embedded workflow without a good bearer key is refused with 401.",
    area="embed",
    operations=EXECUTE,
    source="public",
    needs="embed writes guarded",
)
def embed_auth(evidence: Evidence) -> Iterator[Check]:
    """Missing, unknown, nearly right, and under another scheme."""
    for label in ("missing", "garbage", "wrong-scheme", "exact-key"):
        yield from _refused(evidence, label, EXECUTE)


@_KEYS.expected(
    "read-scope",
    "A key with the scope read may read and list, but not create.",
    operations=_PRIVATE,
    probes="scope",
    at="responses/403",
    needs="read writes",
)
def read_scope(evidence: Evidence) -> Iterator[Check]:
    """Creating is refused with 403, or 401; so is a create that is known by its idempotency key."""
    for seen in evidence.seen("scope", "create-with-read"):
        yield check(seen.status in (401, 403), seen, "status 403")
    for label in ("get-with-read", "list-with-read"):
        for seen in evidence.seen("scope", label):
            yield check(seen.ok, seen, "success")


@_UNKNOWN.expected(
    "get.unknown-id", "Reading an id that does not exist is refused with 400 or 404.", operations=GET
)
def unknown_id(evidence: Evidence) -> Iterator[Check]:
    """Ids of the right form and of other forms."""
    legal = evidence.statuses("unknownExecution")
    for seen in evidence.seen("unknown", "unknown"):
        yield check(seen.status in legal, seen, _one_of(legal))


@_UNKNOWN.expected(
    "create.unknown-workflow",
    "A create for a workflow that does not exist is accepted, or refused with 400 or 404.",
    operations=CREATE,
)
def unknown_workflow(evidence: Evidence) -> Iterator[Check]:
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


@_TENANCY.expected("read", "An execution cannot be read with another organization's key.", under=_KEPT)
def tenancy_read(evidence: Evidence) -> Iterator[Check]:
    """A success, or an answer that shows the other's data, breaks it."""
    for seen in evidence.seen("tenancy", "foreign"):
        yield check(not seen.ok, seen, "a refusal, as for an unknown id")


@_TENANCY.expected(
    "own-ids",
    "Two organizations never have executions with one id.",
    operations=CREATE,
    probes="tenancy idempotency",
    at="responses/200",
    under="idempotency.tenant",
)
def own_ids(evidence: Evidence) -> Iterator[Check]:
    """A public read has nothing but the id and the token to tell them apart."""
    theirs = {
        name: seen
        for seen in evidence.ok_creates()
        if seen.identity != "b" and isinstance(name := seen.at(_ID), str)
    }
    for seen in evidence.ok_creates():
        if seen.identity == "b":
            name = seen.at(_ID)
            other = theirs.get(name) if isinstance(name, str) else None
            chain = () if other is None else (other,)
            yield check(other is None, seen, "an id that no other organization's has", at=_ID, chain=chain)


@_TENANCY.documented(
    "organization-scope",
    "A list shows the executions of the key's organization alone.",
    area="list",
    operations=LIST,
    at="responses/200",
    under=_KEPT,
)
def organization_scope(evidence: Evidence) -> Iterator[Check]:
    """No page of one key holds an execution that the other key created."""
    for who, other in (("a", "b"), ("b", "a")):
        foreign = _made(evidence, other) - _made(evidence, who)
        pages = evidence.ok("tenancy", f"list/{other}")
        for page in evidence.ok("tenancy", f"list/{who}"):
            leaked = sorted(_ids(page) & foreign)
            before = [each for each in pages if each.sent < page.sent and leaked]
            yield check(
                not leaked,
                page,
                "no execution of the other organization",
                Said(", ".join(leaked)),
                at="/data/items",
                chain=before[-1:],  # a cache may have kept what the other key was answered
            )


@_TENANCY.expected(
    "list",
    "Every item of every list belongs to the organization of the key.",
    operations=LIST,
    probes="tenancy paging echo",
    at="responses/200",
    under="list.organization-scope tenancy.organization-header create.organization",
    needs="",
)
def tenancy_list(evidence: Evidence) -> Iterator[Check]:
    """Compares organizationId of items with that of the executions the key created or read."""
    home: dict[str, Any] = {}
    for seen in evidence.successes(CREATE, GET):
        owner = seen.at("/data/execution/organizationId")
        if isinstance(owner, str) and owner and seen.probe not in ("tenancy", "preflight"):
            home.setdefault(seen.identity, owner)
    for page in evidence.successes(LIST):
        items, owner = page.at("/data/items"), home.get(page.identity)
        for number, item in enumerate(items if isinstance(items, list) and owner else ()):
            shown = item.get("organizationId") if isinstance(item, dict) else None
            if shown:
                place = f"/data/items/{number}/organizationId"
                yield check(shown == owner, page, f"{owner}, the organization of the key", at=place)


@_TENANCY.expected(
    "same-answer",
    "Another organization's id gets the same answer as an id that does not exist.",
    under="tenancy.read",
)
def same_answer(evidence: Evidence) -> Iterator[Check]:
    """Compares status and body, except requestId and the id itself; a plain 403 without data is accepted."""
    absent = evidence.first("tenancy", "absent/by-b")
    for seen in evidence.seen("tenancy", "foreign/a-by-b"):
        if absent is not None and not seen.ok:
            yield Check(True, seen) if _is_plain(evidence, seen) else alike(seen, absent)


def _is_plain(evidence: Evidence, seen: Exchange) -> bool:
    """Whether an answer forbids, and shows nothing of the execution that it hides."""
    owners = {made.at("/data/execution/organizationId") for made in evidence.ok_creates()}
    told = any(isinstance(owner, str) and owner and owner.encode() in seen.body for owner in owners)
    return seen.status == 403 and seen.at("/data") in (ABSENT, None) and not told


@_TENANCY.advisory(
    "not-told-apart", "Another organization's id is not told from one that does not exist by a 403."
)
def not_told_apart(evidence: Evidence) -> Iterator[Check]:
    """A 403 tells which ids there are; a page lists it for other operations."""
    absent = evidence.first("tenancy", "absent/by-b")
    for seen in evidence.seen("tenancy", "foreign/a-by-b"):
        if absent is not None and not seen.ok:
            said = f"status {absent.status}, as for an id that does not exist"
            yield check(seen.status != 403 or absent.status == 403, seen, said, chain=(absent,))


def alike(seen: Exchange, other: Exchange) -> Check:
    """Return whether two refusals differ in nothing but the ids that were asked for."""
    if seen.status != other.status:
        return check(False, seen, f"status {other.status}, as for an id that does not exist", chain=(other,))
    if unread := seen.unread or other.unread:
        return not_judged(unread, seen)
    one, two = (_anonymous(each) for each in (seen, other))
    return check(same_json(one, two), seen, told("the body {}", two), told("{}", one), chain=(other,))


_OWN = ("requestId", "timestamp")


def _anonymous(seen: Exchange) -> Any:
    name = seen.request.url.partition("?")[0].rpartition("/")[2]
    if not isinstance(seen.json, dict | list):
        return bool(seen.body)
    return rebuilt(
        seen.json,
        lambda key, _: key not in _OWN,
        lambda value: value.replace(name, "ID") if isinstance(value, str) else value,
    )


@_TENANCY.expected(
    "organization-header",
    "X-Org-ID of another organization never gives its data.",
    operations=(GET, LIST),
    at="responses/200",
)
def organization_header(evidence: Evidence) -> Iterator[Check]:
    """Ignored or refused."""
    for seen in evidence.seen("tenancy", "header-get"):
        yield check(not seen.ok, seen, "a refusal")
    foreign = _made(evidence, "a") - _made(evidence, "b")
    for page in evidence.seen("tenancy", "header-list"):
        leaked = sorted(_ids(page) & foreign) if page.ok else []
        yield check(
            not leaked,
            page,
            "no execution of the other organization",
            Said(", ".join(leaked)),
            at="/data/items",
        )
