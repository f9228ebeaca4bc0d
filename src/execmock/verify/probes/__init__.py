"""The probes: what is sent. They judge nothing."""

from __future__ import annotations

__all__ = ["MODULES"]

MODULES = (
    "basics",
    "creating",
    "idempotency",
    "auth",
    "paging",
    "histories",
    "embed",
    "fuzzing",
    "robustness",
    "losing",
)
"""Every module here, in the order in which probes are started: what a service may choke on comes last."""
