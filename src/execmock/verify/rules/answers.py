"""Rules on statuses: each operation succeeds, and answers with statuses of the contract, never a 5xx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import ALL_PROBES, Check, Rules, check, not_judged
from execmock.verify.unusual import unusual_parts

ALL = (CREATE, GET, LIST, PUBLIC, EXECUTE)
_ENVELOPED = (CREATE, GET, LIST, PUBLIC)
_FEED = "basics existing embed"

_STATUSES = Rules("", ALL, probes=ALL_PROBES, at="responses", tags="status", needs="")
_ROBUST = Rules("robust", ALL, probes=ALL_PROBES, at="responses", tags="robustness", needs="")


@_STATUSES.documented(
    "operation.answers", "Every operation answers a valid request with success at least once.", probes=_FEED
)
def operation_answers(evidence: Evidence) -> Iterator[Check]:
    """One observation for each operation that succeeded, else one for each valid request that it refused."""
    for name in ALL:
        asked = [seen for seen in evidence.answers(name) if seen.valid or seen.ok]
        if not asked:
            continue
        good = next((seen for seen in asked if seen.ok), None)
        wanted = f"status {evidence.success(name)} to a valid request"
        for seen in [good] if good else asked:
            yield check(good is not None, seen, wanted, chain=(seen,))


@_STATUSES.documented(
    "create.status-200",
    "Creating answers 200, not 201 or another success.",
    operations=CREATE,
    probes="basics",
    at="responses/200",
    needs="writes",
)
def create_status(evidence: Evidence) -> Iterator[Check]:
    """Judges every success of a create."""
    for seen in evidence.answers(CREATE):
        if seen.ok:
            yield check(seen.status == evidence.success(CREATE), seen, f"status {evidence.success(CREATE)}")


@_STATUSES.documented(
    "embed.status-201",
    "Executing an embedded workflow answers 201.",
    operations=EXECUTE,
    probes="embed",
    at="responses/201",
    needs="embed writes",
)
def embed_status(evidence: Evidence) -> Iterator[Check]:
    """Judges every success of an execute."""
    for seen in evidence.answers(EXECUTE):
        if seen.ok:
            yield check(seen.status == evidence.success(EXECUTE), seen, f"status {evidence.success(EXECUTE)}")


@_STATUSES.documented(
    "status-codes",
    "An operation answers only with statuses that the contract gives it.",
    under="create.status-200 embed.status-201 robust.no-5xx",
)
def status_codes(evidence: Evidence) -> Iterator[Check]:
    """Wrong successes of create and execute, and 5xx, have rules of their own.

    To a request that is unusual in any part HTTP knows other answers, such as 304 and redirects.
    """
    for seen in evidence.answers(*ALL):
        if seen.status < 500 and not (seen.ok and seen.operation in (CREATE, EXECUTE)):
            known = sorted(status for status in evidence.operation(seen.operation).responses)
            fits = allowed(evidence, seen)
            if fits or not unusual_parts(seen.request):
                yield check(fits, seen, f"one of the statuses {', '.join(known)}")


def allowed(evidence: Evidence, seen: Exchange) -> bool:
    """Return whether the contract, its choices, or HTTP itself know a status for this operation."""
    operation = evidence.operation(seen.operation)
    if str(seen.status) in operation.responses or seen.status in _TRANSPORT:
        return True
    return any(seen.status in evidence.statuses(name) for name in evidence.contract.choices)


# Statuses of proxies and HTTP servers that a request may not get past (RFC 9110, RFC 6585).
_TRANSPORT = frozenset({404, 406, 408, 411, 413, 414, 415, 417, 429, 431})


@_ROBUST.expected(
    "no-reset",
    "No input makes a service close the connection before its answer is whole.",
    probes="echo bodies robust oddities losing",
    tags="odd",
)
def no_reset(evidence: Evidence) -> Iterator[Check]:
    """Lost each time it was sent, six times in all, while plain requests between were answered.

    A request that a firewall may have cut off proves nothing.
    """
    for seen in evidence.journal:
        if seen.operation and seen.judged and seen.probe in _INPUT:
            yield Check(True, seen)
    plain: Exchange | None = None
    for seen in evidence.by_probe.get("losing", ()):
        if seen.label.startswith("plain/"):
            plain = seen if seen.status else None
        elif plain is not None and not seen.again:
            if seen.status:
                yield not_judged("the connection was lost once, and not again", seen)
            elif _ATTACK.search(
                unquote_plus(seen.request.url) + seen.request.body.decode("utf-8", "replace")
            ):
                yield not_judged(f"a firewall may have cut it off: {seen.lost}", seen)
            elif not seen.timed_out:
                yield check(False, seen, "an answer, as plain requests get", seen.lost, chain=(plain,))


_INPUT = frozenset({"echo", "bodies", "robust", "oddities"})
_ATTACK = re.compile(r"<script|' OR |\$\{jndi|\.\./|\{\{|__proto__|X-Injected")


@_ROBUST.documented("no-5xx", "No input makes an operation fail with a 5xx.")
def no_5xx(evidence: Evidence) -> Iterator[Check]:
    """A 503 with Retry-After asks to wait; the request was sent again."""
    for seen in evidence.journal:
        if seen.judged and seen.operation:
            yield check(seen.status < 500, seen, "a status below 500")
