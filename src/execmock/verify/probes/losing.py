"""A probe of what got no answer: was it the request, or the way to the service?"""

from __future__ import annotations

from execmock.verify.exchange import Exchange, Request
from execmock.verify.probe import probe
from execmock.verify.requests import GET, LIST
from execmock.verify.session import Session

__all__ = ["losing"]

_MOST = 10
_LARGEST_BODY = 1 << 14
_LONGEST_HEAD = 4_096


@probe("losing", needs="", turn="last")
async def losing(session: Session) -> None:
    """Send again what was lost, one of each kind, and a plain request before each: nothing where nothing was.

    Not what a server may close the connection for: large bodies, long heads, expectations; nor what was slow.
    """
    kinds: dict[str, Exchange] = {}
    for seen in session.so_far:
        if not seen.status and not seen.again and not seen.timed_out and _bearable(seen.request):
            kinds.setdefault(f"{seen.probe}/{seen.label}", seen)
    answered = next((seen for seen in session.so_far if seen.ok and seen.operation in (GET, LIST)), None)
    if answered is None:
        return
    for name, seen in tuple(kinds.items())[:_MOST]:
        if (await _again(session, f"plain/{name}", answered)).status:
            await _again(session, f"lost/{name}", seen)


async def _again(session: Session, label: str, seen: Exchange) -> Exchange:
    return await session.send(
        seen.request, label, operation=seen.operation, identity=seen.identity, valid=seen.valid
    )


def _bearable(request: Request) -> bool:
    head = len(request.url) + sum(map(len, request.headers.values()))
    return len(request.body) <= _LARGEST_BODY and head <= _LONGEST_HEAD and "Expect" not in request.headers
