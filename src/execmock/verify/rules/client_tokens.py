"""Rules on how client tokens are made: nothing that others can see leads to one."""

from __future__ import annotations

import hashlib
from base64 import b32encode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator

from execmock.verify.equality import instant
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.requests import CREATE
from execmock.verify.rule import Check, Rules, check

_TOKEN = "/data/clientToken"  # noqa: S105 - a JSON pointer
_ENOUGH = 8
_MOST = 100
_LEAST_VARYING = 11  # of 6 bits each, 66 bits: what a search over the network does not reach
_TELLING = 16
_DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b")

_TOKENS = Rules("public", CREATE, probes="public basics concurrent", at="responses/200", tags="token")


@_TOKENS.expected(
    "token-unpredictable",
    "A client token does not follow from the execution that it opens, the time or a counter.",
    under="public.token-opaque",
)
def token_unpredictable(evidence: Evidence) -> Iterator[Check]:
    """Compared with hashes and encodings of what the execution shows, and with other tokens of its length.

    A signed token may hold what it opens: its signature differs in many places.
    """
    made: defaultdict[tuple[int, str], dict[str, Exchange]] = defaultdict(dict)
    for seen in evidence.ok_creates():
        token = seen.at(_TOKEN)
        if isinstance(token, str) and token:
            minute = str(seen.at("/data/execution/createdAt"))[:16]  # over a day a clock differs in more
            made[len(token), minute].setdefault(token, seen)
    for group in made.values():
        for token, seen in tuple(group.items())[:_MOST]:
            origin = _origin(token, seen)
            yield check(not origin, seen, "a token that is made of nothing else", origin, at=_TOKEN)
        if len(group) >= _ENOUGH:
            yield _judge_varying(group)


def _judge_varying(group: dict[str, Exchange]) -> Check:
    """Judge in how many places the tokens of one length differ."""
    varying = sum(len(set(letters)) > 1 for letters in zip(*group, strict=True))
    first, last = next(iter(group.values())), tuple(group.values())[-1]
    wanted = f"tokens that differ from each other in at least {_LEAST_VARYING} places"
    said = f"{len(group)} tokens that differ in {varying}"
    return check(varying >= _LEAST_VARYING, last, wanted, said, at=_TOKEN, chain=(first,))


def _origin(token: str, seen: Exchange) -> str:
    """Return what a token is made of, or an empty text."""
    folded = token.lower()
    for name, value in _visible(seen):
        data = value.encode("utf-8", "replace")
        for way in _DIGESTS:
            digest = hashlib.new(way, data, usedforsecurity=False).digest()
            if digest.hex()[:_TELLING] in folded or _base64(digest)[:_TELLING] in token:
                return f"the {way} of {name}"
        if any(token == form or _ends_with(token, form) for form in _encodings(data)):
            return f"{name}, encoded"
    return ""


def _ends_with(token: str, form: str) -> bool:
    """Whether a token is a prefix and that form, which is long enough not to be there by chance."""
    return len(form) >= _TELLING and token.endswith(f"_{form}")


def _visible(seen: Exchange) -> Iterator[tuple[str, str]]:
    execution = seen.at("/data/execution")
    for name, value in execution.items() if isinstance(execution, dict) else ():
        if isinstance(value, str) and value:
            yield name, value
            if (moment := instant(value)) is not None:
                yield name, str(moment)
                yield name, str(moment // 1000)


def _encodings(data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "replace")[::-1]
    yield data.hex()
    yield _base64(data)
    yield b32encode(data).decode().rstrip("=").lower()


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
