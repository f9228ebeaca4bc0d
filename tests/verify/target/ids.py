"""Ids, tokens and UUIDs drawn from a seed: the same requests in the same order give the same ids."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from datetime import datetime
from uuid import UUID


class Ids:
    """Draws from SHA-256 of the seed, the kind of thing and a counter of that kind."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._drawn: Counter[str] = Counter()

    def draw(self, kind: str) -> bytes:
        """Return 32 bytes, others at each call."""
        self._drawn[kind] += 1
        return digest(self.seed, kind, self._drawn[kind])

    def xid(self, prefix: str, at: datetime) -> str:
        """Return `prefix_` and 20 characters of base32hex that sort by second."""
        return f"{prefix}_{base32hex(int(at.timestamp()).to_bytes(4, 'big') + self.draw(prefix)[:8])}"

    def token(self) -> str:
        """Return 43 URL-safe characters that nobody guesses."""
        return base64.urlsafe_b64encode(self.draw("token")).decode().rstrip("=")

    def uuid7(self, at: datetime) -> str:
        """Return a UUIDv7 whose time is `at`, in milliseconds."""
        drawn = int.from_bytes(self.draw("uuid")[:10], "big")
        value = milliseconds(at) << 80 | 0x7 << 76 | (drawn >> 64 & 0xFFF) << 64
        return str(UUID(int=value | 0b10 << 62 | drawn & (1 << 62) - 1))

    def hashid(self) -> str:
        """Return 5 lower-case letters and digits."""
        return base32hex(self.draw("hashid"))[:5]


def digest(*parts: object) -> bytes:
    """Return the SHA-256 of the parts' texts."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()


def base32hex(data: bytes) -> str:
    """Return lower-case base32hex without padding."""
    return base64.b32hexencode(data).decode().rstrip("=").lower()


def milliseconds(at: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return int(at.timestamp()) * 1000 + at.microsecond // 1000
