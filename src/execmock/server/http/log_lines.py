"""Lines of the log: an answered request, or the moves of an execution, as text for people or as JSON.

What the kept parts of lines gain (`bench/micro_gains.py`): with each line worked out by itself a get takes
39 % more processor time, a list 19 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from execmock.core.durations import format_instant
from execmock.core.json_text import JsonError, decode_kept, encode
from execmock.core.secrets import KnownSecrets
from execmock.core.visible_json import visible_text
from execmock.errors import visible_line
from execmock.server.api.calls import Request, Result
from execmock.service.events.redaction import (
    is_plain,
    known_secrets_of,
    path_without_secrets,
    query_without_secrets,
    violations_without,
)

__all__ = ["Answered", "Line", "Lines", "Moved"]

_LONGEST_QUERY = 200
_MOST_MOVES = 12


class Answered(Struct, frozen=True, gc=False):
    """One answered request: real instant (ms), request, result, how long it took (ms), a note of the edge."""

    at: int
    request: Request
    result: Result
    took: float
    note: str = ""


class Moved(Struct, frozen=True, gc=False):
    """What an execution went through: `steps` are pairs of status and step, beginning with the one it left.

    `at` is the real instant (ms) at which it was seen.
    """

    at: int
    sandbox: str
    subject: str
    scenario: str
    steps: Sequence[tuple[str, str]]


Line = Answered | Moved


class Lines:
    """Makes the lines of one batch, for people or as JSON; what requests that are alike share, once."""

    def __init__(self, known: KnownSecrets, *, json: bool = False) -> None:
        self._known = known
        self._json = json
        self._kept: dict[tuple[Any, ...], tuple[str, str]] = {}

    def text(self, line: Line) -> str:
        """Return a line, with the newline."""
        if isinstance(line, Moved):
            return _moved_json(line) if self._json else _moved_text(line)
        before, after = self._parts(line)
        if self._json:
            return f'{{"at":"{format_instant(line.at)}",{before},"took":{round(line.took, 3)!r}}}\n'
        return f"{_clock(line.at)}{before}{line.took:.1f} ms{after}\n"

    def _parts(self, line: Answered) -> tuple[str, str]:
        """Return what stands between the two times of a line, and after them."""
        make = _json_parts if self._json else _text_parts
        request, result = line.request, line.result
        status = result.answer.status
        if status >= 400 or result.made or result.violations:
            return make(line, _shown(line, self._known))
        # The fast path gives the same headers for the same lines, and here they live as long as what is kept.
        place = (id(request.headers), request.method, request.path, request.query, status, result.operation)
        about = (result.sandbox and result.sandbox.id, result.subject, result.note, result.warning, line.note)
        found = self._kept.get((place, about))
        if found is None:
            found = self._kept[place, about] = make(line, _shown(line, self._known))
        return found


def _text_parts(line: Answered, shown: Mapping[str, Any]) -> tuple[str, str]:
    before = f"  {shown['status']}  {shown['method']:<6} {_target(shown)}  "
    # The path names it already, unless the request made it.
    subject = shown.get("made", shown["subject"])
    subject = "" if subject in line.request.path else subject
    about = f"{shown['operation']} {subject}".rstrip()
    scenario = f"scenario {shown['scenario']}" if shown["scenario"] else ""
    parts = [part for part in (about, scenario, _where(shown["sandbox"])) if part]
    parts += [part for part in (shown["problem"], shown["note"]) if part]
    return visible_line(before), "".join(f"  {visible_line(part)}" for part in parts)


def _json_parts(line: Answered, shown: Mapping[str, Any]) -> tuple[str, str]:
    return visible_text(encode(shown).decode("utf-8", "replace"))[1:-1], ""


def _shown(line: Answered, known: KnownSecrets) -> dict[str, Any]:
    """Return what a line says of a request, secrets hidden.

    `made` is there where the execution that was made is not what the request was about.
    """
    request = line.request
    query, headers = request.query, request.headers
    shown = _said(line, request.path, query)
    if not is_plain([query, *map(str, shown.values())], query, headers, known):
        path = path_without_secrets(request.path, query, headers, known)
        said = _said(line, path, query_without_secrets(query, headers, known))
        secrets = known_secrets_of(query, headers)
        shown = {name: known.hidden(value, secrets) for name, value in said.items()}
    return shown


def _said(line: Answered, path: str, query: str) -> dict[str, Any]:
    result = line.result
    return {
        "method": line.request.method,
        "path": path,
        "query": query if len(query) <= _LONGEST_QUERY else query[: _LONGEST_QUERY - 3] + "...",
        "status": result.answer.status,
        "operation": result.operation,
        "sandbox": result.sandbox.id if result.sandbox else "",
        "subject": result.subject,
        **({"made": result.made} if result.made not in ("", result.subject) else {}),
        "scenario": result.scenario.partition("@")[0],
        "problem": _problem(line),
        "note": "; ".join(part for part in (result.note or line.note, result.warning) if part),
    }


def _problem(line: Answered) -> str:
    """Return the first thing that is wrong with a refused request, or else why it was refused."""
    result = line.result
    if result.answer.status < 400 or result.note:
        return ""
    if result.violations:
        more = len(result.violations) - 1
        (first,) = violations_without(result.violations[:1])
        return str(first) + (f" (and {more} more)" if more else "")
    return _message(result.answer.body)


def _message(body: bytes) -> str:
    try:
        error = decode_kept(body)
    except JsonError:
        return ""
    message = error.get("message") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""


def _moved_json(line: Moved) -> str:
    steps = [{"status": status, "step": step} for status, step in line.steps]
    fields: Mapping[str, Any] = {
        "at": format_instant(line.at),
        "moves": steps,
        "sandbox": line.sandbox,
        "scenario": line.scenario,
        "subject": line.subject,
    }
    return visible_text(encode(fields).decode("utf-8", "replace")) + "\n"


def _moved_text(line: Moved) -> str:
    steps = line.steps if len(line.steps) <= _MOST_MOVES else line.steps[-_MOST_MOVES:]
    names = [status if step == status else f"{status} ({step})" for status, step in steps]
    way = " -> ".join(names if steps is line.steps else ["...", *names])
    where = _where(line.sandbox)
    return (
        visible_line(f"{_clock(line.at)}  move {line.subject}  {way}{'  ' + where if where else ''}") + "\n"
    )


def _clock(at: int) -> str:
    return format_instant(at)[11:23]


def _where(sandbox: str) -> str:
    return f"[{sandbox}]" if sandbox not in ("", "default") else ""


def _target(shown: Mapping[str, Any]) -> str:
    return f"{shown['path']}?{shown['query']}" if shown["query"] else str(shown["path"])
