"""Every view of every execution that the exchanges show, of both APIs, in order of time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from execmock.core.apis import ApiName
from execmock.core.durations import DurationError, parse_instant
from execmock.core.json_text import encode
from execmock.recorder.exchanges import json_of
from execmock.recorder.model import Sent
from execmock.verify.exchange import Exchange
from execmock.verify.history import histories
from execmock.verify.requests import EXECUTE

__all__ = ["Observed", "Seen", "instant_of", "observed"]

_GRACE = 2_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_CONTROL_SIGNAL = re.compile(r"/_execmock/executions/[^/]+/signal")


@dataclass(frozen=True, slots=True)
class Seen:
    """An execution as one answer shows it; `low` and `high` are when the service wrote that, on its clock.

    `whole` says that a settable property which is not there has no value; the public view leaves some out.
    """

    low: int
    high: int
    view: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...] | None
    whole: bool
    creates: bool

    @property
    def status(self) -> str:
        """The status, or an empty text."""
        status = self.view.get("status")
        return status if isinstance(status, str) else ""


@dataclass(slots=True)
class Observed:
    """All that was seen of one execution, in order of time."""

    id: str
    api: ApiName
    seen: list[Seen]
    request: Mapping[str, Any] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    named: Mapping[str, str] = field(default_factory=dict)
    """By what an embed request named its workflow: `id`, `hashid` or `key`."""
    skew: int = 0
    """Milliseconds by which the service's clock is ahead of that of the recording."""


def observed(exchanges: Iterable[Exchange]) -> list[Observed]:
    """Return what is seen of each execution, in the order of first appearance."""
    journal = [seen for seen in exchanges if seen.ok and seen.judged]
    found: dict[str, Observed] = {}
    for history in histories(journal):
        skew = _skew(history.creation, history.observations[0].execution)
        seen = [
            Seen(
                _ms(one.seen.sent) + skew,
                _ms(one.seen.received) + skew,
                one.execution,
                one.events if one.events or one.view != "create" else None,
                one.private,
                one.view == "create",
            )
            for one in history.observations
        ]
        found[history.id] = Observed(history.id, "executions", seen, _body(history.creation), skew=skew)
    for exchange in journal:
        _embedded(exchange, found)
    for one in found.values():
        one.seen.sort(key=lambda seen: seen.low)
    _requests(journal, found)
    return list(found.values())


def instant_of(value: Any) -> int | None:
    """Return milliseconds since 1970 of a service's text, None for what is no instant."""
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except DurationError:
        return None


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _skew(creation: Exchange | None, view: Mapping[str, Any]) -> int:
    """Return how far the service's clock is ahead of the recording's, as the creation shows it."""
    created = instant_of(view.get("createdAt") or view.get("created_at_utc"))
    if creation is None or created is None:
        return 0
    low, high = _ms(creation.sent) - 1_000, _ms(creation.received) + 1_000
    return 0 if low <= created <= high else created - _ms(creation.sent)


def _body(creation: Exchange | None) -> Mapping[str, Any]:
    body = json_of(creation.request.body) if creation else None
    return body if isinstance(body, dict) else {}


def _embedded(seen: Exchange, found: dict[str, Observed]) -> None:
    """Add an execution of the embed API: the answer to execute, or to a read of any path."""
    view = seen.json
    if not isinstance(view, dict) or view.get("object") != "execution":
        return
    name, creates = view.get("id"), seen.operation == EXECUTE
    if not isinstance(name, str) or not (creates or seen.request.method == "GET"):
        return
    one = found.setdefault(name, Observed(name, "embed", []))
    if creates:
        one.request = _body(seen)
        kind = one.request.get("id_type", "id")
        one.named = {str(kind): unquote(urlsplit(seen.request.url).path.rstrip("/").split("/")[-2])}
        skew = _skew(seen, view)
        # Its texts have whole seconds.
        one.skew = 0 if abs(skew) < 2_000 else skew
    low, high = _ms(seen.sent) + one.skew, _ms(seen.received) + one.skew
    one.seen.append(Seen(low, high, view, None, True, creates))


def _requests(journal: Iterable[Exchange], found: Mapping[str, Observed]) -> None:
    """Add what clients sent to executions besides reading them."""
    runs = {str(seen.view.get("runId")): one for one in found.values() for seen in one.seen[-1:]}
    for exchange in journal:
        if exchange.operation or exchange.request.method in ("GET", "HEAD", "OPTIONS"):
            continue
        parts = [unquote(part) for part in urlsplit(exchange.request.url).path.split("/")]
        one = next((hit for part in parts if (hit := found.get(part) or runs.get(part))), None)
        sent = _sent(exchange, parts) if one else None
        if one and sent:
            shifted = sent._replace(sent=sent.sent + one.skew, received=sent.received + one.skew)
            one.sent.append(shifted)
    for one in found.values():
        one.sent.sort(key=lambda sent: sent.sent)


def _sent(exchange: Exchange, parts: list[str]) -> Sent | None:
    body = json_of(exchange.request.body)
    low, high = _ms(exchange.sent), _ms(exchange.received)
    if _CONTROL_SIGNAL.search(exchange.request.url) and isinstance(body, dict):
        name = str(body.get("signal"))
        return Sent(name, body.get("payload"), low, high, 0) if _NAME.fullmatch(name) else None
    name = parts[-1] if _NAME.fullmatch(parts[-1]) else ""
    payload = body if isinstance(body, dict | list) and encode(body) != b"{}" else None
    return Sent(name, payload, low, high, _GRACE) if name else None
