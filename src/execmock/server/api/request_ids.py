"""Request ids: unique, and the same in every run of a seeded sandbox."""

from __future__ import annotations

from itertools import count

from execmock.core.ids import derive
from execmock.service.sandboxes import Sandbox

__all__ = ["RequestIds"]


class RequestIds:
    """Numbers the requests of each sandbox, and by itself those that reach none.

    `root` keeps the latter apart between servers; a sandbox brings a root of its own. `server` numbers the
    servers, one after the other and side by side, that a sandbox has in a store; 0 is the first.
    """

    def __init__(self, root: bytes) -> None:
        self._root = root
        self.server = 0
        self._series: dict[str, tuple[str, count[int]]] = {}

    def next(self, sandbox: Sandbox | None) -> str:
        """Return the next id of a sandbox, or of requests that reach none."""
        name = sandbox.id if sandbox else ""
        series = self._series.get(name)
        if series is None:
            root = sandbox.root if sandbox else self._root
            prefix = (
                "req_" + derive(root, "request", name, *([self.server] if self.server else []), size=6).hex()
            )
            series = self._series[name] = (prefix, count(1))
        prefix, numbers = series
        return f"{prefix}{next(numbers):08x}"

    def forget(self, sandbox: str) -> None:
        """Start a sandbox's numbers again, as it starts again itself."""
        self._series.pop(sandbox, None)
