"""An event loop in a thread of its own, so that a test that blocks never stalls the server it calls."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from execmock.clocks import monotonic
from execmock.errors import MockError
from execmock.testing.tracebacks import hides

__all__ = ["BACKGROUND", "Background", "Lease"]

__tracebackhide__ = hides

T = TypeVar("T")

_LOOK = 1.0
"""Seconds after which one who waits looks whether there still is a server."""
_CLOSED = "the mock was closed while it was asked"


class Background:
    """One thread with one loop for all that hold it; it starts with the first and ends with the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._running: _LoopThread | None = None
        self._left: _LoopThread | None = None

    def hold(self) -> Lease:
        """Keep the loop running until the lease is released."""
        with self._lock:
            if self._running is None:
                self._running = _LoopThread()
            self._holders += 1
            return Lease(self, self._running)

    def release(self, running: _LoopThread) -> None:
        """End the loop, if nothing else holds it; it has ended when this returns."""
        with self._lock:
            if running is not self._running:
                return
            self._holders -= 1
            if not self._holders:
                running.stop()
                self._running = None

    def forget(self) -> None:
        """Hold nothing: a forked child has no such thread, and none that would give the lock back."""
        self._lock = threading.Lock()
        self._holders = 0
        # Kept, for to be collected it would be closed, and with it what the parent shares.
        self._left, self._running = self._running, None


class Lease:
    """What one mock has of the background loop. It is of use in the process that took it, and only there."""

    def __init__(self, background: Background, running: _LoopThread) -> None:
        self._background = background
        self._running = running

    @property
    def elsewhere(self) -> bool:
        """Whether this is a forked child of the process that the loop runs in."""
        return self._running.pid != os.getpid()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return what it returns; an interrupt cancels it."""
        future = self.submit(work)
        try:
            return self._running.result(future)
        except CancelledError:
            raise MockError(_CLOSED) from None
        except BaseException:
            future.cancel()
            raise

    async def run_async(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the same without holding up the caller's own loop, whichever thread that runs in."""
        future = self.submit(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise MockError(_CLOSED) from None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine on the loop; MockError where that would wait for ever."""
        if problem := self._running.problem():
            work.close()
            raise MockError(problem)
        return self._running.submit(work)

    def release(self) -> None:
        """Give it back."""
        if not self.elsewhere:
            self._background.release(self._running)


class _RealTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose timers follow real time, also where a test mocks time in the whole process."""

    def time(self) -> float:
        return monotonic()


class _LoopThread:
    """A thread that runs a loop until it is stopped."""

    def __init__(self) -> None:
        ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        # A daemon, so that a mock that was never stopped does not keep the process from ending.
        self._thread = threading.Thread(target=_serve, args=(ready,), name="execmock", daemon=True)
        self._thread.start()
        self._loop, self._stop = ready.result()
        self.pid = os.getpid()

    def problem(self) -> str:
        """Return why the loop cannot be waited for from here, an empty text if it can."""
        if self.pid != os.getpid():
            return (
                "this process was forked from the one that the mock runs in; "
                "call it over HTTP from here, or start a mock of its own"
            )
        if threading.current_thread() is self._thread:
            return "the server's own thread cannot wait for the server; call from a test's thread"
        return "" if self._thread.is_alive() and not self._loop.is_closed() else "the mock's server has ended"

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def result(self, future: Future[T]) -> T:
        """Return a result; MockError when the thread ends before there is one."""
        while True:
            try:
                return future.result(_LOOK)
            except TimeoutError:
                if future.done():
                    raise
                if not self._thread.is_alive():
                    raise MockError(_CLOSED) from None

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


def _serve(ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    async def until_stopped() -> None:
        stop = asyncio.Event()
        ready.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()

    with asyncio.Runner(loop_factory=_RealTimeLoop) as runner:
        runner.run(until_stopped())


BACKGROUND = Background()
"""What all mocks of this process run on."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=BACKGROUND.forget)
