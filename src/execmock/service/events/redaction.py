"""Keeps keys and tokens out of what is shown: the journal, the stream."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from execmock.core.schema.violation import Violation

__all__ = ["HIDDEN", "hidden", "is_secret", "redacted_query", "secrets_of", "violations_without"]

HIDDEN = "***"
_SECRET_NAME = re.compile(r"auth|cookie|token|secret|passw|api[-_]?key|^key$|^x-execmock-key$", re.IGNORECASE)
_SHORTEST = 6


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
    return frozenset(part for part in found if len(part) >= _SHORTEST)


def hidden(value: Any, secrets: Collection[str]) -> Any:
    """Return JSON-like data with every secret in its texts replaced."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {hidden(name, secrets): hidden(inner, secrets) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(inner, secrets) for inner in value]
    return value


def redacted_query(query: str) -> str:
    """Return a query string with the values of secret parameters hidden."""
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, HIDDEN if is_secret(name) else value) for name, value in pairs], safe="*")


def violations_without(violations: Sequence[Violation]) -> list[Violation]:
    """Return violations that do not show what came where secrets stand."""
    return [
        violation._replace(received=HIDDEN)
        if is_secret(violation.where.rpartition("/")[2]) and not violation.missing
        else violation
        for violation in violations
    ]
