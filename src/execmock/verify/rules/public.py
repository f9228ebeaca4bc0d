"""Rules on the public view: a token reads one execution, and shows nothing private."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from execmock.core.contract import Transitions
from execmock.core.contract.names import EXECUTION, PUBLIC_EVENT, PUBLIC_EXECUTION
from execmock.verify.equality import same_member
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import ABSENT, Exchange
from execmock.verify.history import History, Observation
from execmock.verify.json_values import place_of, texts
from execmock.verify.lateness import LATE, in_time, may_be_late, undisturbed
from execmock.verify.reader import parse_json
from execmock.verify.requests import CREATE, GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.rules.auth import alike
from execmock.verify.wording import Said, told

_TOKEN = "/data/clientToken"  # noqa: S105 - a JSON pointer
_SAFE = re.compile(r"[A-Za-z0-9._~-]{16,}")
_LONG_ENOUGH = 12
_WORD = re.compile(r"[A-Za-z0-9_~-]{12,}")

_TOKENS = Rules("public", PUBLIC, probes="public", at="responses/401", tags="token")
_SECRETS = Rules("", probes="public basics", at="responses/200", tags="privacy token")
_VIEW = Rules("public", PUBLIC, probes="public basics histories", at="responses/200")


def _one_of(statuses: Iterable[int]) -> str:
    return "status " + " or ".join(map(str, sorted(statuses)))


def _opener(evidence: Evidence, label: str) -> tuple[Exchange, ...]:
    made = evidence.first("public", "create/two" if label == "other" else "create/one")
    return (made,) if made is not None else ()


@_TOKENS.documented(
    "token-required",
    "A public read without a token, or with an empty one, is refused with 400 or 401.",
    at="responses/400",
)
def token_required(evidence: Evidence) -> Iterator[Check]:
    """The parameter is required by the page."""
    legal = evidence.statuses("missingPublicToken")
    for seen in evidence.seen("public", "missing"):
        yield check(seen.status in legal, seen, _one_of(legal), chain=_opener(evidence, "missing"))


@_TOKENS.documented("wrong-token", "A public read with a wrong token is refused with 401.")
def wrong_token(evidence: Evidence) -> Iterator[Check]:
    """Tokens that no execution ever had."""
    return _unauthorized(evidence, "wrong")


@_TOKENS.expected("token-binding", "The token of one execution does not open another.")
def token_binding(evidence: Evidence) -> Iterator[Check]:
    """Both executions belong to one organization."""
    return _unauthorized(evidence, "other")


def _unauthorized(evidence: Evidence, label: str) -> Iterator[Check]:
    for seen in evidence.seen("public", label):
        yield check(seen.status == 401, seen, "status 401", chain=_opener(evidence, label))


@_TOKENS.expected("token-case", "A token whose letters changed case opens nothing.")
def token_case(evidence: Evidence) -> Iterator[Check]:
    """Any refusal will do."""
    return _refused(evidence, "case")


@_TOKENS.expected("token-prefix", "A token cut short or grown opens nothing.")
def token_prefix(evidence: Evidence) -> Iterator[Check]:
    """Any refusal will do."""
    return _refused(evidence, "prefix")


@_TOKENS.expected(
    "token-forms",
    "A list, an operator, a pattern or a word in place of the token opens nothing.",
    probes="public robust",
    under="public.wrong-token public.token-required",
)
def token_forms(evidence: Evidence) -> Iterator[Check]:
    """The odd texts that are sent as tokens are judged too."""
    yield from _refused(evidence, "form")
    for seen in evidence.seen("robust", "public-token"):
        yield check(not seen.ok, seen, "a refusal")


def _refused(evidence: Evidence, label: str) -> Iterator[Check]:
    for seen in evidence.seen("public", label):
        yield check(not seen.ok, seen, "a refusal", chain=_opener(evidence, label))


@_TOKENS.expected(
    "unknown-id-same-answer",
    "An id that does not exist gets the same answer as a wrong token.",
    under="public.wrong-token",
)
def unknown_same(evidence: Evidence) -> Iterator[Check]:
    """Otherwise the answers would show which ids exist. Compared except requestId and the id itself."""
    wrong = evidence.first("public", "wrong/garbage")
    for seen in evidence.seen("public", "unknown-id/garbage"):
        if wrong is not None and not wrong.ok:
            yield alike(seen, wrong)
    for seen in evidence.seen("public", "unknown-id/token"):
        yield check(not seen.ok, seen, "a refusal", chain=_opener(evidence, "one"))


@_TOKENS.expected(
    "public-ignores-bearer",
    "A public read with a good token ignores any Authorization header.",
    area="auth",
    at="security",
    tags="auth",
    under="operation.answers",
)
def ignores_bearer(evidence: Evidence) -> Iterator[Check]:
    """Judged only where the token opens the execution without a header."""
    plain = evidence.first("public", "right/plain")
    if plain is not None and plain.ok:
        for seen in evidence.seen("public", "right/with-a-key"):
            yield check(seen.ok, seen, "success, as without the header", chain=_opener(evidence, "one"))
    for seen in evidence.seen("public", "wrong/with-a-key"):
        yield check(not seen.ok, seen, "a refusal, as without the header", chain=_opener(evidence, "one"))


@_TOKENS.expected(
    "token-opaque",
    "A client token is URL-safe, at least 16 characters, unlike any other, and does not hold the id.",
    operations=CREATE,
    probes="public basics concurrent",
    at="responses/200",
)
def token_opaque(evidence: Evidence) -> Iterator[Check]:
    """Tokens of one execution are the same; tokens of two are not."""
    owner: dict[str, tuple[Any, Exchange]] = {}
    for seen in evidence.ok_creates():
        token, name = seen.at(_TOKEN), seen.at("/data/execution/id")
        if isinstance(token, str) and token and isinstance(name, str) and name:
            first, earlier = owner.setdefault(token, (name, seen))
            yield check(bool(_SAFE.fullmatch(token)), seen, "at least 16 URL-safe characters", at=_TOKEN)
            yield check(name not in token and token not in name, seen, "a text without the id", at=_TOKEN)
            yield check(first == name, seen, "a token of its own", at=_TOKEN, chain=(earlier,))


def _tokens(evidence: Evidence) -> dict[str, Exchange]:
    found = {}
    for seen in evidence.ok_creates():
        token = seen.at(_TOKEN)
        if isinstance(token, str) and len(token) >= _LONG_ENOUGH:
            found[token] = seen
    return found


@_SECRETS.expected(
    "public.create-only-token",
    "Reads never show a client token: only the create does.",
    operations=(GET, PUBLIC),
)
def create_only_token(evidence: Evidence) -> Iterator[Check]:
    """Looks for the name of the property and for every token of the run."""
    return _keeps_tokens(evidence, GET, PUBLIC)


@_SECRETS.expected("list.leaks-token", "A list never shows a client token.", operations=LIST)
def list_leaks_token(evidence: Evidence) -> Iterator[Check]:
    """Looks for the same in every page."""
    return _keeps_tokens(evidence, LIST)


def _keeps_tokens(evidence: Evidence, *operations: str) -> Iterator[Check]:
    """What the run sent itself comes back in what it created: a generated value may repeat a token."""
    telling = {max(token.split("."), key=len): seen for token, seen in _tokens(evidence).items()}
    sent = _Sent(evidence)
    for seen in evidence.successes(*operations):
        text = _all_text(seen)
        words = telling.keys() & set(_WORD.findall(text))
        leaked = min(words - sent.words, default="") if words else ""
        named = '"clientToken"' in text and sent.naming.isdisjoint(_shown_ids(seen))
        chain = (telling[leaked],) if leaked else ()
        fine = not leaked and not named
        place = "" if fine else _shows(seen, leaked)
        said = "a client token" if leaked else "the property clientToken"
        yield check(fine, seen, "no client token", Said(said), at=place, chain=chain)


def _shows(seen: Exchange, leaked: str) -> str:
    """Return where in an answer the part of a token stands, or the property; empty if in a header."""
    return place_of(seen.json, lambda text: leaked in text if leaked else text == "clientToken")


class _Sent:
    """What the creates of a run sent, read when it is asked for: most runs never ask."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    @cached_property
    def _values(self) -> list[tuple[Exchange, set[str]]]:
        creates = self._evidence.answers(CREATE)
        return [(seen, set(texts(parse_json(seen.request.body), names=True))) for seen in creates]

    @cached_property
    def words(self) -> set[str]:
        """The words of all bodies."""
        return {word for _, values in self._values for value in values for word in _WORD.findall(value)}

    @cached_property
    def naming(self) -> set[str]:
        """The ids of the executions whose create sent the name of the property."""
        return {name for seen, values in self._values if "clientToken" in values for name in _shown_ids(seen)}


def _shown_ids(seen: Exchange) -> Iterator[str]:
    """Yield the ids of the executions that an answer shows."""
    items = seen.at("/data/items")
    listed = [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    for name in (seen.at("/data/execution/id"), seen.at("/data/id"), *listed):
        if isinstance(name, str):
            yield name


def _all_text(seen: Exchange) -> str:
    heads = "\n".join(f"{name}: {value}" for name, value in seen.headers.items())
    return f"{heads}\n{seen.body.decode('utf-8', 'replace')}"


@_VIEW.expected(
    "private-fields", "The public view has none of the properties that are private.", tags="privacy"
)
def private_fields(evidence: Evidence) -> Iterator[Check]:
    """The names are those of the contract's `x-hidden`."""
    names = evidence.hidden(PUBLIC_EXECUTION)
    for seen in evidence.successes(PUBLIC):
        data = seen.at("/data")
        if isinstance(data, dict):
            yield _absent(seen, "/data", data, names)
            nested = data.get("execution")
            if isinstance(nested, dict):
                yield _absent(seen, "/data/execution", nested, names)


def _absent(seen: Exchange, base: str, value: dict[str, Any], names: Iterable[str]) -> Check:
    shown = next((name for name in names if value.get(name) not in (None, "", {})), None)
    place = f"{base}/{shown}" if shown else base
    return check(shown is None, seen, f"no {shown} in the public view", at=place)


@_VIEW.expected(
    "private-event-fields",
    "Events in the public view have none of the properties that are private.",
    tags="privacy timeline",
)
def private_event_fields(evidence: Evidence) -> Iterator[Check]:
    """The names are those of the contract's `x-hidden`."""
    names = evidence.hidden(PUBLIC_EVENT)
    for history in evidence.histories:
        for observation in history.public:
            for number, event in enumerate(observation.events or ()):
                yield _absent(observation.seen, f"/data/events/{number}", dict(event), names)


@_VIEW.expected(
    "canary",
    "No private value turns up anywhere in a public answer, events and headers included.",
    tags="privacy",
    under="public.private-fields public.private-event-fields",
)
def canary(evidence: Evidence) -> Iterator[Check]:
    """Looks for the marked values sent in private places, and for the organization's id."""
    hidden = frozenset(evidence.hidden(PUBLIC_EXECUTION))
    for history in evidence.histories:
        made = history.creation
        if made is not None:
            canaries = _canaries(made, hidden)
            for observation in history.public:
                text = _all_text(observation.seen)
                leak = next((value for value in canaries if value in text), "")
                yield check(
                    not leak, observation.seen, "no private value", f"{leak!r} is in it", chain=(made,)
                )


def _canaries(made: Exchange, hidden: frozenset[str]) -> tuple[str, ...]:
    sent = parse_json(made.request.body)
    body = sent if isinstance(sent, dict) else {}
    shown = "\n".join(texts({name: each for name, each in body.items() if name not in hidden}, names=True))
    values = {text for name, value in body.items() if name in hidden for text in texts(value)}
    owner = made.at("/data/execution/organizationId")
    values.update({owner} if isinstance(owner, str) else ())
    return tuple(text for text in sorted(values) if _telling(text) and text not in shown)


def _telling(text: str) -> bool:
    """Whether a text is too long to occur by chance, and needs no escaping."""
    return (
        len(text) >= _LONG_ENOUGH and text.isascii() and json.dumps(text) == f'"{text}"' and "/" not in text
    )


@_VIEW.expected(
    "matches-private",
    "The public view shows the same status and the same values as the private view.",
    tags="consistency",
    under="public.shape public.not-stale",
)
def matches_private(evidence: Evidence) -> Iterator[Check]:
    """Judged only between two private reads that agree, so that nothing can have changed; the id always."""
    for seen in evidence.successes(PUBLIC):
        asked = unquote(seen.request.url.partition("?")[0].rpartition("/")[2])
        if isinstance(seen.at("/data"), dict) and seen.at("/data/id") is not ABSENT:
            yield check(seen.at("/data/id") == asked, seen, f"{asked}, as asked for", at="/data/id")
    for history in evidence.histories:
        for before, public in _undisturbed(history, evidence.transitions):
            for name in evidence.schema(PUBLIC_EXECUTION)["properties"]:
                known = name in evidence.schema(EXECUTION)["properties"]
                if known and name in before.execution:
                    yield _judge_value(history, before, public, name)


def _judge_value(history: History, before: Observation, public: Observation, name: str) -> Check:
    wanted, shown = before.execution[name], public.execution.get(name)
    if not same_member(wanted, shown) and may_be_late(history, public, name, shown, wanted):
        return not_judged(LATE, public.seen)
    place, said = f"{public.pointer}/{name}", told("{}, as the private view shows", wanted)
    return check(same_member(wanted, shown), public.seen, said, at=place, chain=_made(history))


def _made(history: History) -> tuple[Exchange, ...]:
    return (history.creation,) if history.creation else ()


def _undisturbed(history: History, graph: Transitions) -> Iterator[tuple[Observation, Observation]]:
    """Yield (private, public): a public read between two equal private ones, none of them overlapping."""
    privates = [observation for observation in history.private if observation.view in ("get", "create")]
    for public in history.public:
        before = [observation for observation in privates if observation.seen.received <= public.seen.sent]
        after = [observation for observation in privates if observation.seen.sent >= public.seen.received]
        if before and after and undisturbed(before[-1], after[0], graph):
            yield before[-1], public


@_VIEW.expected(
    "not-stale",
    "The public view never shows a status that the private view had already left.",
    tags="consistency",
)
def not_stale(evidence: Evidence) -> Iterator[Check]:
    """Compares a public read with private answers that were received before it was sent."""
    graph = evidence.transitions
    for history in evidence.histories:
        for public in history.public:
            before = [one for one in history.private if one.seen.received <= public.seen.sent]
            known = [one for one in before if one.status in graph.next]
            if known and public.status in graph.next:
                last = known[-1]
                fits = graph.reaches(last.status, public.status)
                left = next(one for one in known if fits or not graph.reaches(one.status, public.status))
                if not fits and not in_time(public.seen, left.seen):
                    yield not_judged(LATE, public.seen)
                    continue
                said = f"{last.status}, as the private view showed, or a status after it"
                place = f"{public.pointer}/status"
                yield check(fits, public.seen, said, at=place, chain=(*_made(history), last.seen))
