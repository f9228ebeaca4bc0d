"""The rules: each module declares those of one or more areas, as module-level `Rules`."""

from __future__ import annotations

__all__ = ["MODULES"]

MODULES = (
    "answers",
    "shapes",
    "creating",
    "idempotency",
    "left_behind",
    "paging",
    "list_walk",
    "auth",
    "public",
    "client_tokens",
    "lifecycle",
    "timeline",
    "clocks",
    "embed",
    "http",
    "caching",
    "fuzzing",
    "advisory",
)
"""Every module here, in the order in which rules are shown."""
