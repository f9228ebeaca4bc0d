"""Identifiers as pure functions of a secret root and a label: unguessable, repeatable under a seed.

The public form is the vendor's: a prefix and 20 characters of lower-case base32hex, an xid,
whose first four bytes are the second of creation, so that ids sort by time.
"""

from __future__ import annotations

from binascii import b2a_base64
from hashlib import blake2b

__all__ = [
    "client_token",
    "derive",
    "draw",
    "hashid",
    "sandbox_tag",
    "uuid7",
    "xid",
    "xid_tag",
]

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_BASE32HEX = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = [first + second for first in _BASE32HEX for second in _BASE32HEX]
_HASHID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def derive(root: bytes, *labels: object, size: int = 16) -> bytes:
    """Return `size` bytes (at most 64) that only the holder of `root` can tell for these labels."""
    try:
        text = "\x1f".join(labels)  # type: ignore[arg-type] # they nearly always are texts
    except TypeError:
        text = "\x1f".join(map(str, labels))
    return blake2b(text.encode("utf-8", "surrogatepass"), key=root, digest_size=size).digest()


def draw(root: bytes, *labels: object) -> float:
    """Return a number in [0, 1), always the same for the same root and labels."""
    return (int.from_bytes(derive(root, *labels, size=8), "big") >> 11) / (1 << 53)


def sandbox_tag(sandbox: str) -> bytes:
    """Return the five bytes that every xid of a sandbox carries, so that an id leads back to it."""
    return blake2b(sandbox.encode(), digest_size=5).digest()


def xid(second: int, tag: bytes, number: int) -> str:
    """Return 20 characters for a second since 1970, a five-byte tag and a number (24 bits count)."""
    return _head(second, tag) + _tail(tag, number)


def _head(second: int, tag: bytes) -> str:
    bits = (second & 0xFFFFFFFF) << 38 | int.from_bytes(tag, "big") >> 2
    pairs = _PAIRS
    return (
        f"{pairs[bits >> 60 & 1023]}{pairs[bits >> 50 & 1023]}{pairs[bits >> 40 & 1023]}"
        f"{pairs[bits >> 30 & 1023]}{pairs[bits >> 20 & 1023]}{pairs[bits >> 10 & 1023]}{pairs[bits & 1023]}"
    )


def _tail(tag: bytes, number: int) -> str:
    # 96 bits make 19 characters and one bit; the last character carries that bit and four zeros.
    bits = (tag[4] << 24 | number & 0xFFFFFF) << 4
    return _PAIRS[bits >> 20 & 1023] + _PAIRS[bits >> 10 & 1023] + _PAIRS[bits & 1023]


def xid_tag(text: str) -> bytes | None:
    """Return the five-byte tag of an xid, or None if the text is not one."""
    if len(text) != 20 or not text.isalnum():
        return None
    try:
        bits = int(text, 32)
    except ValueError:
        return None
    return (bits >> 28 & 0xFF_FFFF_FFFF).to_bytes(5, "big")


def client_token(root: bytes, execution_id: str) -> str:
    """Return the opaque, URL-safe token (43 characters) that opens one execution's public view."""
    made = b2a_base64(derive(root, "client-token", execution_id, size=32), newline=False)
    return made.translate(_URL_SAFE, b"=").decode("ascii")


def uuid7(milliseconds: int, random: bytes) -> str:
    """Return a version 7 UUID for an instant and ten random bytes (RFC 9562, section 5.7)."""
    raw = bytearray(milliseconds.to_bytes(6, "big") + random[:10])
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def hashid(random: bytes) -> str:
    """Return five lower-case letters and digits."""
    return "".join([_HASHID_ALPHABET[byte % 36] for byte in random[:5]])
