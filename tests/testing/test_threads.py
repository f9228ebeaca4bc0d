"""Calls from other threads, loops and processes: each is answered or says why it is not; none hangs."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from execmock.errors import MockError
from execmock.testing import ExecMock
from execmock.testing.background import Background

from .conftest import create

FORKED = "this process was forked from the one that the mock runs in"


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_the_servers_own_thread_is_not_let_wait_for_itself() -> None:
    """A callback there that called a mock's method would otherwise hang for ever."""
    lease = Background().hold()

    async def inside() -> None:
        async def nothing() -> None: ...

        lease.run(nothing())

    with pytest.raises(MockError, match="own thread"):
        lease.run(inside())
    lease.release()


def test_a_loop_of_another_thread_is_answered(mock: ExecMock, aside: ThreadPoolExecutor) -> None:
    mock.scenario("free-happy-path")
    made = create(mock)["id"]
    mock.clock.advance("1h")

    async def body() -> str:
        done = await mock.async_wait(made, "workflow_succeeded")
        return f"{done.status} {mock.wait(made, 'workflow_succeeded').status}"

    said = aside.submit(asyncio.run, body()).result(20)
    assert said == "workflow_succeeded workflow_succeeded"


@pytest.mark.parametrize("awaited", [False, True])
def test_a_call_that_waits_while_the_mock_is_closed_says_so(aside: ThreadPoolExecutor, awaited: bool) -> None:
    mock = ExecMock(frozen=True).start()
    made = create(mock)["id"]

    def wait() -> object:
        if awaited:
            return asyncio.run(mock.async_wait(made, "workflow_succeeded", timeout=60))  # type: ignore[arg-type]
        return mock.wait(made, "workflow_succeeded", timeout=60)

    waiting = aside.submit(wait)
    while mock._server._mock.engine.changes.waiting == 0:
        threading.Event().wait(0.01)
    mock.close()
    with pytest.raises(MockError, match="closed while it was asked"):
        waiting.result(20)


def test_a_cancelled_call_is_cancelled(mock: ExecMock) -> None:
    made = create(mock)["id"]

    async def body() -> None:
        task = asyncio.create_task(mock.async_wait(made, "workflow_succeeded", timeout=60))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(body())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
class TestForkedChildren:
    def test_a_call_says_where_the_mock_runs(self, mock: ExecMock) -> None:
        made = create(mock)["id"]

        def awaits() -> None:
            asyncio.run(mock.async_wait(made, "workflow_succeeded"))  # type: ignore[arg-type]

        for ask in (lambda: len(mock.executions), lambda: mock.wait(made, "any"), awaits, mock.sandbox):
            assert in_a_child(ask).startswith(f"MockError: {FORKED}")

    def test_the_mock_is_called_over_http_and_left_alone(self, mock: ExecMock) -> None:
        def ask() -> None:
            create(mock)
            mock.close()
            assert not mock.running

        assert in_a_child(ask) == ""
        assert len(mock.executions) == 1

    def test_a_mock_of_its_own_can_be_started(self, mock: ExecMock) -> None:
        def ask() -> None:
            with ExecMock() as own:
                create(own)
                assert len(own.executions) == 1

        assert in_a_child(ask) == ""
        assert len(mock.executions) == 0


def in_a_child(ask: Callable[[], object]) -> str:
    """Return the error that a call ends with in a forked child, an empty text if with none."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def run() -> None:
        try:
            ask()
            theirs.send("")
        except BaseException as error:
            theirs.send(f"{type(error).__name__}: {error}")

    child = context.Process(target=run)
    child.start()
    try:
        assert ours.poll(30), "the child hangs"
        return str(ours.recv())
    finally:
        child.kill()
        child.join()
        ours.close()
        theirs.close()
