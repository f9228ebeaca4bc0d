"""What happened in a sandbox, as text for the reader of a test that failed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from execmock.errors import visible_line
from execmock.service.events.seen import SeenRequest
from execmock.testing.executions import ExecutionView

__all__ = ["requests_text", "timelines_text"]

_MOST_REQUESTS = 50
_MOST_EXECUTIONS = 20


def requests_text(requests: Iterable[SeenRequest]) -> str:
    """Return the last 50 requests, one a line, with what was wrong with each; empty if there were none."""
    every = list(requests)
    lines = [f"(the last {_MOST_REQUESTS} of {len(every)})"] if len(every) > _MOST_REQUESTS else []
    for request in every[-_MOST_REQUESTS:]:
        lines.append(str(request))
        lines += [f"    {visible_line(reason)}" for reason in (*request.violations, *request.misspelt)]
    return "\n".join(lines)


def timelines_text(executions: Iterable[ExecutionView], number: int = 0) -> str:
    """Return the timelines of the first 20 executions, and of `number` how many others there are."""
    lines = [_timeline(execution) for execution in islice(executions, _MOST_EXECUTIONS)]
    others = number - _MOST_EXECUTIONS
    return "\n".join([*lines, f"({others} older ones)"] if others > 0 else lines)


def _timeline(execution: ExecutionView) -> str:
    rests = [f"waits for {' or '.join(execution.waits_for)}"] if execution.waits_for else []
    rests += [f"moves at {execution.next_at:%Y-%m-%d %H:%M:%S}"] if execution.next_at else []
    lines = [f"{execution.id} follows {execution.scenario}: {', '.join([execution.status, *rests])}"]
    for visit in execution.history:
        name = visit.status if visit.step == visit.status else f"{visit.status} ({visit.step})"
        by = f", by signal {visit.signal}" if visit.signal else ""
        lines.append(f"    {visit.at:%H:%M:%S}.{visit.at.microsecond // 1000:03d}  {name}{by}")
    return "\n".join(map(visible_line, lines))
