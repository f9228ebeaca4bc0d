"""Run a target on a free port of 127.0.0.1, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from .app import make_app
from .behaviour import Behaviour
from .catalogue import compose
from .clocks import HandClock
from .parts.embedding import WORKFLOWS
from .parts.ground import KEY_A, KEY_B, KEY_EMBED, KEY_READ, ORGANIZATION_A, ORGANIZATION_B
from .plans import CANCELLED_WORKFLOW, FAILING_WORKFLOW, FREE_WORKFLOW, PAID_WORKFLOW

SILENT = logging.getLogger("target.silent")  # a bad request line is the client's affair, not the test's
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False
LONGEST_LINE = 2**17  # of a request's first line and of each header: huge parameters reach the behaviour


@dataclass(frozen=True, slots=True)
class Target:
    """A running target: where it is and what a client needs to use it."""

    url: str
    behaviour: Behaviour
    token: str = KEY_A
    token_b: str = KEY_B
    token_read: str = KEY_READ
    embed_token: str = KEY_EMBED
    organization: str = ORGANIZATION_A
    organization_b: str = ORGANIZATION_B
    workflow_ids: tuple[str, ...] = (PAID_WORKFLOW, FREE_WORKFLOW, FAILING_WORKFLOW, CANCELLED_WORKFLOW)
    embed_workflow_id: str = WORKFLOWS[0].id
    embed_workflow_hashid: str = WORKFLOWS[0].hashid
    embed_workflow_key: str = WORKFLOWS[0].key

    @property
    def embed_url(self) -> str:
        """The base URL of the embed operation: the same server."""
        return self.url


@contextmanager
def running(
    fault: str | None = None,
    variant: str | None = None,
    *,
    port: int = 0,
    seed: int = 7,
    speed: float = 1.0,
    clock: Callable[[], datetime] | None = None,
) -> Iterator[Target]:
    """Serve a target while the block runs: conformant, or with one fault and one variant by name.

    The paid plan takes 10 seconds divided by `speed`, on a clock that stands until it is moved by hand.
    """
    behaviour = compose(fault, variant)(seed=seed, speed=speed, clock=clock or HandClock())
    with serving(behaviour, port) as url:
        yield Target(url, behaviour)


@contextmanager
def serving(behaviour: Behaviour, port: int = 0) -> Iterator[str]:
    """Serve the behaviour in a thread; yield the base URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="target", daemon=True)
    thread.start()
    try:
        runner, bound = asyncio.run_coroutine_threadsafe(_start(behaviour, port), loop).result(60)
        try:
            yield f"http://127.0.0.1:{bound}"
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@asynccontextmanager
async def hosting(behaviour: Behaviour, port: int = 0) -> AsyncIterator[Target]:
    """Serve the behaviour in this event loop: quicker for a client that lives in it too."""
    runner, bound = await _start(behaviour, port)
    try:
        yield Target(f"http://127.0.0.1:{bound}", behaviour)
    finally:
        await runner.cleanup()


async def _start(behaviour: Behaviour, port: int) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(
        make_app(behaviour),
        access_log=None,
        logger=SILENT,
        shutdown_timeout=0.1,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
        handler_cancellation=True,
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    bound: int = runner.addresses[0][1]
    return runner, bound
