"""One line per request, written in batches off the hot path.

What the batches gain (`bench/micro_gains.py`): line by line, into memory, a get takes 48 % more processor
time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any, TextIO

from msgspec import Struct
from msgspec.structs import asdict

from execmock.core.durations import format_instant
from execmock.core.json_text import encode
from execmock.server.api.calls import Request, Result

__all__ = ["AccessLog"]

_BATCH_EVERY = 0.05


class _Entry(Struct, frozen=True, gc=False):
    """One answered request: real instant (ms), what was asked, what was answered, how long it took (ms)."""

    at: int
    method: str
    path: str
    status: int
    took: float
    operation: str
    sandbox: str
    subject: str
    note: str


class AccessLog:
    """Writes entries as text or JSON lines. Tokens never reach it: a path comes without its query."""

    def __init__(self, form: str = "text", stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._render: Callable[[_Entry], str] = _as_json if form == "json" else _as_text
        self._stream = stream or sys.stdout
        self._quiet = quiet
        self._waiting: list[_Entry] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, request: Request, result: Result, at: int, took: float, note: str = "") -> None:
        """Log a request that was answered at the real instant `at`, after `took` ms; `note` comes at the end.

        The line is written within a twentieth of a second.
        """
        if self._quiet:
            return
        sandbox = result.sandbox.id if result.sandbox else ""
        note = result.note or note
        if result.warning:
            note = f"{note}; {result.warning}" if note else result.warning
        self._waiting.append(
            _Entry(
                at,
                request.method,
                request.path,
                result.answer.status,
                took,
                result.operation,
                sandbox,
                result.subject,
                note,
            )
        )
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_BATCH_EVERY, self.flush)

    def say(self, line: str) -> None:
        """Write a line to stderr about something other than a request."""
        self.flush()
        try:
            sys.stderr.write(f"execmock: {line}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            self._quiet = True

    def flush(self) -> None:
        """Write the waiting lines. If the reader is gone, logging stops and the server goes on."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        entries, self._waiting = self._waiting, []
        try:
            self._stream.write("".join(map(self._render, entries)))
            self._stream.flush()
        except (OSError, ValueError):
            self._quiet = True


def _as_text(entry: _Entry) -> str:
    clock = format_instant(entry.at)[11:23]
    about = f"{entry.operation} {entry.subject}".strip() if entry.subject else entry.operation
    where = f"  [{entry.sandbox}]" if entry.sandbox not in ("", "default") else ""
    line = f"{clock}  {entry.status}  {entry.method:<6} {_printable(entry.path)}  {entry.took:.1f} ms"
    if about:
        line += f"  {_printable(about)}"
    note = f"  {_printable(entry.note)}" if entry.note else ""
    return f"{line}{where}{note}\n"


def _as_json(entry: _Entry) -> str:
    fields: dict[str, Any] = {**asdict(entry), "at": format_instant(entry.at), "took": round(entry.took, 3)}
    return encode(fields).decode("utf-8", "replace") + "\n"


def _printable(text: str) -> str:
    # A path may hold anything; control characters must not reach a terminal.
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
