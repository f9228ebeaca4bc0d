"""Rules on the idempotency key: one key and body, one execution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from execmock.verify.equality import same_json
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.reader import parse_json
from execmock.verify.requests import CREATE, GET, LIST
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.wording import Said, told

_ID = "/data/execution/id"
_TOKEN = "/data/clientToken"  # noqa: S105 - a JSON pointer

_IDEMPOTENCY = Rules("idempotency", CREATE, probes="idempotency", at="responses/200", tags="idempotency")
_ROBUST = Rules("robust", CREATE, probes="concurrent", at="responses/200", tags="robustness concurrency")


def _key(seen: Exchange) -> Any:
    body = parse_json(seen.request.body)
    return body.get("idempotencyKey") if isinstance(body, dict) else None


def _repeats(evidence: Evidence) -> Iterator[tuple[Exchange, Exchange]]:
    first = evidence.first("idempotency", "same/first")
    if first is not None and first.ok:
        for label in ("same/again", "same/reordered", "same/after-tenant"):
            for seen in evidence.seen("idempotency", label):
                yield first, seen


@_IDEMPOTENCY.expected(
    "same", "A repeated create with the same idempotency key and body gives the same execution again."
)
def same(evidence: Evidence) -> Iterator[Check]:
    """Its status and times may be those of now or of the first answer."""
    for first, seen in _repeats(evidence):
        if seen.label == "same/reordered" and seen.status in evidence.statuses("idempotencyConflict"):
            yield not_judged("members in another order may be another body", seen)
        elif seen.ok:
            wanted = f"the id of the first answer, {first.at(_ID)}"
            yield check(seen.at(_ID) == first.at(_ID), seen, wanted, at=_ID, chain=(first,))
        else:
            yield check(False, seen, f"status {first.status}, as the first time", chain=(first,))


@_IDEMPOTENCY.expected(
    "same-token",
    "A repeated create gives the same client token again.",
    under="idempotency.same create.complete",
)
def same_token(evidence: Evidence) -> Iterator[Check]:
    """Judged only where the execution is the same."""
    for first, seen in _repeats(evidence):
        if seen.ok and seen.at(_ID) == first.at(_ID):
            wanted = "the client token of the first answer"
            yield check(seen.at(_TOKEN) == first.at(_TOKEN), seen, wanted, at=_TOKEN, chain=(first,))


@_IDEMPOTENCY.expected(
    "no-second-record",
    "Repeats of a create leave one execution in the list.",
    operations=(CREATE, LIST),
    under="idempotency.same idempotency.concurrent-8 idempotency.concurrent-32 list.no-duplicates",
)
def no_second_record(evidence: Evidence) -> Iterator[Check]:
    """Counts the ids in a page that carry the key or are the repeated execution."""
    for origin, pages in (("same/first", "same/list"), ("at-once/8", "at-once-list/8")):
        made = evidence.first("idempotency", origin)
        for page in evidence.ok("idempotency", pages):
            items = page.at("/data/items")
            if made is not None and made.ok and isinstance(items, list):
                mine = _carrying(items, _key(made), made.at(_ID))
                if mine:
                    said = Said(f"{len(mine)} executions: {', '.join(sorted(map(str, mine)))}")
                    yield check(
                        len(mine) == 1,
                        page,
                        "one execution with this key",
                        said,
                        chain=(made,),
                        rests_on=_that_made(mine, evidence, origin),
                    )


def _that_made(names: set[Any], evidence: Evidence, origin: str) -> Iterator[Exchange]:
    """Yield the repeats that showed one of these executions."""
    label = origin.partition("/first")[0]
    return (seen for seen in evidence.ok("idempotency", label) if seen.at(_ID) in names)


def _carrying(items: Iterable[Any], key: Any, name: Any) -> set[Any]:
    known = (item for item in items if isinstance(item, dict))
    return {item.get("id") for item in known if item.get("idempotencyKey") == key or item.get("id") == name}


@_IDEMPOTENCY.expected(
    "conflict",
    "A known idempotency key with another body is refused with 400 or 409, and changes nothing.",
    at="responses/400",
)
def conflict(evidence: Evidence) -> Iterator[Check]:
    """The execution created first must still show its own payload."""
    first = evidence.first("idempotency", "same/first")
    for seen in evidence.seen("idempotency", "conflict"):
        if first is not None and first.ok:
            legal = evidence.statuses("idempotencyConflict")
            yield check(seen.status in legal, seen, _either(legal), chain=(first,))
    for read in evidence.ok("idempotency", "conflict-read"):
        if first is not None:
            place = "/data/execution/requestPayload"
            sent = parse_json(first.request.body)["requestPayload"]
            yield check(
                same_json(read.at(place), sent),
                read,
                "the payload of the first create",
                at=place,
                chain=(first,),
            )


def _either(statuses: Iterable[int]) -> str:
    return "status " + " or ".join(map(str, sorted(statuses)))


def _at_once(count: int) -> None:
    @_IDEMPOTENCY.expected(
        f"concurrent-{count}",
        f"{count} creates at once with the same key and body make one execution.",
        tags="concurrency",
    )
    def judge(evidence: Evidence) -> Iterator[Check]:
        first: dict[str, Exchange] = {}
        for seen in evidence.ok("idempotency", f"at-once/{count}"):
            made = first.setdefault(seen.label, seen)
            wanted = f"the same id in every answer, {made.at(_ID)}"
            yield check(seen.at(_ID) == made.at(_ID), seen, wanted, at=_ID, chain=(made,))
            same = seen.at(_TOKEN) == made.at(_TOKEN) or seen.at(_ID) != made.at(_ID)
            yield check(same, seen, "the same client token in every answer", at=_TOKEN, chain=(made,))
        for seen in evidence.seen("idempotency", f"at-once/{count}"):
            if 400 <= seen.status < 500 and seen.status not in evidence.statuses("idempotencyConflict"):
                yield check(False, seen, "success, or a conflict while the first is under way")


_at_once(8)
_at_once(32)


@_IDEMPOTENCY.expected(
    "after-end",
    "A create that is repeated once its execution has ended gives that execution, as it is.",
    probes="histories",
    under="idempotency.same",
)
def after_end(evidence: Evidence) -> Iterator[Check]:
    """Or as the first answer showed it. One that has not ended by then is repeated all the same."""
    for seen, first in _repeated_later(evidence, "later"):
        yield check(seen.ok, seen, f"status {first.status}, as the first time", chain=(first,))
        if seen.ok:
            wanted = f"the id of the first answer, {first.at(_ID)}"
            yield check(seen.at(_ID) == first.at(_ID), seen, wanted, at=_ID, chain=(first,))


@_IDEMPOTENCY.advisory(
    "after-a-day",
    "A create that is repeated after a day gives the same execution.",
    probes="histories",
    needs="writes moved",
    under="idempotency.same idempotency.after-end",
)
def after_a_day(evidence: Evidence) -> Iterator[Check]:
    """How long a key is known no page says; many services forget it after a day."""
    for seen, first in _repeated_later(evidence, "day"):
        wanted = f"the id of the first answer, {first.at(_ID)}"
        yield check(seen.at(_ID) == first.at(_ID), seen, wanted, at=_ID, chain=(first,))


@_IDEMPOTENCY.expected(
    "changes-nothing",
    "A repeated create changes nothing of an execution that has ended.",
    operations=(CREATE, GET),
    probes="histories",
    under="lifecycle.terminal-final lifecycle.write-once lifecycle.created-at-constant timeline.append-only",
)
def changes_nothing(evidence: Evidence) -> Iterator[Check]:
    """Its properties and its events are the same before and after, also where a day has passed."""
    before: Exchange | None = None
    for seen in evidence.ok("histories"):
        if seen.label == "before-repeat":
            before = seen
        elif before is not None and seen.label.startswith("after-repeat/"):
            if before.at("/data/execution/status") not in evidence.transitions.terminal:
                yield not_judged("the execution had not ended, and may have moved", seen)
                continue
            for place in ("/data/execution", "/data/events"):
                same = same_json(seen.at(place), before.at(place))
                said = "the same as before the create was repeated"
                yield check(same, seen, said, told("{}", seen.at(place)), at=place, chain=(before,))


def _repeated_later(evidence: Evidence, label: str) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield repeated creates with the first of the same body."""
    first = {seen.request.body: seen for seen in evidence.ok("histories", "create")}
    for seen in evidence.seen("histories", f"repeat/{label}"):
        if (origin := first.get(seen.request.body)) is not None:
            yield seen, origin


@_IDEMPOTENCY.expected("failed-not-remembered", "A refused create does not use up its idempotency key.")
def failed_not_remembered(evidence: Evidence) -> Iterator[Check]:
    """First without the required properties, then whole, with the same key."""
    for seen in evidence.seen("idempotency", "refused/second"):
        first = evidence.first("idempotency", "refused/first")
        yield check(seen.ok, seen, f"status {evidence.success(CREATE)}", chain=(first,) if first else ())


@_IDEMPOTENCY.expected("exact-key", "Idempotency keys that differ in case are different keys.")
def exact_key(evidence: Evidence) -> Iterator[Check]:
    """Blanks around a key may be trimmed, as around any text."""
    first: dict[Any, Exchange] = {}
    for seen in evidence.ok("idempotency", "exact"):
        earlier = first.setdefault(seen.at(_ID), seen)
        yield check(earlier is seen, seen, "an execution of its own", at=_ID, chain=(earlier,))
    plain = tuple(evidence.ok("idempotency", "exact/plain"))
    for seen in evidence.seen("idempotency", "exact"):
        if plain and not seen.ok:
            yield check(False, seen, "success, as this key was not used before", chain=plain)


@_IDEMPOTENCY.expected(
    "tenant",
    "An idempotency key of one organization means nothing to another.",
    tags="tenancy",
    needs="writes b",
)
def tenant(evidence: Evidence) -> Iterator[Check]:
    """The second organization sends the same key and body and must get an execution of its own."""
    first = evidence.first("idempotency", "same/first")
    for seen in evidence.seen("idempotency", "tenant"):
        if first is not None and seen.ok:
            yield check(
                seen.at(_ID) != first.at(_ID), seen, "an execution of its own", at=_ID, chain=(first,)
            )
        elif first is not None and seen.status in evidence.statuses("idempotencyConflict"):
            # Another organization may not know the workflow; that refusal says nothing about the key.
            refused_anyway = seen.status in evidence.statuses("unknownWorkflow")
            if not refused_anyway:
                yield check(False, seen, "an execution of its own", chain=(first,))


@_ROBUST.documented(
    "concurrent-creates",
    "Many different creates at once all succeed, each with an id of its own.",
    under="robust.no-5xx create.unique-ids",
)
def concurrent_creates(evidence: Evidence) -> Iterator[Check]:
    """Requests that were asked to wait were sent again."""
    first: dict[Any, Exchange] = {}
    for seen in evidence.seen("concurrent", "many"):
        yield check(seen.ok, seen, f"status {evidence.success(CREATE)}")
        if seen.ok:
            earlier = first.setdefault(seen.at(_ID), seen)
            yield check(earlier is seen, seen, "an id not given to another", at=_ID, chain=(earlier,))
