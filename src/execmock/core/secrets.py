"""Finds keys and tokens in any text, also percent-encoded or escaped, and writes what stands for them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from execmock.core.bounded_cache import BoundedCache

__all__ = ["HIDDEN", "SHORTEST", "KnownSecrets", "replaced_in", "without_secrets"]

HIDDEN = "***"
SHORTEST = 6
"""Characters of a secret that can be told from a word."""
_MOST_KEYS = 2_000
_MOST_TOKENS = 20_000
_FEW = 32
_LONGEST_LOOKED_AT = 4_096
_USER = re.compile(r"(?<=//)[^/:\s@\"'<>]*:[^/\s@\"'<>]*@")
"""User name and password in an address; the name has no colon, or each colon would be tried as its end."""
_RUN = re.compile(r"[A-Za-z0-9_-]{43,}")
"""What may hold a client token."""
_ENCODED = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_ESCAPE = re.compile(r"\\u00([0-7][0-9a-fA-F])")
_DECODINGS = 3
_TOKEN_LENGTH = 43


class KnownSecrets:
    """The keys and client tokens that a server knows, the latest of each."""

    def __init__(self) -> None:
        self._keys: deque[str] = deque(maxlen=_MOST_KEYS)
        self._known: BoundedCache[str, bool] = BoundedCache(_MOST_KEYS)
        self._heads: set[str] = set()
        self._tokens: BoundedCache[str, bool] = BoundedCache(_MOST_TOKENS)

    def add_key(self, key: str) -> None:
        """Take note of a key, unless it is so short that it stands in words."""
        if len(key) < SHORTEST or self._known.get(key):
            return
        self._known.keep(key, True)
        self._keys.append(key)
        self._heads = {known[:SHORTEST] for known in self._keys}

    def add_token(self, token: str) -> None:
        """Take note of a client token."""
        self._tokens.keep(token, True)

    def found_in(self, text: str) -> set[str]:
        """Return the secrets that a text holds in any form."""
        found: set[str] = set()
        for form in _forms(text):
            found.update(self._keys_in(form))
            found.update(self._tokens_in(form))
        return found

    def hide(self, text: str, others: Collection[str] = ()) -> str:
        """Return a text without the secrets that are known, `others`, and user names in addresses."""
        return without_secrets(text, dict.fromkeys([*self.found_in(text), *others], HIDDEN))

    def hidden(self, value: Any, others: Collection[str] = ()) -> Any:
        """Return JSON-like data with every secret in its texts replaced."""
        return replaced_in(value, lambda text: self.hide(text, others))

    def _keys_in(self, text: str) -> Iterable[str]:
        keys = self._keys
        if len(keys) > _FEW and len(text) <= _LONGEST_LOOKED_AT:
            # By their beginnings, so that thousands take no longer than a few.
            beginnings = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
            heads = beginnings & self._heads
            return [key for key in keys if key[:SHORTEST] in heads and key in text] if heads else ()
        return [key for key in keys if key in text]

    def _tokens_in(self, text: str) -> Iterable[str]:
        if len(text) < _TOKEN_LENGTH or not len(self._tokens):
            return
        for run in _RUN.findall(text):
            for at in range(min(len(run), _LONGEST_LOOKED_AT) - _TOKEN_LENGTH + 1):
                word = run[at : at + _TOKEN_LENGTH]
                if self._tokens.get(word):
                    yield word


def without_secrets(text: str, shown: Mapping[str, str]) -> str:
    """Return a text with something in the place of each secret, in whatever form it stands there.

    What stands for a user name and a password in an address is `***`.
    """
    if "@" in text:
        text = _USER.sub(f"{HIDDEN}@", text)
    forms = _forms(text)
    there = [secret for secret in shown if any(secret in form for form in forms)]
    for secret in sorted(there, key=len, reverse=True):
        text = text.replace(secret, shown[secret])
        if len(forms) > 1:
            text = _pattern(secret).sub(partial(_replaced, shown[secret]), text)
    return text


def replaced_in(value: Any, replace: Callable[[str], str]) -> Any:
    """Return JSON-like data with each of its texts, names too, replaced by another."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, Mapping):
        return {replace(name): replaced_in(inner, replace) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [replaced_in(inner, replace) for inner in value]
    return value


def _replaced(shown: str, found: re.Match[str]) -> str:
    return shown


def _forms(text: str) -> list[str]:
    """Return a text and what it says once its percent-encoding, up to three times, or escapes are undone."""
    forms = [text]
    while "%" in forms[-1] and len(forms) <= _DECODINGS:
        plain = _ENCODED.sub(_decoded, forms[-1])
        if plain == forms[-1]:
            break
        forms.append(plain)
    if "\\u00" in text:
        forms.append(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text))
    return forms


def _decoded(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "surrogateescape")


@lru_cache(maxsize=1024)
def _pattern(secret: str) -> re.Pattern[str]:
    """Return what finds a secret of which any character may be encoded or escaped."""
    return re.compile("".join(map(_any_form, secret)))


def _any_form(character: str) -> str:
    encoded = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    escaped = f"|\\\\u{ord(character):04x}" if ord(character) < 0x10000 else ""
    return f"(?:{re.escape(character)}|(?i:{encoded}{escaped}))"
