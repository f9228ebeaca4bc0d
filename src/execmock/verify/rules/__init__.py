"""The rules: each module declares those of one or more areas, as module-level `Rules`."""

from __future__ import annotations

__all__ = ["MODULES"]

MODULES = (
    "answers",
    "shapes",
    "creating",
    "idempotency",
    "paging",
    "list_walk",
    "auth",
    "public",
    "lifecycle",
    "timeline",
    "embed",
    "http",
    "fuzzing",
    "advisory",
)
"""Every module here, in the order in which rules are shown."""
