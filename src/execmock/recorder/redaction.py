"""Replaces what names people or opens doors by made-up values: the same value by the same one, everywhere.

Values are numbered, not hashed: a hash of a name is found by trying names. What has the form of a replacement
stays, so that a recording of a replay is redacted to the same text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from execmock.core.json_text import encode
from execmock.recorder.exchanges import json_of
from execmock.verify.exchange import Exchange
from execmock.verify.reader import NOT_JSON

__all__ = ["Redaction"]

_KINDS: Sequence[tuple[str, re.Pattern[str]]] = (
    (
        "secret",
        re.compile(
            r"auth|cookie|token|secret|passw|passphrase|api_?key|private_?key|credential|session|signature"
            r"|^pin$|^otp$|^cvc$|^cvv$"
        ),
    ),
    ("mail", re.compile(r"e?_?mail(_?address)?$")),
    ("phone", re.compile(r"phone|mobile|^fax$")),
    ("account", re.compile(r"^iban$|^bic$|card_?number|account_?number|^ssn$|tax_?id|passport|birth")),
    ("address", re.compile(r"street|address|postal|^zip|^city$|latitude|longitude|^ip$|ip_?address")),
    (
        "name",
        re.compile(
            r"(^|_)(first|last|full|family|given|middle|maiden|user|sur|nick|display|customer|contact|company)_?names?$"
            r"|^name$|^(by|customer|author|approver|reviewer|assignee|recipient|sender|owner|approved_?by|user)$"
            r"|_by$"
        ),
    ),
)
"""What the names of properties in free-form values say of their texts; `firstName` is `first_name`."""

_PATTERNS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("mail", re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")),
    ("secret", re.compile(r"\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,4000}\.[A-Za-z0-9_-]{0,4000}")),
    ("secret", re.compile(r"\b(?:b3sk|sk|pk|rk|ghp|gho|xox[abp]|AKIA|whsec)[_-]?[A-Za-z0-9_-]{12,200}")),
    ("secret", re.compile(r"(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{8,4000}")),
    ("account", re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b")),
    ("account", re.compile(r"\b[0-9]{4}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{1,7}\b")),
)
_FORMS: Mapping[str, str] = {
    "secret": "secret-{}",
    "mail": "person-{}@example.com",
    "phone": "phone-{}",
    "account": "account-{}",
    "address": "address-{}",
    "name": "Name {}",
    "named": "value-{}",
}
_REPLACED = re.compile(
    r"(?:secret-|phone-|account-|address-|Name |value-)[0-9]{1,9}|person-[0-9]{1,9}@example\.com"
)
_WORDS: Mapping[str, tuple[str, str]] = {
    "secret": ("secret", "secrets"),
    "mail": ("mail address", "mail addresses"),
    "phone": ("telephone number", "telephone numbers"),
    "account": ("number of an account, a card or a person", "numbers of accounts, cards or persons"),
    "address": ("address", "addresses"),
    "name": ("name", "names"),
    "named": ("value named by --redact", "values named by --redact"),
}
_FREE = frozenset(
    ("requestPayload", "responsePayload", "clientSafeMetadata", "data", "execution_data", "log", "payload")
)
"""Properties of the contract under which a service and its clients say what they like."""
_TEXTS = frozenset(("title", "message", "statusReason", "externalRef", "sourceEntityId", "clientToken"))
"""Properties of the contract that hold texts for people, or what a client has chosen."""
_SHORTEST = 3
_LONGEST = 1_000  # characters of what is found also inside of other texts
_MOST_WORDS = 5_000


class Redaction:
    """Replaces in any number of values; `more` are names of properties, or pointers such as `/data/iban`."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        named = list(more)
        self._names = frozenset(name.lower() for name in named if not name.startswith("/"))
        self._pointers = tuple(f"{name}/" for name in named if name.startswith("/"))
        self._known: dict[str, tuple[str, str]] = {}
        self._numbers: Counter[str] = Counter()

    def exchanges(self, seen: Sequence[Exchange]) -> list[Exchange]:
        """Return exchanges in which everything is replaced that is found in any of them."""
        bodies = [json_of(exchange.request.body) for exchange in seen]
        for exchange, body in zip(seen, bodies, strict=True):
            self._find(body, (), free=not exchange.operation)
            self._find(exchange.json, (), free=False)
        # Longest first, so that a full name goes before a first name.
        inside = (word for word in self._known if _SHORTEST <= len(word) <= _LONGEST)
        words = sorted(inside, key=lambda word: (-len(word), word))[:_MOST_WORDS]
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?!\w)")
        return [self._exchange(*pair, pattern) for pair in zip(seen, bodies, strict=True)]

    @property
    def report(self) -> Sequence[str]:
        """How many values were replaced, by kind; never a value."""
        counts = Counter(kind for kind, _ in self._known.values())
        return [
            f"{counts[kind]} {plural if counts[kind] > 1 else single}"
            for kind, (single, plural) in _WORDS.items()
            if counts[kind]
        ]

    def _exchange(self, seen: Exchange, body: Any, words: re.Pattern[str]) -> Exchange:
        json = self._rewritten(seen.json, words, (), free=False)
        sent = b"" if body is NOT_JSON else encode(self._rewritten(body, words, (), free=not seen.operation))
        return replace(seen, json=json, body=b"", request=replace(seen.request, headers={}, body=sent))

    def _rewritten(self, value: Any, words: re.Pattern[str], path: tuple[str, ...], *, free: bool) -> Any:
        if isinstance(value, dict):
            return {
                name: self._rewritten(inner, words, (*path, name), free=_is_free(name, path, free))
                for name, inner in value.items()
            }
        if isinstance(value, list):
            inner = enumerate(value)
            return [self._rewritten(item, words, (*path, str(n)), free=free) for n, item in inner]
        named = self._named(path)
        if isinstance(value, int | float) and named and not isinstance(value, bool):
            return 0
        if not isinstance(value, str) or not (free or named or _is_text(path)):
            return value
        whole = self._known.get(value)
        return whole[1] if whole else words.sub(lambda found: self._known[found[0]][1], value)

    def _find(self, value: Any, path: tuple[str, ...], *, free: bool) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                self._find(inner, (*path, name), free=_is_free(name, path, free))
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                self._find(inner, (*path, str(number)), free=free)
        elif isinstance(value, str):
            kind = self._kind(path, free=free)
            if kind:
                self._replace(kind, value)
            elif free or _is_text(path):
                for kind, pattern in _PATTERNS:
                    for found in pattern.finditer(value):
                        self._replace(kind, found[0])

    def _kind(self, path: tuple[str, ...], *, free: bool) -> str:
        if self._named(path):
            return "named"
        name = next((part for part in reversed(path) if not part.isdigit()), "")
        if not free:
            return ""
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
        return next((kind for kind, pattern in _KINDS if pattern.search(plain)), "")

    def _named(self, path: tuple[str, ...]) -> bool:
        if self._names and any(part.lower() in self._names for part in path):
            return True
        if not self._pointers:
            return False
        pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in ("", *path, ""))
        return any(named in pointer for named in self._pointers)

    def _replace(self, kind: str, text: str) -> None:
        short = len(text) < (1 if kind == "named" else _SHORTEST)
        if text in self._known or short or _REPLACED.fullmatch(text):
            return
        self._numbers[kind] += 1
        self._known[text] = (kind, _FORMS[kind].format(self._numbers[kind]))


def _is_text(path: tuple[str, ...]) -> bool:
    return bool(path) and path[-1] in _TEXTS


def _is_free(name: str, path: tuple[str, ...], free: bool) -> bool:
    # The envelope has a member `data` too, at the top.
    return free or (name in _FREE and (name != "data" or bool(path)))
