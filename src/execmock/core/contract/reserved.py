"""The paths that the mock serves itself, so that no operation of a contract can have them."""

from __future__ import annotations

__all__ = ["RESERVED", "first_segment"]

RESERVED = frozenset({"/", "/docs", "/favicon.ico", "/openapi.json", "/openapi.yaml", "/_execmock"})
"""First segments of its own paths."""


def first_segment(path: str) -> str:
    """Return `/docs` for /docs/a, `/` for the root, and an empty text where the first segment is empty."""
    head, _, rest = path[1:].partition("/")
    return f"/{head}" if path.startswith("/") and (head or not rest) else ""
