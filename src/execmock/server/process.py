"""One server process: serves an app until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from execmock.core.contract.names import EXECUTE
from execmock.errors import ConfigError
from execmock.output import show
from execmock.server.app import App
from execmock.server.banner import banner
from execmock.server.control import PREFIX
from execmock.server.example_keys import ExampleKey, example_key, example_keys
from execmock.server.http.file_limit import FileLimit
from execmock.server.http.listener import Listener, bind
from execmock.server.http.unix_socket import path_of
from execmock.service.scenario_reload import ScenarioReloader
from execmock.service.scenarios.shipped import left_out
from execmock.settings import ServeSettings

if TYPE_CHECKING:
    import ssl

    from execmock.server.http.tls import Tls

__all__ = ["ProcessOptions", "run"]

_BEFORE_WARMING = 0.5
"""Seconds after which what was left for later is imported."""


@dataclass(frozen=True, slots=True)
class ProcessOptions:
    """How one process serves. `lifeline` is a file descriptor that ends the server when it closes.

    `first` is False for all processes but the first, which alone prints; `again` is True for
    one that replaces another, whose banner has been read.
    """

    first: bool = True
    again: bool = False
    shared: bool = False
    lifeline: int | None = None
    when_ready: Callable[[], None] = lambda: None


def run(settings: ServeSettings, running: ProcessOptions) -> None:
    """Serve in this process until SIGINT or SIGTERM."""
    with asyncio.Runner(loop_factory=_loop_factory(settings)) as runner:
        runner.run(_serve(settings, running))


async def _serve(settings: ServeSettings, running: ProcessOptions) -> None:
    limit = FileLimit.told_of(asyncio.get_running_loop())
    mock = App(settings)
    await mock.prepare()
    tls = _tls(settings)
    opened = await _listen(mock, settings, tls.context if tls else None, limit, shared=running.shared)
    # What there is now stays; the collector need not look at it again and again.
    gc.freeze()
    gc.enable()
    stopped = asyncio.Event()
    _on_signals(stopped.set)
    if running.lifeline is not None:
        asyncio.get_running_loop().add_reader(running.lifeline, stopped.set)
    if running.first and not running.again:
        _say(mock, settings, opened, tls, await example_keys(mock.engine.sandboxes, settings))
        if settings.open:
            # Imported here: most servers have no use for it.
            from execmock.server.browser import open_console

            await open_console(f"{opened.control.url}{PREFIX}/")
    running.when_ready()
    background = [
        asyncio.create_task(_reload(mock, settings, aloud=running.first)),
        asyncio.create_task(_warm()),
    ]
    if running.first and _logs_moves(settings):
        shared = running.shared or not settings.store.startswith("memory:")
        # Imported here: most servers have no use for it.
        from execmock.server.move_log import MoveLog

        background.append(asyncio.create_task(MoveLog(mock.engine, mock.log, shared=shared).run()))
    await stopped.wait()
    for task in background:
        task.cancel()
    mock.end_streams()
    await asyncio.gather(*(listener.stop() for listener in opened.listeners))
    await mock.close()


def _tls(settings: ServeSettings) -> Tls | None:
    if settings.tls == "off" and settings.tls_cert is None:
        return None
    # Imported here: most servers have no use for it.
    from execmock.server.http.tls import server_tls

    return server_tls(settings)


@dataclass(frozen=True, slots=True)
class _Open:
    """What listens: a listener for each operation, and the one that serves the control API."""

    operations: Mapping[str, Listener]
    control: Listener

    @property
    def listeners(self) -> set[Listener]:
        return {*self.operations.values(), self.control}


async def _listen(
    mock: App, settings: ServeSettings, tls: ssl.SSLContext | None, limit: FileLimit, *, shared: bool
) -> _Open:
    """Bind every port before any is served, so that a port that is taken leaves nothing half open."""
    contract = mock.engine.contract
    embed = contract.sharing_tags(EXECUTE)
    others = [name for name in contract.operations if name not in embed]
    apart, control = settings.embed_port is not None, settings.control_port is not None
    ports = [(settings.port, "port", mock.dispatcher(others if apart else None, control=not control))]
    if settings.embed_port is not None:
        ports.append((settings.embed_port, "embed_port", mock.dispatcher(embed, control=False)))
    if settings.control_port is not None:
        ports.append((settings.control_port, "control_port", mock.dispatcher((), control=True)))
    listeners = [
        Listener(dispatcher, bind(settings.host, port, _place_of(settings, name), shared=shared), tls, limit)
        for port, name, dispatcher in ports
    ]
    for listener in listeners:
        await listener.start()
    served = dict.fromkeys(others, listeners[0]) | dict.fromkeys(embed, listeners[1 if apart else 0])
    mock.ports.update({name: listener.port for name, listener in served.items()})
    mock.control_port = listeners[-1].port if control else None
    return _Open(served, listeners[-1] if control else listeners[0])


def _place_of(settings: ServeSettings, name: str) -> str:
    """Return the option that says where a port is: a path has its own."""
    return settings.named("host" if path_of(settings.host) is not None else name)


def _say(
    mock: App, settings: ServeSettings, opened: _Open, tls: Tls | None, keys: Sequence[ExampleKey]
) -> None:
    best = example_key(keys, strict=settings.strict)
    urls = {name: listener.url for name, listener in opened.operations.items()}
    engine = mock.engine
    scenarios = engine.registry.current.values()
    show(
        banner(
            engine.contract,
            scenarios,
            urls,
            best.key if best else "",
            opened.control.url,
            settings,
            str(settings.contract or ""),
            left_out(engine.contract),
            keys,
            tls.trust if tls else None,
            engine.faults.shipped,
        )
    )


async def _reload(mock: App, settings: ServeSettings, *, aloud: bool) -> None:
    # In a thread: reading the files once more takes long enough for the first requests to notice.
    reloader = await asyncio.to_thread(ScenarioReloader, mock.engine, settings.scenarios)
    async for line in reloader.run():
        if aloud:
            mock.log.say(line)


def _logs_moves(settings: ServeSettings) -> bool:
    if settings.quiet:
        return False
    return sys.stdout.isatty() if settings.moves is None else settings.moves


async def _warm() -> None:
    # The first answers need no aiohttp; who opens a page soon after should not have to wait for it.
    await asyncio.sleep(_BEFORE_WARMING)
    await asyncio.to_thread(import_module, "execmock.server.http.aiohttp_protocol")
    gc.freeze()


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stop)
        except NotImplementedError:
            # Windows loops have none; there, Python turns Ctrl-C into KeyboardInterrupt.
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop))


def _loop_factory(settings: ServeSettings) -> Callable[[], Any] | None:
    if settings.loop == "asyncio":
        return None
    try:
        import uvloop
    except ImportError:
        if settings.loop == "uvloop":
            name = settings.named("loop")
            raise ConfigError(f"{name} is uvloop, which is not installed; expected auto or asyncio") from None
        return None
    factory: Callable[[], Any] = uvloop.new_event_loop
    return factory
