"""One run of the proxy: it passes on and judges until it is told to end, and then reports."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Self

from execmock.clocks import monotonic
from execmock.core.contract import Contract
from execmock.core.contract.names import EXECUTE
from execmock.coverage import write_coverage
from execmock.errors import ConfigError, CoverageError
from execmock.forwarding.connections import Connections
from execmock.proxy.coverage_counter import CoverageCounter
from execmock.proxy.forwarder import Forwarder, ForwarderOptions, Routes
from execmock.proxy.judging import Judging
from execmock.server.http.file_limit import FileLimit
from execmock.settings import ProxySettings
from execmock.verify.exchange import Exchange
from execmock.verify.outcome import Finding
from execmock.verify.report.facts import all_facts
from execmock.verify.report.model import Report

__all__ = ["Proxy", "run"]

Say = Callable[[str], None]


class Proxy:
    """A proxy that listens while it is used as an async context manager.

    `say` gets lines for its user; by the seconds of `now` a view is late. Near a `limit` of open files it
    refuses new connections. ConfigError for options that cannot be used.
    """

    def __init__(
        self,
        contract: Contract,
        settings: ProxySettings,
        say: Say,
        now: Callable[[], float] = monotonic,
        limit: FileLimit | None = None,
    ) -> None:
        if not settings.url:
            raise ConfigError("no address was given; expected execmock proxy UPSTREAM")
        self._say = say
        self.judging = Judging(contract, settings, self._found)
        self.coverage = CoverageCounter(contract)
        embed = frozenset(contract.sharing_tags(EXECUTE)) if settings.embed_url else frozenset()
        self._forwarder = Forwarder(
            Routes(settings.url, settings.embed_url, embed, self.judging.operation),
            self._observe,
            ForwarderOptions(
                host=settings.host,
                port=settings.port,
                connections=Connections.of(settings),
                timeout=settings.timeout / 1000,
                longest=settings.hold,
                inspect=self.judging.inspect,
                mark=self.judging.marked,
                now=now,
                limit=limit,
            ),
        )
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        """The address that it listens on."""
        return self._forwarder.url

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._forwarder)
            task = asyncio.create_task(self.judging.run())
            stack.push_async_callback(_ended, task)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def _observe(self, seen: Exchange) -> None:
        self.judging.observe(seen)
        self.coverage.observe(seen)

    def _found(self, finding: Finding) -> None:
        for line in told(self.judging.report_of(finding)):
            self._say(line)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def told(report: Report) -> Iterator[str]:
    """Yield the one finding of a report as lines."""
    for _, findings in all_facts(report):
        for each in findings:
            at = f" at {each.pointer}" if each.pointer else ""
            yield f"VIOLATION {each.rule} [{each.level}] {each.status}{at} to {each.request}"
            yield f"  expected: {each.glance[0]}; came: {each.glance[1]}"
            yield f"  contract: {each.file}:{each.line} {each.spec}"


def run(contract: Contract, settings: ProxySettings, say: Say) -> Report:
    """Listen until SIGINT or SIGTERM, and return the report."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_run(contract, settings, say))


def _loop_factory() -> Callable[[], Any] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], Any] = uvloop.new_event_loop
    return factory


async def _run(contract: Contract, settings: ProxySettings, say: Say) -> Report:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows; there, Ctrl-C is a KeyboardInterrupt
            loop.add_signal_handler(name, stopped.set)
    proxy = Proxy(contract, settings, say, limit=FileLimit.told_of(loop))
    async with proxy:
        say(f"execmock proxy {proxy.url} passes on to {settings.url}")
        say(f"  judges by {len(proxy.judging.rules)} rules ({settings.level}); end it for the report")
        await stopped.wait()
    if settings.coverage is not None:
        try:
            write_coverage(settings.coverage, proxy.coverage.counted())
        except CoverageError as error:
            # What cannot be written changes nothing about what was found.
            say(f"{settings.named('coverage')}: {error}")
    return await proxy.judging.report()
