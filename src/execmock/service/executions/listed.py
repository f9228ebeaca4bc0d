"""Executions as the control API lists them, which a page of thousands reads again and again.

A row is valid until time, which never goes back, moves its execution, or anything else does, which makes
another value of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from execmock.core.bounded_cache import BoundedCache
from execmock.core.execution import AnyExecution
from execmock.core.json_text import encode
from execmock.service.executions.commands import ExecutionCommands
from execmock.service.sandboxes import Sandbox

__all__ = ["ListedExecutions"]

_FOREVER = 1 << 62


class _Row(NamedTuple):
    """An execution as JSON without its history; valid for this execution until `until` (ms)."""

    execution: AnyExecution
    text: bytes
    until: int


class ListedExecutions:
    """Renders executions for lists and keeps the rows rendered last, at most `most`."""

    def __init__(self, commands: ExecutionCommands, most: int = 20_000) -> None:
        self._commands = commands
        self._rows: BoundedCache[str, _Row] = BoundedCache(most)

    def items(self, executions: Iterable[AnyExecution], sandbox: Sandbox, now: int) -> bytes:
        """Return executions as they stand at `now`, side by side, without their histories."""
        return b",".join([self._text(execution, sandbox, now) for execution in executions])

    def _text(self, execution: AnyExecution, sandbox: Sandbox, now: int) -> bytes:
        kept = self._rows.get(execution.id)
        if kept is not None and now < kept.until and kept.execution is execution:
            return kept.text
        state = self._commands.state_of(execution, sandbox)
        row = _Row(
            execution,
            encode(state.as_json(history=False)),
            _FOREVER if state.due is None else state.due,
        )
        self._rows.keep(execution.id, row)
        return row.text
