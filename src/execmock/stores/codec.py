"""Kept values as JSON-like data and back: one form for files, databases and snapshots."""

from __future__ import annotations

from typing import Any

import msgspec

from execmock.core.execution import EmbedExecution, Execution, Idempotency
from execmock.errors import StoreError, nearest

__all__ = ["from_data", "to_data"]

_TYPES: dict[str, type] = {
    "embed": EmbedExecution,
    "embed-idempotency": Idempotency,
    "execution": Execution,
    "idempotency": Idempotency,
}


def to_data(value: Any) -> Any:
    """Return a kept value as JSON-like data; bytes become base64."""
    return msgspec.to_builtins(value)


def from_data(kind: str, data: Any) -> Any:
    """Return the value of a kind that `to_data` gave; StoreError when the data is not one."""
    if kind not in _TYPES:
        known = ", ".join(_TYPES)
        raise StoreError(f"unknown kind {kind!r}; expected one of {known}.{nearest(kind, _TYPES)}")
    try:
        return msgspec.convert(data, _TYPES[kind])
    except msgspec.ValidationError as error:
        raise StoreError(f"not a kept {kind}: {error}") from None
