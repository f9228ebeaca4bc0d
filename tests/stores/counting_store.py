"""A store that notes which of its methods are called, before another one that does the work."""

from __future__ import annotations

from typing import Any

from execmock.stores import open_store

__all__ = ["CountingStore"]


class CountingStore:
    """Wraps the store that its URL names after `counted:`."""

    def __init__(self, url: str) -> None:
        self._store = open_store(url.removeprefix("counted:"))
        self.immediate = self._store.immediate
        self.calls: list[str] = []

    def _noted(name: str) -> Any:  # noqa: N805 - makes the methods of the class
        def call(self: CountingStore, *args: Any) -> Any:
            self.calls.append(name)
            return getattr(self._store, name)(*args)

        return call

    get, update, page, count = _noted("get"), _noted("update"), _noted("page"), _noted("count")
    next_number, clear, append, tail = (
        _noted("next_number"),
        _noted("clear"),
        _noted("append"),
        _noted("tail"),
    )
    export, restore, close = _noted("export"), _noted("restore"), _noted("close")
