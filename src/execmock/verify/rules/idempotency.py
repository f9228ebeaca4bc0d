"""Rules on the idempotency key: one key and body, one execution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from execmock.verify.evidence import Case
from execmock.verify.exchange import Exchange, parse_json
from execmock.verify.requests import CREATE
from execmock.verify.rule import DOCUMENTED, EXPECTED, Rule, Verdict, check, rule

_ID = "/data/execution/id"
_TOKEN = "/data/clientToken"  # noqa: S105 - a JSON pointer
_AT = "responses/200"


def _key(seen: Exchange) -> Any:
    body = parse_json(seen.request.body)
    return body.get("idempotencyKey") if isinstance(body, dict) else None


def _repeats(case: Case) -> Iterator[tuple[Exchange, Exchange]]:
    first = case.first("idempotency", "same/first")
    if first is not None and first.ok:
        for label in ("same/again", "same/reordered"):
            for seen in case.seen("idempotency", label):
                yield first, seen


@rule(
    "idempotency.same",
    EXPECTED,
    CREATE,
    "A repeated create with the same idempotency key and body gives the same execution again.",
    probes="idempotency",
    at=_AT,
    tags=("idempotency",),
    needs="writes",
)
def same(case: Case) -> Iterator[Verdict]:
    """Its status and times may be those of now or of the first answer."""
    for first, seen in _repeats(case):
        if seen.ok:
            wanted = f"the id of the first answer, {first.at(_ID)}"
            yield check(seen.at(_ID) == first.at(_ID), seen, wanted, at=_ID, chain=(first,))
        else:
            yield check(False, seen, f"status {first.status}, as the first time", chain=(first,))


@rule(
    "idempotency.same-token",
    EXPECTED,
    CREATE,
    "A repeated create gives the same client token again.",
    probes="idempotency",
    at=_AT,
    tags=("idempotency",),
    under="idempotency.same create.complete",
    needs="writes",
)
def same_token(case: Case) -> Iterator[Verdict]:
    """Judged only where the execution is the same."""
    for first, seen in _repeats(case):
        if seen.ok and seen.at(_ID) == first.at(_ID):
            wanted = "the client token of the first answer"
            yield check(seen.at(_TOKEN) == first.at(_TOKEN), seen, wanted, at=_TOKEN, chain=(first,))


@rule(
    "idempotency.no-second-record",
    EXPECTED,
    (CREATE, "listExecutions"),
    "Repeats of a create leave one execution in the list.",
    probes="idempotency",
    at=_AT,
    tags=("idempotency",),
    under="idempotency.same idempotency.concurrent-8 idempotency.concurrent-32 list.no-duplicates",
    needs="writes",
)
def no_second_record(case: Case) -> Iterator[Verdict]:
    """Counts the ids in a page that carry the key or are the repeated execution."""
    for origin, pages in (("same/first", "same/list"), ("at-once/8", "at-once-list/8")):
        made = case.first("idempotency", origin)
        for page in case.ok("idempotency", pages):
            items = page.at("/data/items")
            if made is not None and made.ok and isinstance(items, list):
                mine = _carrying(items, _key(made), made.at(_ID))
                if mine:
                    said = f"{len(mine)} executions: {', '.join(sorted(map(str, mine)))}"
                    yield check(len(mine) == 1, page, "one execution with this key", said, chain=(made,))


def _carrying(items: Iterable[Any], key: Any, name: Any) -> set[Any]:
    known = (item for item in items if isinstance(item, dict))
    return {item.get("id") for item in known if item.get("idempotencyKey") == key or item.get("id") == name}


@rule(
    "idempotency.conflict",
    EXPECTED,
    CREATE,
    "A known idempotency key with another body is refused with 400 or 409, and changes nothing.",
    probes="idempotency",
    at="responses/400",
    tags=("idempotency",),
    needs="writes",
)
def conflict(case: Case) -> Iterator[Verdict]:
    """The execution created first must still show its own payload."""
    first = case.first("idempotency", "same/first")
    for seen in case.seen("idempotency", "conflict"):
        if first is not None and first.ok:
            legal = case.statuses("idempotencyConflict")
            yield check(seen.status in legal, seen, _either(legal), chain=(first,))
    for read in case.ok("idempotency", "conflict-read"):
        if first is not None:
            place = "/data/execution/requestPayload"
            sent = parse_json(first.request.body)["requestPayload"]
            yield check(
                read.at(place) == sent, read, "the payload of the first create", at=place, chain=(first,)
            )


def _either(statuses: Iterable[int]) -> str:
    return "status " + " or ".join(map(str, sorted(statuses)))


def _at_once(count: int) -> Rule:
    @rule(
        f"idempotency.concurrent-{count}",
        EXPECTED,
        CREATE,
        f"{count} creates at once with the same key and body make one execution.",
        probes="idempotency",
        at=_AT,
        tags=("idempotency", "concurrency"),
        under="idempotency.same",
        needs="writes",
    )
    def judge(case: Case) -> Iterator[Verdict]:
        made = list(case.ok("idempotency", f"at-once/{count}"))
        for seen in made:
            wanted = f"the same id in every answer, {made[0].at(_ID)}"
            yield check(seen.at(_ID) == made[0].at(_ID), seen, wanted, at=_ID, chain=(made[0],))
            same = seen.at(_TOKEN) == made[0].at(_TOKEN) or seen.at(_ID) != made[0].at(_ID)
            yield check(same, seen, "the same client token in every answer", at=_TOKEN, chain=(made[0],))
        for seen in case.seen("idempotency", f"at-once/{count}"):
            if 400 <= seen.status < 500 and seen.status not in case.statuses("idempotencyConflict"):
                yield check(False, seen, "success, or a conflict while the first is under way")

    return judge


AT_ONCE = [_at_once(8), _at_once(32)]


@rule(
    "idempotency.failed-not-remembered",
    EXPECTED,
    CREATE,
    "A refused create does not use up its idempotency key.",
    probes="idempotency",
    at=_AT,
    tags=("idempotency",),
    needs="writes",
)
def failed_not_remembered(case: Case) -> Iterator[Verdict]:
    """First without the required properties, then whole, with the same key."""
    for seen in case.seen("idempotency", "refused/second"):
        first = case.first("idempotency", "refused/first")
        yield check(seen.ok, seen, f"status {case.success(CREATE)}", chain=(first,) if first else ())


@rule(
    "idempotency.exact-key",
    EXPECTED,
    CREATE,
    "Idempotency keys that differ in case or by a space are different keys.",
    probes="idempotency",
    at=_AT,
    tags=("idempotency",),
    needs="writes",
)
def exact_key(case: Case) -> Iterator[Verdict]:
    """A refusal of a strange key is no confusion of keys."""
    first: dict[Any, Exchange] = {}
    for seen in case.ok("idempotency", "exact"):
        earlier = first.setdefault(seen.at(_ID), seen)
        yield check(earlier is seen, seen, "an execution of its own", at=_ID, chain=(earlier,))
    plain = tuple(case.ok("idempotency", "exact/plain"))
    taken = any(case.ok("idempotency", "fresh/space"))
    for seen in case.seen("idempotency", "exact"):
        if plain and not seen.ok and (taken or not seen.label.endswith("/space")):
            yield check(False, seen, "success, as this key was not used before", chain=plain)


@rule(
    "idempotency.tenant",
    EXPECTED,
    CREATE,
    "An idempotency key of one organization means nothing to another.",
    probes="idempotency",
    at=_AT,
    tags=("idempotency", "tenancy"),
    needs="writes b",
)
def tenant(case: Case) -> Iterator[Verdict]:
    """The second organization sends the same key and body and must get an execution of its own."""
    first = case.first("idempotency", "same/first")
    for seen in case.seen("idempotency", "tenant"):
        if first is not None and seen.ok:
            yield check(
                seen.at(_ID) != first.at(_ID), seen, "an execution of its own", at=_ID, chain=(first,)
            )
        elif first is not None and seen.status in case.statuses("idempotencyConflict"):
            # Another organization may not know the workflow; that refusal says nothing about the key.
            refused_anyway = seen.status in case.statuses("unknownWorkflow")
            if not refused_anyway:
                yield check(False, seen, "an execution of its own", chain=(first,))


@rule(
    "robust.concurrent-creates",
    DOCUMENTED,
    CREATE,
    "Many different creates at once all succeed, each with an id of its own.",
    probes="concurrent",
    at=_AT,
    tags=("robustness", "concurrency"),
    under="robust.no-5xx create.unique-ids",
    needs="writes",
)
def concurrent_creates(case: Case) -> Iterator[Verdict]:
    """Answers that ask to come back later were waited for."""
    first: dict[Any, Exchange] = {}
    for seen in case.seen("concurrent", "many"):
        yield check(seen.ok, seen, f"status {case.success(CREATE)}")
        if seen.ok:
            earlier = first.setdefault(seen.at(_ID), seen)
            yield check(earlier is seen, seen, "an id not given to another", at=_ID, chain=(earlier,))
