"""Work on what one request brought that may take seconds: in a few threads, while others are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from execmock.core.schema.violation import Violation
from execmock.service.refusals import Refusal

__all__ = ["AT_ONCE", "MOST_WAITING", "BackgroundWork"]

AT_ONCE = 2
"""Pieces of work that go on at once: more would take as long, and answers of others longer."""
MOST_WAITING = 16
"""Pieces of work that wait for their turn."""

P = ParamSpec("P")
T = TypeVar("T")


class BackgroundWork:
    """Runs functions in threads of its own, so that no other use of threads waits for them."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self.under_way = 0
        """How much goes on or waits for its turn."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns, or raise what it raises; Refusal 503 where too many wait already."""
        if self.under_way >= AT_ONCE + MOST_WAITING:
            expected = f"at most {AT_ONCE + MOST_WAITING} requests at once whose bodies take long to read"
            violation = Violation("body", expected, self.under_way + 1)
            raise Refusal(503, "Too much is being read", [violation], {"Retry-After": "1"})
        if self._threads is None:
            self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="execmock-reads")
        self.under_way += 1
        try:
            return await asyncio.wrap_future(self._threads.submit(work, *args, **kwargs))
        finally:
            self.under_way -= 1

    def close(self) -> None:
        """Start nothing any more that waits."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
