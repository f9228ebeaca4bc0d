"""The regular expressions of JSON Schema: is a text one, and does another match it?"""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs

__all__ = ["is_pattern", "matches"]


def is_pattern(text: str) -> bool:
    """Whether jsonschema-rs takes a text for a `pattern`."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Whether a `pattern` is found in a text. Work is bounded, which that of Python's `re` is not."""
    return _validator(pattern).is_valid(text)


@lru_cache(maxsize=100)
def _validator(pattern: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})
