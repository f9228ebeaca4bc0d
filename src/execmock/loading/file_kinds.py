"""What kind of file a YAML file is, told by its top-level keys: also where it cannot be read as YAML."""

from __future__ import annotations

import re
from typing import Literal

from execmock.errors import closest

__all__ = ["FIRST_KEYS", "FileKind", "kind_of"]

FileKind = Literal["scenario", "world", "contract", "configuration"]

_BY_KEY: dict[str, FileKind] = {
    "scenario": "scenario",
    "world": "world",
    "openapi": "contract",
    "serve": "configuration",
    "verify": "configuration",
}
FIRST_KEYS = tuple(_BY_KEY)
"""The keys that tell what a file is."""

_BESIDE = {"scenario": "steps", "world": "sandboxes"}
"""A key that a file has besides, by which one is known whose first key is misspelt."""

_KEY = re.compile(r"^(?:\{?[ \t]*)?([\"']?)([A-Za-z][\w-]{0,99})\1[ \t]*:(?=\s|$)", re.MULTILINE)


def kind_of(text: str) -> FileKind | None:
    """Return the kind of a file of execmock that a text is; None for a text that is none."""
    begin = text.lstrip("\ufeff \t\r\n")
    # JSON indents its top-level keys, YAML does not.
    keys = [found[2] for found in _KEY.finditer(text if not begin.startswith("{") else _outer(begin))]
    for key in keys:
        if key in _BY_KEY:
            return _BY_KEY[key]
    for name, other in _BESIDE.items():
        if other in keys and any(closest(key, [name]) for key in keys):
            return _BY_KEY[name]
    return None


def _outer(text: str) -> str:
    """Return a JSON text's top-level keys, each on a line of its own."""
    found = re.findall(r"\"([A-Za-z][\w-]{0,99})\"\s*:", text[:100_000])
    return "\n".join(f"{key}: " for key in dict.fromkeys(found))
