"""The regular expressions of JSON Schema: is a text one, and does another match it?"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import jsonschema_rs

__all__ = ["LONGEST_MATCHED", "is_pattern", "matcher", "matches"]

LONGEST_MATCHED = 10_000
"""Characters of the longest text that an expression from outside is tried on."""
_LARGEST = 1 << 17
"""Bytes of the largest compiled expression from outside; the time per character grows with it."""


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


@lru_cache(maxsize=256)
def matcher(text: str) -> Callable[[str], bool] | None:
    """Return what tells whether an expression is found in a text, in time linear in the text's length.

    None for what is no expression, is too large, or looks around or back, which has no linear way. No text
    over LONGEST_MATCHED characters matches.
    """
    linear = jsonschema_rs.RegexOptions(size_limit=_LARGEST)
    try:
        is_valid = jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=linear).is_valid
    except (ValueError, jsonschema_rs.ValidationError):
        return None
    return lambda value: len(value) <= LONGEST_MATCHED and is_valid(value)
