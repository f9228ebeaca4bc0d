"""The faults, by area; importing this package enters them all in the catalogue."""

from __future__ import annotations

from . import (
    absent,
    advisory,
    caching,
    clocks,
    creating,
    echoing,
    embedding,
    http,
    keys,
    left_behind,
    listing,
    lives,
    losing,
    repeats,
    robust,
    shapes,
    tenancy,
    timelines,
    tokens,
    views,
)

__all__ = [
    "absent",
    "advisory",
    "caching",
    "clocks",
    "creating",
    "echoing",
    "embedding",
    "http",
    "keys",
    "left_behind",
    "listing",
    "lives",
    "losing",
    "repeats",
    "robust",
    "shapes",
    "tenancy",
    "timelines",
    "tokens",
    "views",
]
