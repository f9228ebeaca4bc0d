"""execmock inside tests."""

from __future__ import annotations

from execmock.testing.stores import check_store

__all__ = ["check_store"]
