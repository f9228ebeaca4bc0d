"""What is printed: nothing in it steers a terminal, and a console that is gone is no error."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from execmock.errors import visible

__all__ = ["open_streams", "settle_streams", "show", "warn", "write"]


def show(text: str) -> None:
    """Print lines of text."""
    write(sys.stdout, f"{visible(text)}\n")


def warn(text: str, name: str = "execmock") -> None:
    """Print lines of text on stderr, after the name of what says them."""
    write(sys.stderr, f"{name}: {visible(text)}\n")


def write(stream: TextIO | None, text: str) -> bool:
    """Write a text as it is, characters that the stream does not know as escapes.

    Return False where the stream is closed, full or not there: what is printed decides nothing.
    """
    if stream is None:
        return False
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except (OSError, ValueError):
        return False
    return True


def open_streams() -> None:
    """Make stdout and stderr fit for any text; what is printed to one that is closed is dropped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # It also takes the number of the one that is closed, which a file or socket would get else.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for all of the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def settle_streams() -> None:
    """Say what could not be printed, unless its reader has left; the end of the process then says nothing."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(sys.stdout)
    except OSError as error:
        _drop(sys.stdout)
        warn(f"what is printed cannot be written: {error.strerror}")
    except ValueError:
        return


def _drop(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
