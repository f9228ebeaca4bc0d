"""What stands between the judge and a service, as answers show it: limits of the rate, caches, gateways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from execmock.verify.asking_again import is_a_gateways
from execmock.verify.exchange import Exchange

if TYPE_CHECKING:
    from execmock.settings import VerifySettings

__all__ = ["between"]

_CACHES = ("x-cache", "x-cache-status", "x-proxy-cache", "cf-cache-status", "cache-status")


def between(journal: Iterable[Exchange], options: VerifySettings) -> Iterator[str]:
    """Yield what may explain findings without the service being wrong, each with what to do about it."""
    journal = tuple(journal)
    if throttled := [seen for seen in journal if seen.throttled]:
        lower = "a lower --rate than that of this run" if options.rate else "--rate, such as --rate 10/s,"
        said = f"{_answers(throttled)} asked to come back later ({throttled[0].status})"
        yield f"{said}: {lower} spares the service"
    if cached := [seen for seen in journal if _cached(seen)]:
        yield (
            f"{_answers(cached)} came from a cache ({_cached(cached[0])}), so what is found may be old: judge"
            " the service behind it, or have it cache nothing of this API"
        )
    if foreign := [seen for seen in journal if _foreign(seen)]:
        yield (
            f"{_answers(foreign)} look like a gateway's, not the service's ({_looks(foreign[0])}): judge the"
            " service behind it, or give with --header what the gateway asks for"
        )


def _answers(seen: Sequence[Exchange]) -> str:
    return f"{len(seen)} answers" if len(seen) > 1 else "1 answer"


def _cached(seen: Exchange) -> str:
    """Return the header by which an answer says that a cache gave it, or nothing."""
    age = seen.header("age")
    if age.isdecimal() and age.strip("0"):
        return f"Age: {age[:10]}"
    named = next((name for name in _CACHES if "hit" in seen.header(name).lower()), "")
    return f"{named}: {seen.header(named)[:40]}" if named else ""


def _foreign(seen: Exchange) -> bool:
    """Whether a plain request was refused in words that are not the API's."""
    refused = seen.valid and seen.status >= 400 and bool(seen.body) and not seen.throttled
    return is_a_gateways(seen) or (refused and not seen.unread and not isinstance(seen.json, dict | list))


def _looks(seen: Exchange) -> str:
    server = seen.header("server")[:40]
    kind = seen.header("content-type").partition(";")[0][:40] or "no content type"
    return f"{seen.status}, {kind}" + (f", server: {server}" if server else "")
