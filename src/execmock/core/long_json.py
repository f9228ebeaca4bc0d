"""JSON texts that may be long: while one is decoded, the collector of garbage rests.

It would look at millions of new values several times, and nothing else could run meanwhile: a megabyte of
lists takes three times as long with it.
"""

from __future__ import annotations

import gc
from typing import Any

from execmock.core.json_text import DEEPEST, decode

__all__ = ["LONG_BODY", "decode_long"]

LONG_BODY = 1 << 16
"""Bytes of a text that is read in a few milliseconds."""


def decode_long(text: bytes, deepest: int = DEEPEST) -> Any:
    """Return the value of a JSON text of any length; JsonError as `decode`."""
    if len(text) <= LONG_BODY or not gc.isenabled():
        return decode(text, deepest)
    gc.disable()
    try:
        return decode(text, deepest)
    finally:
        gc.enable()
