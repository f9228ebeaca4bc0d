"""What kind of file a YAML file is, told by its top-level keys: also where it cannot be read as YAML."""

from __future__ import annotations

import json
import re
from typing import Literal

from execmock.errors import closest

__all__ = ["FIRST_KEYS", "FileKind", "kind_of"]

FileKind = Literal["scenario", "world", "faults", "contract", "configuration"]

_BY_KEY: dict[str, FileKind] = {
    "scenario": "scenario",
    "world": "world",
    "faults": "faults",
    "openapi": "contract",
    "serve": "configuration",
    "verify": "configuration",
}
FIRST_KEYS = tuple(_BY_KEY)
"""The keys that tell what a file is."""

_BESIDE = {"scenario": "steps", "world": "sandboxes"}
"""A key that a file has besides, by which one is known whose first key is misspelt."""

_KEY = re.compile(r"^(?:\{[ \t]*)?([\"']?)([A-Za-z][\w-]{0,99})\1[ \t]*:(?=\s|$)", re.MULTILINE)


def kind_of(text: str) -> FileKind | None:
    """Return the kind of a file of execmock that a text is; None for a text that is none."""
    keys = _keys(text)
    for key in keys:
        if key in _BY_KEY:
            return _BY_KEY[key]
    for name, other in _BESIDE.items():
        if other in keys and any(closest(key, [name]) for key in keys):
            return _BY_KEY[name]
    return None


def _keys(text: str) -> list[str]:
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        data = None
    return [*data] if isinstance(data, dict) else [found[2] for found in _KEY.finditer(text)]
