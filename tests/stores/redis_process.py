"""A redis-server of one's own: on a free port, in a folder of its own, ended by whoever started it."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port
from tests.programs import find

__all__ = ["RedisProcess", "eventually"]


class RedisProcess:
    """Runs Redis with everything written to its log at once, so that a restart loses nothing."""

    def __init__(self, folder: Path, *options: str, sentinel: str = "") -> None:
        self.port = free_port()
        self.bus_port = 0
        self._sentinel = sentinel
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        program = find("redis-server")
        if program is None:
            raise FileNotFoundError("redis-server")
        command = [program, *self._configuration(), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - the program found above
        eventually(self._answers, "redis-server answers")

    def _configuration(self) -> list[str]:
        if not self._sentinel:
            return ["--save", "", "--appendonly", "yes", "--appendfsync", "always", *self._options]
        # A sentinel writes into its file what it learns.
        file = self._folder / "sentinel.conf"
        if not file.exists():
            file.write_text(self._sentinel)
        return [str(file), "--sentinel", *self._options]

    def stop(self) -> None:
        """End it in order; nothing happens if it does not run."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=60)
            self._process = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let it hang: connections stay open, nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def ask(self, *words: str) -> bytes:
        """Send one command and return the raw answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(1 << 16)

    def await_answer(self, command: str, part: bytes) -> None:
        """Return when the answer to a command holds something."""
        eventually(lambda: part in self.ask(command), f"{command} answers {part!r}")

    def _answers(self) -> bool:
        try:
            return self.ask("PING").startswith(b"+PONG")
        except OSError:
            return False


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Return when something holds that other processes bring about."""
    deadline = time.monotonic() + 60
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"in vain waited for: {what}")
        time.sleep(0.01)
