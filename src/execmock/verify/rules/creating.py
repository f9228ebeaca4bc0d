"""Rules on createExecution: what is refused, what is echoed, and a new execution's initial values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from execmock.core.contract.names import CREATE_BODY
from execmock.verify.equality import Difference, difference, same_json, same_member
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import ABSENT, Exchange
from execmock.verify.json_values import rebuilt
from execmock.verify.pagination import Page, newest_first, page_of
from execmock.verify.reader import parse_json
from execmock.verify.requests import CREATE, GET, LIST
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.wording import Said, Text, Told, told

_ID = "/data/execution/id"
_ECHOING = ("echo", "oddities")
_LONG_TEXT = 100
"""Characters of a text of which the beginning may be all that a glance shows."""

_REFUSALS = Rules("create", CREATE, probes="bodies", at="requestBody", tags="validation")
_ECHOED = Rules("create", CREATE, probes="echo oddities", at="responses/200", tags="echo")
_NEW = Rules("create", CREATE, probes="basics echo", at="responses/200")


def _refused(evidence: Evidence, seen: Exchange) -> Check:
    """The one refusal that the page lists."""
    return check(seen.status == 400, seen, "status 400")


def required_rules(names: Iterable[str]) -> Rules:
    """Return a rule for each property that the contract requires."""
    rules = Rules("create", CREATE, probes="bodies", at="requestBody", tags="validation")
    for name in names:
        _declare_required(rules, name)
    return rules


def _declare_required(rules: Rules, name: str) -> None:
    @rules.documented(f"required.{name}", f"A create without {name} is refused with 400.")
    def judge(evidence: Evidence) -> Iterator[Check]:
        for seen in evidence.seen("bodies", f"missing/{name}"):
            yield _refused(evidence, seen)


@_REFUSALS.documented(
    "wrong-type",
    "A create with a property of a wrong type is refused with 400, for each property and each type.",
)
def wrong_type(evidence: Evidence) -> Iterator[Check]:
    """One observation for each property and type."""
    return map(partial(_refused, evidence), evidence.seen("bodies", "wrong-type"))


@_REFUSALS.documented(
    "body-object", "A create whose body is absent, null, an array, a text or a number is refused with 400."
)
def body_object(evidence: Evidence) -> Iterator[Check]:
    """Without a body a service may also refuse the content type."""
    for seen in evidence.seen("bodies", "not-object"):
        absent = seen.label.endswith("/absent") and seen.status in evidence.statuses("wrongContentType")
        yield check(True, seen, "") if absent else _refused(evidence, seen)


@_REFUSALS.expected(
    "unknown-property",
    "A property that the contract does not name is ignored or refused with 400, and is not shown again.",
)
def unknown_property(evidence: Evidence) -> Iterator[Check]:
    """The property must not turn up as a property of the execution."""
    for seen in evidence.seen("bodies", "unknown-property"):
        fits = seen.ok or seen.status in evidence.statuses("unknownProperty")
        yield check(fits, seen, "success, or status 400")
    for label in ("unknown-property", "unknown-property-read"):
        for seen in evidence.ok("bodies", label):
            shown = seen.at("/data/execution/notInTheContract")
            yield check(shown is ABSENT, seen, "no such property", at="/data/execution/notInTheContract")


@_REFUSALS.documented(
    "minimal", "A create with the required properties alone succeeds.", probes="basics http unknown"
)
def minimal(evidence: Evidence) -> Iterator[Check]:
    """Judged where the same workflow was accepted in a body with more in it, or in none."""
    taken = {_sent(seen).get("workflowId") for seen in evidence.ok_creates()}
    required = set(evidence.schema(CREATE_BODY).get("required", ()))
    for seen in evidence.answers(CREATE):
        plain = seen.valid and seen.identity in ("a", "time") and len(seen.request.body) < _SMALL
        sent = _sent(seen) if plain and (seen.ok or seen.status in (400, 422)) else {}
        if set(sent) == required and (seen.ok or sent.get("workflowId") in taken):
            yield check(seen.ok, seen, f"status {evidence.success(CREATE)}")


_SMALL = 4_096


def _open(name: str, label: str, choice: str, sentence: str) -> None:
    """Declare that the requests of a label succeed, or are refused as one of the contract's choices says."""

    @_REFUSALS.expected(name, sentence)
    def judge(evidence: Evidence) -> Iterator[Check]:
        for seen in evidence.seen("bodies", label):
            legal = evidence.statuses(choice) | (
                evidence.statuses("unknownWorkflow") if "workflowId" in seen.label else set()
            )
            fits = seen.ok or seen.status in legal
            yield check(fits, seen, "success, or status 400")


_open(
    "optional-null",
    "null",
    "nullOptional",
    "An optional property sent as null is accepted, or refused with 400.",
)
_open(
    "empty-string",
    "empty",
    "emptyString",
    "An empty text in a text property is accepted, or refused with 400.",
)


def _sent(seen: Exchange) -> dict[str, Any]:
    value = parse_json(seen.request.body)
    return value if isinstance(value, dict) else {}


def _echoes(
    seen: Exchange, shown_by: Exchange, base: str, *, chain: tuple[Exchange, ...] = ()
) -> Iterator[Check]:
    """Compare every non-empty property sent with what an answer shows at `base`."""
    for name, value in _sent(seen).items():
        if value not in (None, "", {}):
            place = f"{base}/{name}"
            unlike = _unlike(value, shown_by.at(place), odd=seen.probe == "oddities")
            if unlike is None:
                yield check(True, shown_by, "", at=place, chain=chain)
            else:
                expected, actual = _differing(unlike)
                yield check(False, shown_by, expected, actual, at=place + unlike.place, chain=chain)


def _unlike(value: Any, shown: Any, *, odd: bool) -> Difference | None:
    """Return how a property is shown otherwise than it was sent."""
    if odd and isinstance(value, str) and isinstance(shown, str):
        return None if shown in (value, value.strip()) else Difference("", value, shown)
    if odd:
        value, shown = (rebuilt(each, lambda name, _: name != "__proto__") for each in (value, shown))
    return None if same_json(value, shown) else difference(value, shown)


def _differing(unlike: Difference) -> tuple[Told, Text]:
    """Return what was sent, and what is shown: of long texts what differs, and from where."""
    sent, came = unlike.left, unlike.right
    if isinstance(sent, str) and isinstance(came, str) and len(sent) > _LONG_TEXT:
        unlike_at = (at for at, (one, other) in enumerate(zip(sent, came, strict=False)) if one != other)
        at = next(unlike_at, min(len(sent), len(came)))
        began = Said(at)
        return told("{} from character {} on, as sent", sent[at:], began), told("{}", came[at:])
    expected = told("nothing, as sent") if sent is ABSENT else told("{}, as sent", sent)
    return expected, Said("nothing") if came is ABSENT else told("{}", came)


@_ECHOED.expected(
    "echo",
    "A create shows every property as it was sent, objects and non-ASCII texts included.",
    under="create.shape",
)
def create_echo(evidence: Evidence) -> Iterator[Check]:
    """Judges the create's own answer; the read has create.read-your-write.

    Odd bodies may be refused; those that are taken are shown as sent, but for blanks around a text and the
    name `__proto__`, which many services leave out.
    """
    for probe in _ECHOING:
        for seen in evidence.ok(probe, "create"):
            yield from _echoes(seen, seen, "/data/execution")


@_ECHOED.expected(
    "read-your-write",
    "A read right after a create shows what was sent, and every read the execution that was asked for.",
    operations=GET,
    probes="echo basics oddities concurrent",
    under="create.echo get.shape",
)
def read_your_write(evidence: Evidence) -> Iterator[Check]:
    """A read that refuses the new id breaks it too, and so does any read that shows another execution."""
    yield from _shows_what_was_asked_for(evidence)
    made = [(probe, "create") for probe in _ECHOING] + [("concurrent", "many")]
    for seen in (each for probe, label in made for each in evidence.ok(probe, label)):
        name = seen.label.partition("/")[2]
        for read in evidence.seen(seen.probe, f"get/{name}"):
            if read.ok:
                yield from _echoes(seen, read, "/data/execution", chain=(seen,))
                for constant in ("createdAt", "organizationId"):
                    place = f"/data/execution/{constant}"
                    shown, wanted = read.at(place), seen.at(place)
                    said = told("{}, as the create answered", wanted)
                    yield check(same_member(wanted, shown), read, said, at=place, chain=(seen,))
            else:
                yield check(False, read, "the execution just created", chain=(seen,))


def _shows_what_was_asked_for(evidence: Evidence) -> Iterator[Check]:
    for read in evidence.successes(GET):
        asked, shown = unquote(urlsplit(read.request.url).path.rpartition("/")[2]), read.at(_ID)
        if isinstance(shown, str) and shown:
            yield check(shown == asked, read, "the id that was asked for", at=_ID)


@_ECHOED.expected(
    "contains-created",
    "A list right after a create contains the new execution.",
    area="list",
    operations=LIST,
    probes="echo",
    tags="paging",
    under="list.shape list.items list.default-limit list.page-items",
)
def contains_created(evidence: Evidence) -> Iterator[Check]:
    """Any order is legal, so only a complete list, or a page newest first that reaches back, decides."""
    known = _first_seen(evidence)
    for seen in evidence.ok("echo", "create"):
        name, wanted = seen.label.partition("/")[2], seen.at("/data/execution/id")
        for listed in evidence.ok("echo", f"list/{name}"):
            if unread := listed.unread or seen.unread:
                yield not_judged(unread, listed)
            page = page_of(listed)
            if page is None or wanted is ABSENT:
                continue
            if wanted in page.ids or _whole(page) or _reaches_back(page, known, seen.sent):
                said = f"{len(page.ids)} others"
                expected = f"an item with the id {wanted}"
                yield check(wanted in page.ids, listed, expected, said, chain=(seen,))
            else:
                yield not_judged(
                    "too many executions were created meanwhile to expect the new one on the page", listed
                )


def _first_seen(evidence: Evidence) -> dict[Any, float]:
    """Return when each execution was first shown by any answer."""
    return {
        history.id: min(observation.seen.received for observation in history.observations)
        for history in evidence.histories
    }


def _whole(page: Page) -> bool:
    """Whether the page is the whole list: it is not full, and says that nothing follows."""
    return len(page.items) < (page.limit or 1) and not page.offset and page.more is not True


def _reaches_back(page: Page, known: Mapping[Any, float], before: float) -> bool:
    """Whether the page is sorted newest first and holds an execution that existed before an instant."""
    if page.offset or not newest_first(page.items, _ENOUGH):
        return False
    return any(known.get(name, before) < before for name in page.ids)


_ENOUGH = 8


@_ECHOED.advisory("echo-big-integers", "Integers beyond 2^53 in a payload come back exactly.", probes="echo")
def big_integers(evidence: Evidence) -> Iterator[Check]:
    """Rounding is common where JSON numbers are doubles, so this is only a notice."""
    for seen in evidence.ok("echo", "big/create"):
        for shown_by in (seen, *evidence.ok("echo", "big/get")):
            place = "/data/execution/requestPayload"
            wanted = _sent(seen)["requestPayload"]
            yield check(
                same_json(shown_by.at(place), wanted), shown_by, told("{}", wanted), at=place, chain=(seen,)
            )


@_NEW.expected(
    "unique-ids", "Every execution gets an id of its own.", probes="basics echo robust", tags="identity"
)
def unique_ids(evidence: Evidence) -> Iterator[Check]:
    """Repeats of an idempotency key are the same execution, so keyed creates count once."""
    first: dict[str, Exchange] = {}
    for seen in evidence.ok_creates():
        name = seen.at("/data/execution/id")
        if isinstance(name, str) and not _sent(seen).get("idempotencyKey"):
            earlier = first.setdefault(name, seen)
            yield check(
                earlier is seen, seen, "an id not given before", at="/data/execution/id", chain=(earlier,)
            )


@_NEW.advisory(
    "status-initial", "A new execution waits for payment or is queued.", tags="lifecycle", under="status.enum"
)
def status_initial(evidence: Evidence) -> Iterator[Check]:
    """Advice, for the answer of a fast service may already show a later status.

    Repeats of an idempotency key may show the present state, so only first answers count.
    """
    keys: Counter[str] = Counter()
    initial = evidence.transitions.initial
    for seen in evidence.ok_creates():
        key = str(_sent(seen).get("idempotencyKey") or "")
        keys[key] += bool(key)
        status = seen.at("/data/execution/status")
        first = keys[key] <= 1 and seen.probe != "idempotency" and not evidence.repeated(seen)
        if first and status in evidence.transitions.statuses:
            yield check(status in initial, seen, f"one of {', '.join(initial)}", at="/data/execution/status")


@_NEW.expected(
    "organization",
    "All executions of one key belong to one organization.",
    probes="basics echo existing",
    tags="tenancy",
    needs="",
)
def organization(evidence: Evidence) -> Iterator[Check]:
    """Compares every private view that each key was shown."""
    first: dict[str, Exchange] = {}
    home: dict[str, Any] = {}
    for history in evidence.histories:
        for observation in history.private:
            if observation.seen.operation in (CREATE, GET) and observation.seen.identity in ("a", "b"):
                owner, who = observation.execution.get("organizationId"), observation.seen.identity
                if isinstance(owner, str) and owner:
                    kept, earlier = home.setdefault(who, owner), first.setdefault(who, observation.seen)
                    place = f"{observation.pointer}/organizationId"
                    yield check(
                        owner == kept, observation.seen, f"{kept}, as before", at=place, chain=(earlier,)
                    )
