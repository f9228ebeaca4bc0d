"""Checks of the target before a run: does it answer, is it the API, does it accept the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from execmock.errors import ExecmockError
from execmock.verify.exchange import Exchange
from execmock.verify.requests import LIST, Requests

if TYPE_CHECKING:
    from execmock.settings import VerifySettings
    from execmock.verify.client import Client
    from execmock.verify.target_clock import TargetClock

__all__ = ["Unreachable", "check_target"]

_ATTEMPTS = 2


class Unreachable(ExecmockError):  # noqa: N818 - what is wrong is the target
    """The target does not answer, is not the API, or refuses the key."""


async def check_target(
    client: Client, requests: Requests, clock: TargetClock, options: VerifySettings
) -> None:
    """Ask for one page with each key; Unreachable says in a sentence why the target cannot be judged."""
    for identity, option in (("a", "token"), ("b", "token_b"), ("read", "token_read")):
        if identity in clock.keys:
            request = requests.request(LIST, key=clock.keys[identity], query={"limit": 1})
            for _ in range(_ATTEMPTS):
                seen = await client.send(
                    request, probe="preflight", label=identity, operation=LIST, identity=identity, valid=True
                )
                if seen.status:
                    break
            _judge(seen, options.url, options.named(option))


def _judge(seen: Exchange, url: str, option: str) -> None:
    if not seen.status:
        raise Unreachable(f"{url} does not answer: {seen.lost}")
    if seen.status in (401, 403):
        raise Unreachable(f"{url} refuses the key of {option} with {seen.status}: {_excerpt(seen)}")
    kind = seen.header("content-type").partition(";")[0].strip().lower()
    if kind == "text/html" or seen.body.lstrip()[:1] == b"<":
        raise Unreachable(
            f"{url} answers with a web page (status {seen.status}, {kind or 'no content type'}), not with the"
            " executions API; is the address right?"
        )
    if seen.throttled:
        raise Unreachable(f"{url} kept answering {seen.status}, even after the waits that it asked for")
    if 300 <= seen.status < 400:
        raise Unreachable(
            f"{url} redirects to {seen.header('location') or 'nowhere'}; give that address instead"
        )
    if seen.status == 404 and not isinstance(seen.json, dict):
        raise Unreachable(f"{url} has no path {seen.request.url.removeprefix(url)}; is the address right?")


def _excerpt(seen: Exchange) -> str:
    message = seen.at("/message")
    return message if isinstance(message, str) else seen.text(80)
