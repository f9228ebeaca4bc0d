"""What commands print with."""

from __future__ import annotations

from execmock.output import show, warn, write

__all__ = ["show", "warn", "write"]
