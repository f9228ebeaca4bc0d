"""Between a client and a service: passes everything on, and holds what passes to the contract."""

from __future__ import annotations

__all__: list[str] = []
