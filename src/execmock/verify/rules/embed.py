"""Rules on executing an embedded workflow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from execmock.core.contract.names import EMBED_EXECUTION, EMBED_STATUS
from execmock.verify.equality import instant, same_json
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.reader import parse_json
from execmock.verify.requests import EXECUTE
from execmock.verify.rule import Check, Rules, check
from execmock.verify.wording import Said, told

_SECOND = 1_000
_UUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)

_EMBED = Rules(
    "embed", EXECUTE, probes="embed", at="responses/201", source="public", tags="embed", needs="embed writes"
)


def _statuses(
    evidence: Evidence, label: str, legal: frozenset[int], *, or_success: bool = False
) -> Iterator[Check]:
    said = "status " + " or ".join(map(str, sorted(legal)))
    for seen in evidence.seen("embed", label):
        fits = seen.status in legal or (or_success and seen.ok)
        yield check(fits, seen, f"success, or {said}" if or_success else said)


@_EMBED.documented("unknown-404", "A workflow that does not exist is answered with 404.", at="responses/404")
def unknown(evidence: Evidence) -> Iterator[Check]:
    """By id, and by key."""
    return _statuses(evidence, "unknown-id", frozenset({404}))


@_EMBED.documented("bare", "The answer is the execution itself, without an envelope.", under="embed.shape")
def bare(evidence: Evidence) -> Iterator[Check]:
    """`data` around an object with the execution's properties is an envelope."""
    for seen in evidence.successes(EXECUTE):
        data = seen.json.get("data")
        wrapped = isinstance(data, dict) and "id" not in seen.json
        yield check(not wrapped, seen, "no envelope", Said("the execution inside data"), at="/data")


@_EMBED.expected(
    "echo", "execution_data comes back as it was sent.", source="inferred", under="embed.shape embed.bare"
)
def echo(evidence: Evidence) -> Iterator[Check]:
    """Deep equality, unicode and null included."""
    for label in ("data", "at-once", "repeat/first"):
        for seen in evidence.ok("embed", label):
            sent = parse_json(seen.request.body)["execution_data"]
            shown = seen.at("/execution_data")
            yield check(same_json(sent, shown), seen, told("{}, as sent", sent), at="/execution_data")


@_EMBED.documented(
    "defaults",
    "Every property of the body may be left out, the body too; execution_data is then {}.",
    at="requestBody",
    under="embed.bare embed.shape embed.complete",
)
def defaults(evidence: Evidence) -> Iterator[Check]:
    """The first request has no body at all."""
    for seen in evidence.seen("embed", "plain"):
        yield check(seen.ok, seen, f"status {evidence.success(EXECUTE)}")
        if seen.ok:
            shown = seen.at("/execution_data")
            yield check(shown in ({}, None), seen, "{}", at="/execution_data")


def _local(text: Any) -> datetime | None:
    """Read `Jul 13, 2025 01:01 am EDT` without its zone."""
    if not isinstance(text, str):
        return None
    words = text.rsplit(" ", 1)[0]
    try:
        return datetime.strptime(words.upper(), "%b %d, %Y %I:%M %p")  # noqa: DTZ007 - local by its form
    except ValueError:
        return None


@_EMBED.expected("times", "created_at, created_at_utc and created_at_string are one instant.")
def times(evidence: Evidence) -> Iterator[Check]:
    """The string has minutes only, in the zone of created_at."""
    for seen in evidence.successes(EXECUTE):
        local, utc = instant(seen.at("/created_at")), instant(seen.at("/created_at_utc"))
        if local is not None and utc is not None:
            said = f"the instant of created_at_utc, {seen.at('/created_at_utc')}"
            yield check(abs(local - utc) < _SECOND, seen, said, at="/created_at")
        shown, written = _local(seen.at("/created_at_string")), _zoned(seen.at("/created_at"))
        if shown is not None and written is not None:
            near = abs(shown - written) < timedelta(minutes=1)
            said = f"the local time of created_at, {seen.at('/created_at')}"
            yield check(near, seen, said, at="/created_at_string")


def _zoned(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text.upper()).replace(tzinfo=None) if isinstance(text, str) else None
    except ValueError:
        return None


@_EMBED.expected("created-at-string", "created_at_string reads like `Jul 13, 2025 01:01 am EDT`.")
def created_at_string(evidence: Evidence) -> Iterator[Check]:
    """The form is the contract's pattern."""
    pattern = evidence.schema(EMBED_EXECUTION)["properties"]["created_at_string"]["pattern"]
    for seen in evidence.successes(EXECUTE):
        text = seen.at("/created_at_string")
        if isinstance(text, str) and text:
            fits = bool(re.search(pattern, text)) and _local(text) is not None
            yield check(fits, seen, "a text like Jul 13, 2025 01:01 am EDT", at="/created_at_string")


@_EMBED.expected("uuid7", "id is a UUID of version 7 whose time is created_at.")
def uuid7(evidence: Evidence) -> Iterator[Check]:
    """Instants without a fraction stand for their second."""
    for seen in evidence.successes(EXECUTE):
        name = seen.at("/id")
        if isinstance(name, str) and name:
            found = _UUID.fullmatch(name)
            yield check(found is not None, seen, "a UUID of version 7", at="/id")
            born = instant(seen.at("/created_at_utc")) or instant(seen.at("/created_at"))
            if found is not None and born is not None:
                inside = int(found[1] + found[2], 16)
                said = f"a UUID whose time is created_at, {seen.at('/created_at_utc')}"
                yield check(abs(inside - born) <= _SECOND, seen, said, at="/id")


@_EMBED.expected("hashid", "hashid is 5 lower-case letters and digits.")
def hashid(evidence: Evidence) -> Iterator[Check]:
    """The form is the contract's pattern."""
    pattern = evidence.schema(EMBED_EXECUTION)["properties"]["hashid"]["pattern"]
    for seen in evidence.successes(EXECUTE):
        text = seen.at("/hashid")
        if isinstance(text, str) and text:
            yield check(bool(re.search(pattern, text)), seen, "5 lower-case letters and digits", at="/hashid")


@_EMBED.expected(
    "counts",
    "Counts of actions are not negative and add up to no more than actions_count.",
    source="inferred",
)
def counts(evidence: Evidence) -> Iterator[Check]:
    """Every property whose name ends in _actions_count is a part."""
    names = [
        name for name in evidence.schema(EMBED_EXECUTION)["properties"] if name.endswith("_actions_count")
    ]
    for seen in evidence.successes(EXECUTE):
        shown = {name: seen.at(f"/{name}") for name in (*names, "actions_count")}
        if all(type(value) is int for value in shown.values()):
            least = min(shown.values())
            worst = next(name for name, value in shown.items() if value == least)
            yield check(least >= 0, seen, "a count of 0 or more", at=f"/{worst}")
            total = sum(shown[name] for name in names)
            said = f"at least {total}, the sum of the parts"
            yield check(total <= shown["actions_count"], seen, said, at="/actions_count")


@_EMBED.expected("status-running", "A new execution is running.", source="inferred")
def running(evidence: Evidence) -> Iterator[Check]:
    """The statuses at creation are the contract's."""
    initial = evidence.contract.transitions(EMBED_STATUS).initial
    return _member(evidence, "status", initial)


@_EMBED.expected("object", "object is `execution`.", source="inferred")
def object_(evidence: Evidence) -> Iterator[Check]:
    """The word is the contract's."""
    return _member(evidence, "object", (evidence.schema(EMBED_EXECUTION)["properties"]["object"]["const"],))


def _member(evidence: Evidence, name: str, legal: tuple[str, ...]) -> Iterator[Check]:
    for seen in evidence.successes(EXECUTE):
        value = seen.at(f"/{name}")
        if isinstance(value, str) and value:
            yield check(value in legal, seen, " or ".join(legal), at=f"/{name}")


@_EMBED.expected(
    "id-type",
    "id_type says what the id in the path is; an id that does not fit it is answered with 404.",
    at="requestBody",
)
def id_type(evidence: Evidence) -> Iterator[Check]:
    """By id and by the key that the first answer showed; neither is accepted as the other."""
    for label in ("id-type/id", "id-type/key"):
        for seen in evidence.seen("embed", label):
            yield check(seen.ok, seen, f"status {evidence.success(EXECUTE)}")
    yield from _statuses(evidence, "misfit", frozenset({404}))
    yield from _statuses(evidence, "unknown-type", evidence.statuses("embedUnknownIdType"))


@_EMBED.expected(
    "bad-data",
    "execution_data that is no object is refused with 422 or 400, and so is a body that is no JSON object.",
    at="requestBody",
    source="inferred",
)
def bad_data(evidence: Evidence) -> Iterator[Check]:
    """The alternatives are the contract's."""
    yield from _statuses(evidence, "bad-data", evidence.statuses("embedExecutionData"))
    yield from _statuses(evidence, "malformed", evidence.statuses("embedMalformedJson"))


@_EMBED.advisory("request-id", "Every answer has the header x-request-id.")
def request_id(evidence: Evidence) -> Iterator[Check]:
    """Clients show it to support."""
    for seen in evidence.by_probe.get("embed", ()):
        if seen.judged:
            yield check(bool(seen.header("x-request-id")), seen, "the header x-request-id", "none")


@_EMBED.expected(
    "idempotency-key", "A repeated request with one Idempotency-Key gets the first answer again."
)
def idempotency_key(evidence: Evidence) -> Iterator[Check]:
    """Judged by the id of the execution; another body changes nothing."""
    first = evidence.first("embed", "repeat/first")
    for seen in evidence.seen("embed", "repeat"):
        if first is not None and first.ok and seen is not first:
            said = f"the id of the first answer, {first.at('/id')}"
            yield check(seen.at("/id") == first.at("/id"), seen, said, at="/id", chain=(first,))


@_EMBED.expected("unique-ids", "Every execution gets an id of its own.", source="inferred")
def unique_ids(evidence: Evidence) -> Iterator[Check]:
    """Requests without an Idempotency-Key."""
    first: dict[Any, Exchange] = {}
    for seen in evidence.successes(EXECUTE):
        if "Idempotency-Key" not in seen.request.headers and isinstance(seen.at("/id"), str):
            earlier = first.setdefault(seen.at("/id"), seen)
            yield check(earlier is seen, seen, "an id not given before", at="/id", chain=(earlier,))
