"""An event loop in a thread of its own, so that a test that blocks never stalls the server it calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from execmock.errors import MockError

__all__ = ["BACKGROUND", "Background"]

T = TypeVar("T")


class Background:
    """One thread with one loop for all that hold it; it starts with the first and ends with the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def hold(self) -> None:
        """Keep the loop running until `release`."""
        with self._lock:
            self._holders += 1
            if self._holders == 1:
                self._start()

    def release(self) -> None:
        """Let the loop go; it has ended when this returns, if nobody else holds it."""
        with self._lock:
            self._holders -= 1
            if self._holders or self._loop is None or self._stop is None or self._thread is None:
                return
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._thread = self._loop = self._stop = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return what it returns; an interrupt cancels it."""
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine on the loop."""
        if self._loop is None or threading.current_thread() is self._thread:
            work.close()
            raise MockError("the server's own thread cannot wait for the server; call from a test's thread")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _start(self) -> None:
        ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        # A daemon, so that a mock that nobody stopped does not keep the process from ending.
        self._thread = threading.Thread(target=_serve, args=(ready,), name="execmock", daemon=True)
        self._thread.start()
        self._loop, self._stop = ready.result()


BACKGROUND = Background()
"""What all mocks of this process run on."""


def _serve(ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    async def until_stopped() -> None:
        stop = asyncio.Event()
        ready.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()

    asyncio.run(until_stopped())
