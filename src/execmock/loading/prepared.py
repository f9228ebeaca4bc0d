"""What shipped YAML files hold, read once when the wheel is built.

Reading YAML takes a third of the time that the server needs to start. The wheel therefore carries one
JSON file with what its YAML files hold, each under the digest of its text: a text that was changed, or
that is not shipped, is simply not found. A source tree has no such file and reads YAML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

__all__ = ["FILE", "Kind", "name_of", "prepared"]

FILE = "_data/prepared.json"
Kind = Literal["contract", "scenario"]
"""Who reads a text: the two read YAML by different rules."""


def name_of(kind: Kind, text: bytes) -> str:
    """Return the name that a text's data is kept under."""
    return f"{kind}:{blake2b(text, digest_size=16).hexdigest()}"


def prepared(kind: Kind, text: bytes) -> Any:
    """Return what a YAML text holds, or None if that was not prepared.

    The value is shared: it must not be changed.
    """
    known = _known()
    return known.get(name_of(kind, text)) if known else None


@lru_cache(maxsize=1)
def _known() -> Mapping[str, Any]:
    path = Path(str(files("execmock"))) / FILE
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    # Not orjson: it would round integers beyond 64 bits.
    found: Mapping[str, Any] = json.loads(text)
    return found
