"""Identifiers as pure functions of a secret root and a label: unguessable, repeatable under a seed.

The public form is the vendor's: a prefix and 20 characters of lower-case base32hex, an xid,
whose first four bytes are the second of creation, so that ids sort by time.
"""

from __future__ import annotations

from base64 import b32hexdecode, urlsafe_b64encode
from hashlib import blake2b

__all__ = ["client_token", "derive", "draw", "hashid", "sandbox_tag", "uuid7", "xid", "xid_tag"]

_BASE32HEX = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = [first + second for first in _BASE32HEX for second in _BASE32HEX]
_HASHID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def derive(root: bytes, *labels: object, size: int = 16) -> bytes:
    """Return `size` bytes (at most 64) that only the holder of `root` can tell for these labels."""
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
    raw = (second & 0xFFFFFFFF) << 64 | int.from_bytes(tag, "big") << 24 | number & 0xFFFFFF
    # 96 bits make 19 characters and one bit; the last character carries that bit and four zeros.
    bits = raw << 4
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(90, -1, -10)])


def xid_tag(text: str) -> bytes | None:
    """Return the five-byte tag of an xid, or None if the text is not one."""
    try:
        return b32hexdecode(text.upper() + "====")[4:9]
    except ValueError:
        return None


def client_token(root: bytes, execution_id: str) -> str:
    """Return the opaque, URL-safe token (43 characters) that opens one execution's public view."""
    return urlsafe_b64encode(derive(root, "client-token", execution_id, size=32)).decode("ascii").rstrip("=")


def uuid7(milliseconds: int, random: bytes) -> str:
    """Return a version 7 UUID for an instant and ten random bytes (RFC 9562, section 5.7)."""
    raw = bytearray(milliseconds.to_bytes(6, "big") + random[:10])
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def hashid(random: bytes) -> str:
    """Return five lower-case letters and digits."""
    return "".join(_HASHID_ALPHABET[byte % len(_HASHID_ALPHABET)] for byte in random[:5])
