"""Sockets with a path in place of a port: `--host unix:/run/execmock.sock`."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress

from execmock.errors import ConfigError

__all__ = ["bind_path", "path_of", "remove"]

_SCHEME = "unix:"


def path_of(host: str) -> str | None:
    """Return the path that a host stands for, None where it is an address."""
    return host.removeprefix(_SCHEME) if host.startswith(_SCHEME) else None


def bind_path(path: str, option: str) -> socket.socket:
    """Return a bound socket; ConfigError when the path cannot be had.

    What a killed server left behind is taken over. A socket that answers, and any other file, is not.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise ConfigError(f"{option} is a path, but this system has no sockets with one; expected an address")
    try:
        _clear(path, option)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.bind(path)
        except BaseException:
            sock.close()
            raise
    except OSError as error:
        raise ConfigError(f"{option}: cannot listen on {path}: {error.strerror or error}") from None
    return sock


def remove(sock: socket.socket, path: str) -> None:
    """Remove the file of a socket that is served no more, unless another server has put its own there."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        sock.close()
        if not _answers(probe, path):
            os.unlink(path)


def _clear(path: str, option: str) -> None:
    """Remove a socket that no server listens on."""
    try:
        kind = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise ConfigError(f"{option}: {path} is a file that is no socket; expected a path that is free")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if _answers(probe, path):
            raise ConfigError(f"{option}: another server listens on {path}; expected a path that is free")
    os.unlink(path)


def _answers(probe: socket.socket, path: str) -> bool:
    probe.settimeout(1)
    try:
        probe.connect(path)
    except (ConnectionRefusedError, FileNotFoundError):
        return False
    except TimeoutError:
        # Its queue is full: it is served, and busy.
        return True
    return True
