"""Is a text a regular expression of JSON Schema?"""

from __future__ import annotations

import jsonschema_rs

__all__ = ["is_pattern"]


def is_pattern(text: str) -> bool:
    """Whether jsonschema-rs takes a text for a `pattern`."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True
