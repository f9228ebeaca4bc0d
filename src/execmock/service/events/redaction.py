"""Keeps keys and tokens out of what is shown: the journal, the stream.

What the kept secrets of headers gain (`bench/micro_gains.py`): once the journal is full, each request drops
another one, whose path is shown in the counts; without them a create takes 25 % more processor time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qsl, urlencode

from execmock.core.bounded_cache import BoundedCache
from execmock.core.schema.violation import Violation
from execmock.core.secrets import HIDDEN, SHORTEST, KnownSecrets
from execmock.service.refusals import Refusal

__all__ = [
    "HIDDEN",
    "SCHEMES",
    "is_plain",
    "is_secret",
    "known_secrets_of",
    "may_hold",
    "path_without_secrets",
    "query_without_secrets",
    "redacted_query",
    "refusal_without",
    "secrets_in",
    "secrets_of",
    "violations_without",
]

_SECRET_NAME = re.compile(r"auth|cookie|token|secret|passw|api[-_]?key|^key$|^x-execmock-key$", re.IGNORECASE)
_NAMED_TEXT = re.compile(r'"([^"\\]{1,80})":"([^"\\]{1,2000})"?')
_WORDED = "header/Authorization"
SCHEMES = frozenset({"basic", "bearer", "digest", "token"})
"""Words before a key in the header Authorization, which are no secrets."""
_LOOKED_AT = 2_000
"""Characters and values of what came, in which secrets are replaced before its first line is shown."""
_kept_secrets: BoundedCache[int, tuple[Mapping[str, str], frozenset[str]]] = BoundedCache(100)


def is_secret(name: str) -> bool:
    """Whether what a header or parameter of that name holds is never shown."""
    return _SECRET_NAME.search(name) is not None


def secrets_of(query: str, headers: Mapping[str, str]) -> frozenset[str]:
    """Return the secrets that a request came with, as far as they are long enough to be told from words."""
    # A page that was opened with a token in its address names that address in its requests.
    page = headers.get("Referer", "").partition("?")[2]
    pairs = [*parse_qsl(query), *parse_qsl(page), *headers.items()]
    # Authorization holds a scheme and a key, Cookie a row of names and values.
    found = {part for name, value in pairs if is_secret(name) for part in re.split(r"[\s;,=]+", value)}
    return frozenset(part for part in found if len(part) >= SHORTEST and part.lower() not in SCHEMES)


def secrets_in(value: Any) -> frozenset[str]:
    """Return what stands under the names of secrets in JSON-like data, or in the text of cut JSON."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            found.update(inner for name, inner in item.items() if isinstance(inner, str) and is_secret(name))
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
    if isinstance(value, str):
        found.update(text for name, text in _NAMED_TEXT.findall(value) if is_secret(name))
    return frozenset(text for text in found if len(text) >= SHORTEST)


def known_secrets_of(query: str, headers: Mapping[str, str]) -> frozenset[str]:
    """Return what `secrets_of` does, for headers that came before without a search."""
    if query and ("%" in query or _SECRET_NAME.search(query)):
        return secrets_of(query, headers)
    kept = _kept_secrets.get(id(headers))
    if kept is None or kept[0] is not headers:
        # Clients send the same headers again and again, and the fast path then gives the same mapping.
        kept = (headers, secrets_of("", headers))
        _kept_secrets.keep(id(headers), kept)
    return kept[1]


def path_without_secrets(path: str, query: str, headers: Mapping[str, str], known: KnownSecrets) -> str:
    """Return a path with every secret in it replaced that is known or that its request came with."""
    return known.hide(path, known_secrets_of(query, headers))


def may_hold(text: bytes, secrets: Collection[str], known: KnownSecrets) -> bool:
    """Whether JSON may hold a secret: to look is quicker than to replace it in all that is in there."""
    # Behind a backslash or a percent sign, letters may be written otherwise; an address may hold a password.
    if b"\\" in text or b"%" in text or b"@" in text:
        return True
    said = text.decode("utf-8", "surrogateescape")
    return any(secret in said for secret in secrets) or bool(known.found_in(said))


def is_plain(texts: Collection[str], query: str, headers: Mapping[str, str], known: KnownSecrets) -> bool:
    """Whether texts about a request, its query among them, hold no secret: to look once is quicker."""
    text = "\n".join(texts)
    if not text.isascii() or (query and _SECRET_NAME.search(query)):
        return False
    return not may_hold(text.encode(), known_secrets_of(query, headers), known)


def query_without_secrets(query: str, headers: Mapping[str, str], known: KnownSecrets) -> str:
    """Return a query with every secret in it replaced that is known or that its request came with."""
    if "%" not in query and not _SECRET_NAME.search(query):
        return path_without_secrets(query, "", headers, known)
    # Some clients part parameters by semicolons, so that one may stand in the value of another.
    query = query.replace(";", "&")
    secrets = secrets_of(query, headers)
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [
        (known.hide(name, secrets), HIDDEN if is_secret(name) else known.hide(value, secrets))
        for name, value in pairs
    ]
    return urlencode(shown, safe="*/:,@")


def redacted_query(query: str) -> str:
    """Return a query string with the values of secret parameters hidden."""
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, HIDDEN if is_secret(name) else value) for name, value in pairs], safe="*")


def violations_without(violations: Sequence[Violation]) -> list[Violation]:
    """Return violations that do not show what came where secrets stand.

    What is said of the header Authorization never repeats it.
    """
    return [
        violation._replace(received=HIDDEN)
        if is_secret(violation.where.rpartition("/")[2])
        and not violation.missing
        and violation.where != _WORDED
        else violation
        for violation in violations
    ]


def refusal_without(refusal: Refusal, query: str, headers: Mapping[str, str], known: KnownSecrets) -> Refusal:
    """Return a refusal that repeats no secret which is known or which its request came with."""
    if not refusal.violations:
        return refusal
    secrets = secrets_of(query, headers)
    violations = [
        violation._replace(
            received=violation.received if violation.missing else known.hidden(_begun(violation), secrets),
            where=known.hide(violation.where, secrets),
            hint=known.hide(violation.hint, secrets),
        )
        for violation in refusal.violations
    ]
    return Refusal(refusal.status, refusal.message, violations, refusal.headers)


def _begun(violation: Violation) -> Any:
    """Return what came, or its beginning where it is long: of a megabyte, no more than a line is shown."""
    return _beginning(violation.received, [_LOOKED_AT])


def _beginning(value: Any, room: list[int]) -> Any:
    room[0] -= 1
    if isinstance(value, str):
        text = value[: max(room[0], 1)]
        room[0] -= len(text)
        return text
    if isinstance(value, Mapping):
        taken = takewhile(lambda _: room[0] > 0, value.items())
        return {_beginning(name, room): _beginning(inner, room) for name, inner in taken}
    if isinstance(value, list | tuple):
        return [_beginning(inner, room) for inner in takewhile(lambda _: room[0] > 0, value)]
    return value
