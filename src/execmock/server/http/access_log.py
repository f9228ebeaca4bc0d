"""One line per request, written in batches off the hot path.

What the batches gain (`bench/micro_gains.py`): line by line, into memory, a get takes 105 % more
processor time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from execmock.core.secrets import KnownSecrets
from execmock.output import warn, write
from execmock.server.api.calls import Request, Result
from execmock.server.http.log_lines import Answered, Line, Lines, Moved

__all__ = ["AccessLog"]

_BATCH_EVERY = 0.05


class AccessLog:
    """Writes lines as text or JSON, without `secrets`. What they say is worked out off the hot path."""

    def __init__(
        self,
        form: str = "text",
        stream: TextIO | None = None,
        *,
        quiet: bool = False,
        secrets: KnownSecrets | None = None,
    ) -> None:
        self._secrets = KnownSecrets() if secrets is None else secrets
        self._json = form == "json"
        self._stream: TextIO | None = stream or sys.stdout
        self._quiet = quiet
        self._waiting: list[Line] = []
        self.listener: Callable[[Sequence[Line]], None] | None = None
        """Is told the lines that were written."""
        self._timer: asyncio.TimerHandle | None = None

    def add(self, request: Request, result: Result, at: int, took: float, note: str = "") -> None:
        """Log a request that was answered at the real instant `at`, after `took` ms; `note` comes at the end.

        The line is written within a twentieth of a second.
        """
        if self._quiet:
            return
        self._write_soon(Answered(at, request, result, took, note))

    def add_move(self, line: Moved) -> None:
        """Log the moves of an execution, with the requests of the same time."""
        if not self._quiet:
            self._write_soon(line)

    def _write_soon(self, line: Line) -> None:
        self._waiting.append(line)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_BATCH_EVERY, self.flush)

    def say(self, line: str) -> None:
        """Write a line to stderr about something other than a request."""
        self.flush()
        warn(self._secrets.hide(line))

    def flush(self) -> None:
        """Write the waiting lines. If the reader is gone, logging stops and the server goes on."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        lines, self._waiting = self._waiting, []
        text = Lines(self._secrets, json=self._json).text
        if lines and not write(self._stream, "".join(map(text, lines))):
            self._quiet = True
        if self.listener is not None and lines:
            self.listener(lines)
