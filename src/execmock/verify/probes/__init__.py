"""The probes: what is sent. They judge nothing."""

from __future__ import annotations

__all__ = ["MODULES"]

MODULES = (
    "basics",
    "creating",
    "idempotency",
    "auth",
    "robustness",
    "paging",
    "histories",
    "embed",
    "fuzzing",
)
"""Every module here, in the order in which probes are started."""
