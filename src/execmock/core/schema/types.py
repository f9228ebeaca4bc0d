"""What a schema says of types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["json_types"]


def json_types(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the JSON types that `type` allows; a schema without `type` gives none."""
    types = schema.get("type", ())
    return frozenset([types] if isinstance(types, str) else types)
