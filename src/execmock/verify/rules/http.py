"""Rules on HTTP: methods, content types, paths, sizes."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rules, check, not_judged

_READS = (LIST, GET, PUBLIC)

_HTTP = Rules("http", _READS, probes="http", at="responses/405", tags="http")


@_HTTP.expected(
    "head", "HEAD on a path that has GET answers without a body: with success, or with 405 or 404."
)
def head(evidence: Evidence) -> Iterator[Check]:
    """Never a 5xx."""
    legal = evidence.statuses("wrongMethod")
    for seen in evidence.seen("http", "head"):
        yield check(seen.ok or seen.status in legal, seen, "success, 405 or 404")
        yield check(not seen.body, seen, "no body")


@_HTTP.expected(
    "head-guarded",
    "HEAD without a key is refused, and tells no id that exists from one that does not.",
    under="auth.missing",
)
def head_guarded(evidence: Evidence) -> Iterator[Check]:
    """A service without HEAD refuses it either way."""
    unknown = evidence.first("http", "unguarded-head/unknown")
    for seen in evidence.seen("http", "unguarded-head"):
        yield check(not seen.ok, seen, "a refusal, such as 401")
        if unknown is not None and seen.label.endswith(f"/{GET}"):
            said = f"status {unknown.status}, as for an id that does not exist"
            yield check(seen.status == unknown.status, seen, said, chain=(unknown,))


@_HTTP.expected(
    "method-not-allowed",
    "A method that a path does not have is refused with 405 or 404.",
    operations=(*_READS, EXECUTE),
)
def method_not_allowed(evidence: Evidence) -> Iterator[Check]:
    """Never a success, never a 5xx."""
    legal = evidence.statuses("wrongMethod")
    for seen in evidence.seen("http", "method"):
        yield check(seen.status in legal, seen, "status 405 or 404")


@_HTTP.expected(
    "allow", "A 405 says in Allow what the path takes, not what it refused.", operations=(*_READS, EXECUTE)
)
def allow(evidence: Evidence) -> Iterator[Check]:
    """A service that answers 404 instead has nothing to name."""
    refused = [seen for seen in evidence.seen("http", "method") if seen.status == 405]
    for seen in refused:
        known = _methods(evidence, seen)
        fits = seen.request.method not in _allowed(seen) and bool(_allowed(seen) & known)
        words = f"Allow with {' or '.join(sorted(known))}, without {seen.request.method}"
        yield check(fits, seen, words, f"Allow: {seen.header('allow') or 'is absent'}")
    if not refused and any(evidence.seen("http", "method")):
        first = next(evidence.seen("http", "method"))
        yield check(True, first, "")


@_HTTP.advisory(
    "allow-complete",
    "Allow names every method of the path.",
    operations=(*_READS, EXECUTE),
    under="http.allow",
)
def allow_complete(evidence: Evidence) -> Iterator[Check]:
    """Frameworks that route by path and method name those of one route."""
    for seen in evidence.seen("http", "method"):
        known = _methods(evidence, seen)
        words = f"Allow with {' and '.join(sorted(known))}"
        fits = seen.status != 405 or known <= _allowed(seen)
        yield check(fits, seen, words, f"Allow: {seen.header('allow') or 'is absent'}")


def _allowed(seen: Exchange) -> set[str]:
    return {name.strip().upper() for name in seen.header("allow").split(",")}


def _methods(evidence: Evidence, seen: Exchange) -> set[str]:
    """Return the methods that the contract has for the path of a request."""
    path = evidence.operation(seen.label.split("/")[1]).path
    return {operation.method for operation in evidence.contract.operations.values() if operation.path == path}


@_HTTP.expected(
    "unsupported-content-type",
    "A create that does not say its body is JSON is refused with 415 or 400, or taken as JSON.",
    operations=CREATE,
    at="responses/415",
)
def unsupported_content_type(evidence: Evidence) -> Iterator[Check]:
    """The body is valid; only its declared type is wrong."""
    for seen in evidence.seen("http", "content-type"):
        fits = seen.ok or seen.status in evidence.statuses("wrongContentType")
        yield check(fits, seen, "status 415 or 400, or a success")


@_HTTP.advisory(
    "content-type-checked",
    "A create that does not say its body is JSON is refused.",
    operations=CREATE,
    at="responses/415",
)
def content_type_checked(evidence: Evidence) -> Iterator[Check]:
    """A service that looks at the body alone takes it; no page forbids that."""
    for seen in evidence.seen("http", "content-type"):
        said = f"a success for {seen.request.headers.get('Content-Type') or 'no content type'}"
        yield check(not seen.ok, seen, "a refusal", said)


@_HTTP.expected(
    "malformed-json",
    "A create whose body is not JSON is refused with 400.",
    operations=CREATE,
    probes="bodies",
    at="responses/400",
)
def malformed_json(evidence: Evidence) -> Iterator[Check]:
    """Several kinds of malformed JSON."""
    for seen in evidence.seen("bodies", "malformed"):
        yield check(seen.status == 400, seen, "status 400")


@_HTTP.expected("unknown-path", "A path that is not in the contract answers 404.", operations=LIST, at="")
def unknown_path(evidence: Evidence) -> Iterator[Check]:
    """Sent with a good key."""
    for seen in evidence.seen("http", "unknown-path"):
        yield check(seen.status == 404, seen, "status 404")


@_HTTP.expected(
    "too-large",
    "A very large create is accepted, or refused with 413 or 400.",
    operations=CREATE,
    probes="oddities",
    at="responses/413",
    needs="writes odd",
)
def too_large(evidence: Evidence) -> Iterator[Check]:
    """A server may close the connection while the body is being sent; that decides nothing."""
    for seen in evidence.by_probe.get("oddities", ()):
        if seen.label == "too-large":
            if seen.lost:
                yield not_judged(
                    f"the server closed the connection during the large body ({seen.lost})", seen
                )
            elif seen.judged:
                fits = seen.ok or seen.status in evidence.statuses("bodyTooLarge")
                yield check(fits, seen, "success, 413 or 400")
