"""Several processes that serve one port over one store, and the one that watches over them."""

from __future__ import annotations

import os
import signal
import socket
import sys
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any

from execmock.errors import ConfigError, ExecmockError
from execmock.output import warn
from execmock.server.http.listener import bind
from execmock.server.process import ProcessOptions, run
from execmock.settings import ServeSettings

__all__ = ["supervise"]

_TO_END = 2.0
"""Seconds that workers get to end before they are killed."""
_TO_BEGIN = 60.0
"""Seconds that the first worker gets to be ready."""
_LIVED = 5.0
"""Seconds after which a worker counts as one that worked; one that dies sooner is not replaced at once."""
_LONGEST_PAUSE = 5.0


def supervise(settings: ServeSettings) -> None:
    """Serve with `settings.workers` processes until SIGINT or SIGTERM; replace those that die."""
    if not hasattr(socket, "SO_REUSEPORT") or not hasattr(os, "fork"):
        name = settings.named("workers")
        raise ConfigError(f"{name} is {settings.workers}, but processes cannot share a port here; expected 1")
    settings, reserved = _reserve(settings)
    try:
        _Supervisor(settings).run()
    finally:
        for sock in reserved:
            sock.close()


def _reserve(settings: ServeSettings) -> tuple[ServeSettings, list[socket.socket]]:
    """Return the settings with every port known, and sockets that hold the ports without listening."""
    found, reserved = {}, []
    for name in ("port", "embed_port", "control_port"):
        port = getattr(settings, name)
        if port is not None:
            option = settings.named(name)
            bind(settings.host, port, option).close()
            reserved.append(bind(settings.host, port, option, shared=True))
            found[name] = reserved[-1].getsockname()[1]
    return replace(settings, **found), reserved


@dataclass(slots=True)
class _Worker:
    """One process. `pauses` counts how often in a row its predecessors died young."""

    number: int
    process: Any
    ready: Connection
    pauses: int = 0
    started: float = field(default_factory=monotonic)


class _Supervisor:
    """Starts workers, replaces those that die, and ends all when it is told to, or ends itself."""

    def __init__(self, settings: ServeSettings) -> None:
        self._settings = settings
        self._fork = get_context("fork")
        # Workers read the one end: when this process is gone, however it went, the other end is closed.
        self._lifeline, self._life = os.pipe()
        self._woken, self._wake = socket.socketpair()
        self._workers: list[_Worker] = []
        self._due: dict[int, tuple[float, int]] = {}

    def run(self) -> None:
        """Watch until told to end."""
        self._wake.setblocking(False)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        try:
            self._start(1)
            self._await_first(self._workers[0])
            for number in range(2, self._settings.workers + 1):
                self._start(number)
            while not self._told_to_end():
                self._replace_dead()
        finally:
            self._end()

    def _start(self, number: int, pauses: int = 0, *, again: bool = False) -> None:
        ready, tell = self._fork.Pipe(duplex=False)
        running = ProcessOptions(
            number == 1, again, shared=True, lifeline=self._lifeline, when_ready=lambda: tell.send("")
        )
        process = self._fork.Process(target=_work, args=(self._settings, number, running, self._life, tell))
        process.start()
        tell.close()
        self._workers.append(_Worker(number, process, ready, pauses))

    def _await_first(self, worker: _Worker) -> None:
        """Return when a worker is ready; ConfigError with what kept it from that."""
        if wait([worker.ready, self._woken], _TO_BEGIN) == [worker.ready]:
            try:
                message = worker.ready.recv()
            except EOFError:
                message = "the first worker died before it was ready"
            if message:
                raise ConfigError(message)

    def _told_to_end(self) -> bool:
        soonest = min((due for due, _ in self._due.values()), default=monotonic() + 3600)
        sentinels = [worker.process.sentinel for worker in self._workers]
        woken = wait([self._woken, *sentinels], max(0.0, soonest - monotonic()))
        return self._woken in woken

    def _replace_dead(self) -> None:
        for worker in [worker for worker in self._workers if not worker.process.is_alive()]:
            self._workers.remove(worker)
            young = monotonic() - worker.started < _LIVED
            pauses = worker.pauses + 1 if young else 0
            pause = min(0.1 * 2**pauses, _LONGEST_PAUSE) if young else 0.0
            self._due[worker.number] = (monotonic() + pause, pauses)
            warn(f"worker {worker.number} (process {worker.process.pid}) {_how(worker)}; another one follows")
            worker.ready.close()
        now = monotonic()
        for number, (due, pauses) in list(self._due.items()):
            if due <= now:
                del self._due[number]
                self._start(number, pauses, again=True)
                warn(f"worker {number} is process {self._workers[-1].process.pid} now")

    def _end(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        deadline = monotonic() + _TO_END
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        signal.set_wakeup_fd(-1)


def _work(settings: ServeSettings, number: int, running: ProcessOptions, life: int, tell: Connection) -> None:
    """Serve in a process of its own; tell "" when ready, or what is wrong."""
    signal.set_wakeup_fd(-1)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)
    os.close(life)
    try:
        run(settings, running)
    except ExecmockError as error:
        tell.send(str(error))
        if number > 1:
            warn(f"worker {number}: {error}")
        sys.exit(2)


def _how(worker: _Worker) -> str:
    """Say how a worker ended."""
    try:
        message = worker.ready.recv() if worker.ready.poll() else ""
    except EOFError:
        message = ""
    if message:
        return f"ended: {message}"
    code = worker.process.exitcode
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
