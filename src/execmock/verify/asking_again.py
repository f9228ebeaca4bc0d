"""Which answers may come from the way to a service, and not from it: they are asked for again."""

from __future__ import annotations

from execmock.verify.exchange import Exchange

__all__ = ["TIMES", "Doubts", "is_a_gateways", "is_of_the_api"]

TIMES = 2
"""How often a request is sent again for such an answer."""
_GATEWAY = frozenset({502, 503, 504, *range(520, 528), 530})
_OWN_MEMBERS = frozenset({"code", "message", "requestId"})
_LARGE = 1 << 19


class Doubts:
    """Tells which answers decide nothing yet; remembers which keys worked."""

    def __init__(self) -> None:
        self._worked: set[str] = set()

    def about(self, seen: Exchange) -> bool:
        """Whether an answer may be a gateway's, a reset of the network, or a refusal of a key that works."""
        if seen.ok:
            self._worked.add(seen.identity)
            return False
        if not seen.status:
            return not seen.timed_out and len(seen.request.body) < _LARGE
        if seen.status == 401:
            return seen.identity in self._worked and seen.identity != "none"
        return is_a_gateways(seen)


def is_a_gateways(seen: Exchange) -> bool:
    """Whether an answer says that a gateway did not reach the service, in words that are not the API's."""
    return seen.status in _GATEWAY and not is_of_the_api(seen)


def is_of_the_api(seen: Exchange) -> bool:
    """Whether an answer has a member that all errors of the API have."""
    return isinstance(seen.json, dict) and not _OWN_MEMBERS.isdisjoint(seen.json)
