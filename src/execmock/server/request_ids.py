"""Request ids: unique, and the same in every run of a seeded sandbox."""

from __future__ import annotations

from collections import defaultdict
from itertools import count

from execmock.core.ids import derive

__all__ = ["RequestIds"]


class RequestIds:
    """Numbers the requests of each sandbox. `root` keeps the ids of two servers apart."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(1))
        self._prefixes: dict[str, str] = {}

    def next(self, sandbox: str) -> str:
        """Return the next id of a sandbox; "" stands for requests that reach none."""
        prefix = self._prefixes.get(sandbox)
        if prefix is None:
            prefix = self._prefixes[sandbox] = "req_" + derive(self._root, "request", sandbox, size=6).hex()
        return f"{prefix}{next(self._numbers[sandbox]):08x}"

    def forget(self, sandbox: str) -> None:
        """Start a sandbox's numbers again, as it starts again itself."""
        self._numbers.pop(sandbox, None)
