"""Exchanges of a journal, and signals of executions, as the control API of a mock gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.durations import DurationError, parse_instant
from execmock.core.json_text import encode
from execmock.recorder.exchanges import Operations, Said, Source, exchange

__all__ = ["is_journal", "read_journal"]

_CONTROL = "/_execmock/executions"


def is_journal(data: Any) -> bool:
    """Whether a document is what `GET /_execmock/journal` or `GET /_execmock/executions` answers."""
    if not isinstance(data, dict):
        return False
    return any(isinstance(data.get(name), list) for name in ("entries", "executions"))


def read_journal(data: Mapping[str, Any], source: Source, operations: Operations) -> None:
    """Add the exchanges of a journal, and as a request each signal in the histories of executions."""
    entries = [entry for entry in data.get("entries") or () if isinstance(entry, dict)]
    answered = bodies = 0
    for entry in entries:
        try:
            said = _entry(entry)
        except (LookupError, TypeError, ValueError, DurationError):
            source.notes.append(f"{source.name}: an entry has no time, path or status, and is left out")
            continue
        answered += said.status < 400
        bodies += said.status < 400 and bool(said.body)
        source.exchanges.append(exchange(len(source.exchanges) + 1, said, operations, {}))
    if answered and not bodies:
        source.notes.append(
            f"{source.name}: the journal holds no answers; start the mock with --journal-answers"
        )
    for execution in data.get("executions") or ():
        source.exchanges += _signals(execution, operations)


def _entry(entry: Mapping[str, Any]) -> Said:
    at = parse_instant(entry["at"])  # `took` is real time, and this the sandbox's, which may stand still
    query = f"?{entry['query']}" if entry.get("query") else ""
    return Said(
        method=entry["method"],
        url=f"http://journal{entry['path']}{query}",
        sent=at,
        received=at,
        status=int(entry["status"]),
        request_body=_body(entry.get("body")),
        body=_body(entry.get("answer")),
    )


def _body(value: Any) -> bytes:
    # What is no JSON, or was cut, stands there as text.
    return b"" if value is None else value.encode() if isinstance(value, str) else encode(value)


def _signals(execution: Any, operations: Operations) -> Any:
    history = execution.get("history") if isinstance(execution, dict) else None
    for visit in history if isinstance(history, list) else ():
        if isinstance(visit, dict) and isinstance(visit.get("signal"), str):
            try:
                at = parse_instant(visit.get("at"))
            except DurationError:
                continue
            url = f"http://journal{_CONTROL}/{execution.get('id')}/signal"
            said = Said("POST", url, at, at, 200, encode({"signal": visit["signal"]}))
            yield exchange(0, said, operations, {})
