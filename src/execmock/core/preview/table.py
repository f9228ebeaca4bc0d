"""A timeline as a table for people and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.durations import format_duration, format_instant
from execmock.core.json_text import encode
from execmock.core.preview.play import Cause
from execmock.core.preview.timeline import Emitted, Ending, Entered, Ignored, Timeline

__all__ = ["as_json", "as_table"]

Row = tuple[int, str, str]
_TOLD = ("title", "message")


def as_table(shown: Timeline) -> str:
    """Return the timeline as aligned text: offset, instant, status or event, and why or what."""
    rows = [row for entry in shown.entries for row in _rows(entry)]
    offsets = ["+" + format_duration(at - shown.start) for at, _, _ in rows]
    wide, middle = max(map(len, offsets)), max(len(what) for _, what, _ in rows)
    lines = []
    blank = " " * (wide + 2 + len(format_instant(0)))
    for index, (at, what, why) in enumerate(rows):
        same = index > 0 and rows[index - 1][0] == at
        when = blank if same else f"{offsets[index]:{wide}}  {format_instant(at)}"
        lines.append(f"{when}  {what:{middle}}  {why}".rstrip())
    return "\n".join([*lines, "", _last_line(shown.ending, shown.start)])


def _rows(entry: Entered | Emitted | Ignored) -> Iterator[Row]:
    if isinstance(entry, Entered):
        name = "" if entry.step == entry.status else f" ({entry.step})"
        yield entry.at, entry.status + name, _why(entry.cause)
        for key, value in entry.sets.items():
            yield entry.at, f"    {key}", encode(value).decode()
    elif isinstance(entry, Emitted):
        yield entry.at, f"  {entry.event['eventType']}", _told(entry.event)
    else:
        yield entry.at, f"  signal {entry.signal}", "nothing waits for it"


def _why(cause: Cause) -> str:
    return cause.trigger.cause(cause.left) if cause.trigger and cause.left else "created"


def _told(event: Mapping[str, Any]) -> str:
    words = ". ".join(str(event[name]) for name in _TOLD if name in event)
    level = event.get("level", "info")
    marks = [
        "" if level == "info" else f"[{level}]",
        f"({event['nodeId']})" if "nodeId" in event else "",
        encode(event["data"]).decode() if "data" in event else "",
    ]
    return " ".join(part for part in (words, *marks) if part)


def _last_line(ending: Ending, start: int) -> str:
    offset = format_duration(ending.at - start)
    if ending.cut:
        return f"stopped after {offset}: it goes round in a loop"
    if ending.final:
        return f"{ending.status} is final"
    waits = " or ".join(ending.waits_for) or "nothing that can happen"
    return f"after {offset} still {ending.status}, waiting for {waits}"


def as_json(shown: Timeline) -> dict[str, Any]:
    """Return the timeline as JSON-like data; instants are texts, offsets durations."""
    ending = shown.ending
    return {
        "scenario": shown.scenario.name,
        "version": shown.scenario.version,
        "api": shown.scenario.api,
        "start": format_instant(shown.start),
        "timeline": [_entry(entry, shown.start) for entry in shown.entries],
        "ending": {
            **_when(ending.at, shown.start),
            "status": ending.status,
            "final": ending.final,
            "waitsFor": list(ending.waits_for),
            "stoppedInLoop": ending.cut,
        },
        "execution": dict(shown.execution),
    }


def _entry(entry: Entered | Emitted | Ignored, start: int) -> dict[str, Any]:
    when = _when(entry.at, start)
    if isinstance(entry, Entered):
        own = {"step": entry.step, "status": entry.status, "cause": _cause(entry.cause)}
        return {**when, **own, **({"set": dict(entry.sets)} if entry.sets else {})}
    if isinstance(entry, Emitted):
        return {**when, "event": dict(entry.event)}
    return {**when, "ignoredSignal": entry.signal}


def _cause(cause: Cause) -> Mapping[str, Any]:
    return cause.trigger.cause_as_json(cause.left) if cause.trigger and cause.left else {"created": True}


def _when(at: int, start: int) -> dict[str, str]:
    return {"offset": format_duration(at - start), "at": format_instant(at)}
