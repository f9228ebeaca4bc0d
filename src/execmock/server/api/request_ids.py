"""Request ids: unique, and the same in every run of a seeded sandbox."""

from __future__ import annotations

from itertools import count

from execmock.core.ids import derive
from execmock.service.sandboxes import Sandbox

__all__ = ["RequestIds"]


class RequestIds:
    """Numbers the requests of each sandbox, and separately those that reach none.

    `root` keeps the latter apart between servers; a sandbox has a root of its own. `server` is the number of
    this server among all that have served the store; 0 for the first, which may be the only one.
    """

    def __init__(self, root: bytes, server: int = 0) -> None:
        self._root = root
        self._server = server
        self._series: dict[str, tuple[str, count[int]]] = {}

    def next(self, sandbox: Sandbox | None) -> str:
        """Return the next id of a sandbox, or of requests that reach none."""
        name = sandbox.id if sandbox else ""
        series = self._series.get(name)
        if series is None:
            root = sandbox.root if sandbox else self._root
            labels = [name, self._server] if self._server else [name]
            prefix = "req_" + derive(root, "request", *labels, size=6).hex()
            series = self._series[name] = (prefix, count(1))
        prefix, numbers = series
        return f"{prefix}{next(numbers):08x}"

    def forget(self, sandbox: str) -> None:
        """Start a sandbox's numbers again, as it starts again itself."""
        self._series.pop(sandbox, None)
