"""Rules on caches: no answer stays the same when it has changed, and none reaches another caller."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rules, check, not_judged

_GRAIN = 2_000  # Last-Modified has whole seconds
_SHOWN = "/data/execution", "/data"

_CACHING = Rules("cache", (GET, LIST, PUBLIC), probes="histories", at="responses/200", tags="http")


@_CACHING.expected(
    "not-modified", "A conditional read never says 304 once the status or the items have changed."
)
def not_modified(evidence: Evidence) -> Iterator[Check]:
    """Sent with the validators of an early answer; a service without validators has nothing to say.

    Last-Modified counts whole seconds, so a change within two of them is not judged.
    """
    asked = list(evidence.seen("histories", "if-changed"))
    for seen in asked:
        early, current = _plain(evidence, seen)
        if early is None or current is None or seen.status != 304:
            yield Check(True, seen)
        elif "If-Modified-Since" in seen.request.headers and not _later(early, current):
            yield not_judged("Last-Modified may not tell this change", seen)
        else:
            was, now = _state(early), _state(current)
            wanted = f"the present answer, with {now[:80]} in place of {was[:80]}"
            yield check(was == now, seen, wanted, chain=(early, current))
    if not asked and (first := next(evidence.ok("histories", "get"), None)) is not None:
        yield Check(True, first)


@_CACHING.expected(
    "etag",
    "An ETag is another one once the status or the items have changed.",
    probes="histories basics existing paging",
    needs="",
)
def etag(evidence: Evidence) -> Iterator[Check]:
    """Compared between the answers to one caller; a service without ETags has nothing to say."""
    known: dict[tuple[str, str, str], tuple[str, Exchange]] = {}
    for seen in evidence.successes(GET, LIST, PUBLIC):
        tag, state = seen.header("etag"), _state(seen)
        place = (seen.request.url, seen.request.headers.get("Authorization", ""), tag)
        was, first = known.setdefault(place, (state, seen)) if tag else (state, seen)
        wanted = f"another ETag than when the answer showed {was[:80]}"
        yield check(was == state, seen, wanted, f"{tag} with {state[:80]}", at="/data", chain=(first,))


@_CACHING.expected(
    "between-callers",
    "An answer to one caller is never given to another.",
    probes="tenancy auth public",
    tags="tenancy auth token",
    needs="",
)
def between_callers(evidence: Evidence) -> Iterator[Check]:
    """Two answers to two requests have two requestIds, so one that comes twice was kept.

    Callers differ by their keys, and on the public view by their tokens. The first key and the one that may
    only read are one organization's.
    """
    kept: dict[tuple[str, bytes], Exchange] = {}
    asked: set[str] = set()
    for seen in evidence.journal:
        if seen.judged and seen.operation in (GET, LIST, PUBLIC):
            place = seen.request.url.partition("?")[0] if seen.operation == PUBLIC else seen.request.url
            first = kept.get((place, seen.body)) if seen.ok else None
            same = first is None or not _holds(seen) or _caller(seen) == _caller(first)
            if place in asked and seen.probe in _SEVERAL_CALLERS:
                said = "the answer that another caller got before, with its requestId"
                yield check(same, seen, "an answer of its own, or a refusal", said, chain=_led(first))
            if seen.ok:
                asked.add(place)
                kept.setdefault((place, seen.body), seen)


_SEVERAL_CALLERS = frozenset({"tenancy", "auth", "public"})


def _caller(seen: Exchange) -> str:
    if seen.operation == PUBLIC:
        return seen.request.url
    return "own" if seen.identity in ("a", "read", "time") else seen.request.headers.get("Authorization", "")


def _holds(seen: Exchange) -> bool:
    """Whether an answer shows an execution: two empty pages may be alike where requestIds are."""
    return bool(seen.at("/data/items")) if seen.operation == LIST else isinstance(seen.json, dict)


def _led(first: Exchange | None) -> tuple[Exchange, ...]:
    return () if first is None else (first,)


def _plain(evidence: Evidence, seen: Exchange) -> tuple[Exchange | None, Exchange | None]:
    """Return the first answer that had the validator sent, and the last before the conditional read."""
    url, headers = seen.request.url, seen.request.headers
    plain = [
        each
        for each in evidence.ok("histories")
        if each.request.url == url and each.label != "if-changed" and each.received <= seen.sent
    ]
    name = "If-None-Match" if "If-None-Match" in headers else "If-Modified-Since"
    sent = headers[name]
    early = (each for each in plain if sent in (each.header("etag"), each.header("last-modified")))
    return next(early, None), plain[-1] if plain else None


def _state(seen: Exchange) -> str:
    """Return what an answer shows that a cache must not hide: statuses, and which items there are."""
    items = seen.at("/data/items")
    if isinstance(items, list):
        return ", ".join(f"{each.get('id')} {each.get('status')}" for each in items if isinstance(each, dict))
    return next((shown for place in _SHOWN if isinstance(shown := seen.at(f"{place}/status"), str)), "")


def _later(early: Exchange, current: Exchange) -> bool:
    """Whether what has changed happened well after the instant that the validator names."""
    try:
        named = parsedate_to_datetime(early.header("last-modified")).timestamp() * 1000
    except (ValueError, TypeError, OverflowError):
        return True
    return any(moment >= named + _GRAIN for moment in _moments(current))


def _moments(seen: Exchange) -> Iterator[int]:
    items: Any = seen.at("/data/items")
    shown = items if isinstance(items, list) else [seen.at(place) for place in _SHOWN]
    for each in shown:
        if isinstance(each, dict):
            for name in ("updatedAt", "finishedAt", "startedAt", "createdAt"):
                if (moment := instant(each.get(name))) is not None:
                    yield moment
