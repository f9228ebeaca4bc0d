"""Ports for servers that must know theirs before they start, or keep it over restarts."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["free_port", "reserved"]

_PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections, one of which would take a port between starts."""


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens; no other test gets it while this process runs."""
    return next(_free)


def reserved(ports: Iterable[int]) -> Iterator[int]:
    """Yield those of the ports that are free, each from then on held by this process."""
    folder = Path(tempfile.gettempdir(), f"execmock-test-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    for port in ports:
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR)  # held until this process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as sock:
                sock.bind(("127.0.0.1", port))
        except OSError:
            os.close(lock)
        else:
            yield port


_START = os.getpid() * 16 % len(_PORTS)
_free = reserved([*_PORTS[_START:], *_PORTS[:_START]])
