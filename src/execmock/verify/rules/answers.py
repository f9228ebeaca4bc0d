"""Rules on statuses: each operation answers at all, with the statuses of the contract, never a 5xx."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import EVERY_PROBE, Verdict, check, rule
from execmock.verify.severity import DOCUMENTED

ALL = (CREATE, GET, LIST, PUBLIC, EXECUTE)
_ENVELOPED = (CREATE, GET, LIST, PUBLIC)
_FEED = "basics existing embed"


@rule(
    "operation.answers",
    DOCUMENTED,
    ALL,
    "Every operation answers a valid request with success at least once.",
    probes=_FEED,
    at="responses",
    tags=("status",),
)
def operation_answers(evidence: Evidence) -> Iterator[Verdict]:
    """One observation for each operation that was asked validly and gave any answer."""
    for name in ALL:
        asked = [seen for seen in evidence.answers(name) if seen.valid or seen.ok]
        if not asked:
            continue
        good = next((seen for seen in asked if seen.ok), None)
        wanted = f"status {evidence.success(name)} to a valid request"
        yield check(good is not None, good or asked[0], wanted, chain=(asked[0],))


@rule(
    "create.status-200",
    DOCUMENTED,
    CREATE,
    "Creating answers 200, not 201 or another success.",
    probes="basics",
    at="responses/200",
    tags=("status",),
    needs="writes",
)
def create_status(evidence: Evidence) -> Iterator[Verdict]:
    """Judges every success of a create."""
    for seen in evidence.answers(CREATE):
        if seen.ok:
            yield check(seen.status == evidence.success(CREATE), seen, f"status {evidence.success(CREATE)}")


@rule(
    "embed.status-201",
    DOCUMENTED,
    EXECUTE,
    "Executing an embedded workflow answers 201.",
    probes="embed",
    at="responses/201",
    tags=("status",),
    needs="embed writes",
)
def embed_status(evidence: Evidence) -> Iterator[Verdict]:
    """Judges every success of an execute."""
    for seen in evidence.answers(EXECUTE):
        if seen.ok:
            yield check(seen.status == evidence.success(EXECUTE), seen, f"status {evidence.success(EXECUTE)}")


@rule(
    "status-codes",
    DOCUMENTED,
    ALL,
    "An operation answers only with statuses that the contract gives it.",
    probes=EVERY_PROBE,
    at="responses",
    tags=("status",),
    under="create.status-200 embed.status-201 robust.no-5xx",
)
def status_codes(evidence: Evidence) -> Iterator[Verdict]:
    """Wrong successes of create and execute, and 5xx, have rules of their own."""
    for seen in evidence.answers(*ALL):
        if seen.status < 500 and not (seen.ok and seen.operation in (CREATE, EXECUTE)):
            known = sorted(status for status in evidence.operation(seen.operation).responses)
            yield check(allowed(evidence, seen), seen, f"one of the statuses {', '.join(known)}")


def allowed(evidence: Evidence, seen: Exchange) -> bool:
    """Return whether the contract, its choices, or HTTP itself know a status for this operation."""
    operation = evidence.operation(seen.operation)
    if str(seen.status) in operation.responses or seen.status in _TRANSPORT:
        return True
    return any(seen.status in evidence.statuses(name) for name in evidence.contract.choices)


# What HTTP servers in front of any service answer to what they cannot pass on (RFC 9110, RFC 6585).
_TRANSPORT = frozenset({404, 406, 408, 411, 413, 414, 415, 417, 429, 431})


@rule(
    "robust.no-5xx",
    DOCUMENTED,
    ALL,
    "No input makes an operation fail with a 5xx.",
    probes=EVERY_PROBE,
    at="responses",
    tags=("robustness",),
)
def no_5xx(evidence: Evidence) -> Iterator[Verdict]:
    """A 503 with Retry-After is a request to wait, and was waited for."""
    for seen in evidence.journal:
        if seen.judged and seen.operation:
            yield check(seen.status < 500, seen, "a status below 500")
