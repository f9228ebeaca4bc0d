"""Advisory rules: good practice that no page requires."""

from __future__ import annotations

import re
from collections.abc import Iterator

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.json_values import texts
from execmock.verify.lateness import late_views
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rules, check

_ENVELOPED = (CREATE, GET, LIST, PUBLIC)
_ALL = (*_ENVELOPED, EXECUTE)

_ADVICE = Rules("advisory", _ENVELOPED, probes="basics existing", at="responses/200", tags="advice", needs="")


@_ADVICE.advisory("request-id-unique", "Every answer has a requestId of its own.")
def request_id_unique(evidence: Evidence) -> Iterator[Check]:
    """Within the run; a repeated create that replays its first answer may repeat it."""
    first: dict[str, Exchange] = {}
    for seen in evidence.answers(*_ENVELOPED):
        name = seen.at("/requestId")
        if isinstance(name, str) and name and seen.probe != "idempotency":
            earlier = first.setdefault(name, seen)
            yield check(
                earlier is seen, seen, "a requestId not seen before", at="/requestId", chain=(earlier,)
            )


@_ADVICE.advisory("request-id-present", "Refusals have a requestId too.", probes="unknown bodies auth")
def request_id_present(evidence: Evidence) -> Iterator[Check]:
    """On successes it is documented, and judged by envelope.fields."""
    for seen in evidence.answers(*_ENVELOPED):
        if 400 <= seen.status < 500 and isinstance(seen.json, dict):
            yield check(bool(seen.json.get("requestId")), seen, "a requestId", at="/requestId")


@_ADVICE.advisory(
    "no-internals",
    "Refusals show no stack trace, query or path of the service's own files.",
    operations=_ALL,
    probes="bodies unknown auth http robust",
)
def no_internals(evidence: Evidence) -> Iterator[Check]:
    """Looks for what frameworks and databases write into errors, unless the request itself said it."""
    for seen in evidence.answers(*_ALL):
        if seen.status >= 400:
            said = "\n".join(texts(seen.json)) if isinstance(seen.json, dict | list) else seen.text()
            found = _INTERNALS.search(said)
            shown = found[0] if found and found[0].encode() not in seen.request.body else ""
            yield check(not shown, seen, "a message for clients", f"{shown!r}")


_INTERNALS = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|goroutine \d+ \["
    r"|\bat [\w.$<>]+ ?\([^)\s]+:\d+(:\d+)?\)|#\d+ /[\w/.-]+\.php\(\d+\)|\.(rb|exs?):\d+:in "
    r"|/node_modules/|/site-packages/|vendor/bundle|SQLSTATE|ORA-\d{5}|psycopg|sqlite3\.\w+Error"
    r"|\b(SELECT [\w*, ]+ FROM|INSERT INTO|UPDATE \w+ SET)\b"
)


@_ADVICE.advisory(
    "refusal-names-property",
    "The refusal of a body names the property that is wrong.",
    operations=CREATE,
    probes="bodies",
    needs="writes",
)
def refusal_names_property(evidence: Evidence) -> Iterator[Check]:
    """Anywhere in the answer: in details, or in the message."""
    for label in ("missing", "wrong-type"):
        for seen in evidence.seen("bodies", label):
            name = seen.label.split("/")[1]
            if seen.status == 400:
                words = re.sub(r"[^a-z0-9]", "", seen.text(20_000).lower())
                said = f"an answer that names {name}"
                yield check(name.lower() in words, seen, said, seen.text(80))


@_ADVICE.advisory("null-for-absent", "A property without a value is left out, not null.", operations=_ALL)
def null_for_absent(evidence: Evidence) -> Iterator[Check]:
    """Free-form objects may hold null."""
    for history in evidence.histories:
        for observation in history.observations:
            name = next((name for name, value in observation.execution.items() if value is None), "")
            place = f"{observation.pointer}/{name}" if name else observation.pointer
            yield check(not name, observation.seen, f"no {name}, rather than null", at=place)
    for seen in evidence.answers(*_ALL):
        if not isinstance(seen.json, dict) or (seen.ok and seen.operation != EXECUTE):
            continue
        name = next((name for name, value in seen.json.items() if value is None), "")
        yield check(not name, seen, f"no {name}, rather than null", at=f"/{name}")


@_ADVICE.advisory("cache-headers", "Answers with private data may not be kept by shared caches.")
def cache_headers(evidence: Evidence) -> Iterator[Check]:
    """A Cache-Control with public, or with an age and neither private nor no-store, lets them."""
    for seen in evidence.successes(*_ENVELOPED):
        said = seen.header("cache-control").lower()
        words = {word.strip().partition("=")[0] for word in said.split(",")}
        kept = "public" in words or "s-maxage" in words or ("max-age" in words and not words & _PRIVATE)
        yield check(not kept or "max-age=0" in said, seen, "no caching", f"Cache-Control: {said}")


_PRIVATE = {"private", "no-store", "no-cache"}


@_ADVICE.advisory(
    "security-headers", "Answers say X-Content-Type-Options: nosniff, and not what serves them."
)
def security_headers(evidence: Evidence) -> Iterator[Check]:
    """X-Powered-By names software and version."""
    for seen in evidence.successes(*_ENVELOPED):
        powered, sniff = seen.header("x-powered-by"), seen.header("x-content-type-options")
        yield check(not powered, seen, "no X-Powered-By", f"X-Powered-By: {powered}")
        said = f"X-Content-Type-Options: {sniff or 'none'}"
        yield check(sniff.lower() == "nosniff", seen, "X-Content-Type-Options: nosniff", said)


@_ADVICE.advisory(
    "known-drift",
    "No status is shown that the vendor added after the pages were written.",
    probes="basics existing histories",
    source="public",
)
def known_drift(evidence: Evidence) -> Iterator[Check]:
    """The contract's x-drift names them; they are known, and no violation."""
    for history in evidence.histories:
        for observation in history.observations:
            place = f"{observation.pointer}/status"
            yield check(
                observation.status not in evidence.drift, observation.seen, "a status of the pages", at=place
            )


@_ADVICE.advisory("success-message", "The message of a success is `success`.")
def success_message(evidence: Evidence) -> Iterator[Check]:
    """The pages show it as an example."""
    wanted = evidence.contract.choices["successMessage"].default
    for seen in evidence.successes(*_ENVELOPED):
        if isinstance(seen.json.get("message"), str):
            yield check(seen.json["message"] == wanted, seen, f"{wanted}", at="/message")


@_ADVICE.advisory(
    "late-views",
    "Every view shows a new state at once.",
    operations=(GET, LIST, PUBLIC),
    probes="echo histories",
    needs="writes",
)
def late(evidence: Evidence) -> Iterator[Check]:
    """Measured from the first read that did not show what an answer had shown to the one that did."""
    for seen, seconds in late_views(evidence):
        if seen.probe in ("echo", "histories"):
            said = "" if seconds is None else f"late by {seconds * 1000:.0f} ms"
            yield check(seconds is None, seen, "the state that another answer has shown", said)


@_ADVICE.advisory(
    "retry-after", "A 429 says in Retry-After when to come back.", operations=_ALL, source="public"
)
def retry_after(evidence: Evidence) -> Iterator[Check]:
    """Each answer with another status counts as an observation that holds."""
    for seen in evidence.journal:
        if seen.status:
            fits = seen.status != 429 or bool(seen.header("retry-after"))
            yield check(fits, seen, "Retry-After with 429", "none")


@_ADVICE.advisory(
    "cors",
    "The public read lets web pages in (CORS): front ends call it from the browser.",
    operations=PUBLIC,
    probes="public",
    needs="writes",
)
def cors(evidence: Evidence) -> Iterator[Check]:
    """Sent with an Origin; which origins a service allows is up to the service."""
    for seen in evidence.ok("public", "right/from-a-page"):
        origin = seen.header("access-control-allow-origin")
        fits = origin in ("*", seen.request.headers["Origin"])
        yield check(
            fits, seen, "Access-Control-Allow-Origin: *", f"Access-Control-Allow-Origin: {origin or 'none'}"
        )
