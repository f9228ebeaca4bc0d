"""Rules on HTTP itself: methods, content types, paths, sizes."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.verify.evidence import Evidence
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import Verdict, check, rule, unsure
from execmock.verify.severity import EXPECTED

_READS = (LIST, GET, PUBLIC)
_TAGS = ("http",)


@rule(
    "http.head",
    EXPECTED,
    _READS,
    "HEAD on a path that has GET answers without a body: with success, or with 405 or 404.",
    probes="http",
    at="responses/405",
    tags=_TAGS,
    needs="writes",
)
def head(evidence: Evidence) -> Iterator[Verdict]:
    """Never a 5xx."""
    legal = evidence.statuses("wrongMethod")
    for seen in evidence.seen("http", "head"):
        yield check(seen.ok or seen.status in legal, seen, "success, 405 or 404")
        yield check(not seen.body, seen, "no body")


@rule(
    "http.method-not-allowed",
    EXPECTED,
    (*_READS, EXECUTE),
    "A method that a path does not have is refused with 405 or 404.",
    probes="http",
    at="responses/405",
    tags=_TAGS,
    needs="writes",
)
def method_not_allowed(evidence: Evidence) -> Iterator[Verdict]:
    """Never a success, never a 5xx."""
    legal = evidence.statuses("wrongMethod")
    for seen in evidence.seen("http", "method"):
        yield check(seen.status in legal, seen, "status 405 or 404")


@rule(
    "http.allow",
    EXPECTED,
    (*_READS, EXECUTE),
    "A 405 names the methods of the path in Allow.",
    probes="http",
    at="responses/405",
    tags=_TAGS,
    needs="writes",
)
def allow(evidence: Evidence) -> Iterator[Verdict]:
    """A service that answers 404 instead has nothing to name."""
    refused = [seen for seen in evidence.seen("http", "method") if seen.status == 405]
    for seen in refused:
        operation = evidence.operation(seen.label.split("/")[1])
        named = {name.strip().upper() for name in seen.header("allow").split(",")}
        said = f"Allow: {seen.header('allow') or 'is absent'}"
        fits = operation.method in named and seen.request.method not in named
        yield check(fits, seen, f"Allow with {operation.method}, without {seen.request.method}", said)
    if not refused and any(evidence.seen("http", "method")):
        first = next(evidence.seen("http", "method"))
        yield check(True, first, "")


@rule(
    "http.unsupported-content-type",
    EXPECTED,
    CREATE,
    "A create that does not say its body is JSON is refused with 415 or 400.",
    probes="http",
    at="responses/415",
    tags=_TAGS,
    needs="writes",
)
def unsupported_content_type(evidence: Evidence) -> Iterator[Verdict]:
    """The body is a good one; only its declared type is wrong."""
    for seen in evidence.seen("http", "content-type"):
        yield check(seen.status in evidence.statuses("wrongContentType"), seen, "status 415 or 400")


@rule(
    "http.malformed-json",
    EXPECTED,
    CREATE,
    "A create whose body is not JSON is refused with 400.",
    probes="bodies",
    at="responses/400",
    tags=_TAGS,
    needs="writes",
)
def malformed_json(evidence: Evidence) -> Iterator[Verdict]:
    """Several ways of being broken."""
    for seen in evidence.seen("bodies", "malformed"):
        yield check(seen.status == 400, seen, "status 400")


@rule(
    "http.unknown-path",
    EXPECTED,
    LIST,
    "A path that is not in the contract answers 404.",
    probes="http",
    tags=_TAGS,
    needs="writes",
)
def unknown_path(evidence: Evidence) -> Iterator[Verdict]:
    """Sent with a good key."""
    for seen in evidence.seen("http", "unknown-path"):
        yield check(seen.status == 404, seen, "status 404")


@rule(
    "http.too-large",
    EXPECTED,
    CREATE,
    "A very large create is accepted, or refused with 413 or 400.",
    probes="http",
    at="responses/413",
    tags=_TAGS,
    needs="writes",
)
def too_large(evidence: Evidence) -> Iterator[Verdict]:
    """A server may hang up while the body is still being sent; that tells nothing."""
    for seen in evidence.by_probe.get("http", ()):
        if seen.label == "too-large":
            if seen.lost:
                yield unsure(f"the server hung up during the large body ({seen.lost})", seen)
            elif seen.judged:
                fits = seen.ok or seen.status in evidence.statuses("bodyTooLarge")
                yield check(fits, seen, "success, 413 or 400")
