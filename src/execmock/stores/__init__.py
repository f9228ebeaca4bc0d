"""Where state lives, behind `open_store(url)`."""

from __future__ import annotations

from execmock.errors import StoreError
from execmock.ports import Store

__all__ = ["open_store"]

_SCHEMES = ("memory:",)


def open_store(url: str) -> Store:
    """Return the store that a URL names; StoreError if it names none."""
    if url == "memory:":
        from execmock.stores.memory import MemoryStore

        return MemoryStore()
    raise StoreError(f"{url!r} is not a store; expected {' or '.join(_SCHEMES)}")
