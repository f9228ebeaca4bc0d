"""Runs a mock until it is told to stop: `execmock serve`."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import Any

from execmock.server.banner import banner
from execmock.server.mock import Mock, MockOptions
from execmock.server.ports import Listener, bind
from execmock.settings import ServeSettings

__all__ = ["options_from", "serve"]

_DEMO_KEY = "b3sk_demo"


def serve(settings: ServeSettings) -> None:
    """Serve until SIGINT or SIGTERM. Raises ExecmockError for what cannot be used."""
    with asyncio.Runner(loop_factory=_loop_factory(settings.loop)) as runner:
        runner.run(_serve(settings))


def options_from(settings: ServeSettings) -> MockOptions:
    """Return the mock's options as the command's settings give them."""
    return MockOptions(
        scenarios=settings.scenarios,
        scenario=settings.scenario,
        world=settings.world,
        keys=tuple((key.key, key.scope) for key in settings.keys),
        strict=settings.auth == "strict",
        choices=tuple(f"{name}={value}" for name, value in settings.choose),
        seed=settings.seed,
        start=settings.clock_start,
        speed=settings.speed,
        frozen=settings.frozen,
        zone=settings.timezone,
        store=settings.store,
        max_body=settings.max_body,
        cors_origins=settings.cors_origins,
        log_format=settings.log_format,
        quiet=settings.quiet,
    )


async def _serve(settings: ServeSettings) -> None:
    mock = Mock(options_from(settings))
    await mock.prepare()
    listeners = await _listen(mock, settings)
    stopped = asyncio.Event()
    _on_signals(stopped.set)
    _say(mock, settings, listeners)
    await stopped.wait()
    await asyncio.gather(*(listener.stop() for listener in set(listeners.values())))
    await mock.close()


async def _listen(mock: Mock, settings: ServeSettings) -> dict[str, Listener]:
    """Start a listener a port; operation id to the one that serves it."""
    embed = tuple(name for name, operation in mock.contract.operations.items() if "embed" in operation.tags)
    others = tuple(name for name in mock.contract.operations if name not in embed)
    sockets = [(bind(settings.host, settings.port), () if settings.embed_port is None else others)]
    if settings.embed_port is not None:
        sockets.append((bind(settings.host, settings.embed_port, "--embed-port"), embed))
    listeners: dict[str, Listener] = {}
    for sock, only in sockets:
        listener = Listener(mock.front(only), sock)
        await listener.start()
        listeners.update(dict.fromkeys(only or mock.contract.operations, listener))
    return listeners


def _say(mock: Mock, settings: ServeSettings, listeners: dict[str, Listener]) -> None:
    key = settings.keys[0].key if settings.keys else _DEMO_KEY
    urls = {name: listener.url for name, listener in listeners.items()}
    try:
        sys.stdout.write(banner(mock.contract, mock.library.current.values(), urls, key, None))
        sys.stdout.flush()
    except OSError:
        # Nobody reads: the server serves all the same.
        pass


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stop)
        except NotImplementedError:
            # Windows loops have none; there, Python turns Ctrl-C into KeyboardInterrupt.
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop))


def _loop_factory(name: str) -> Callable[[], Any] | None:
    if name == "asyncio":
        return None
    try:
        import uvloop
    except ImportError:
        if name == "uvloop":
            from execmock.errors import ConfigError

            raise ConfigError("uvloop is not installed; expected --loop auto or asyncio") from None
        return None
    factory: Callable[[], Any] = uvloop.new_event_loop
    return factory
