"""What shipped YAML files hold, read once when the package is built or installed.

Reading YAML takes longer than all else that the server does before its first answer. A wheel, and a source
tree that was installed for editing, therefore carry one JSON file with what the YAML files hold. Each is
kept under the digest of its text and of the code that reads it, so whatever was changed since, or is not
shipped, is simply not found, and read as YAML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

__all__ = ["FILE", "Kind", "name_of", "prepared"]

FILE = "_data/prepared.json"
_READERS = ("yaml_marks.py", "yaml_scalars.py", "yaml_spots.py")
Kind = Literal["contract", "scenario"]
"""Who reads a text: the two read YAML by different rules."""


def name_of(kind: Kind, text: bytes) -> str:
    """Return the name that a text's data is kept under."""
    return f"{kind}:{blake2b(text, digest_size=16, key=_readers()).hexdigest()}"


@lru_cache(maxsize=1)
def _readers() -> bytes:
    """Return a digest of the code that decides what a text holds."""
    digest = blake2b(digest_size=16)
    for name in _READERS:
        path = Path(__file__).with_name(name)
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.digest()


def prepared(kind: Kind, text: bytes) -> Any:
    """Return what a YAML text holds, or None if that was not prepared.

    The value is shared: it must not be changed.
    """
    known = _known()
    return known.get(name_of(kind, text)) if known else None


@lru_cache(maxsize=1)
def _known() -> Mapping[str, Any]:
    path = Path(__file__).parents[1] / FILE
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    # Not orjson: it would round integers beyond 64 bits.
    found: Mapping[str, Any] = json.loads(text)
    return found
