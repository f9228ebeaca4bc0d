"""Exchanges of a HAR file: a browser's network view, or what `execmock verify --report har=` writes."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from execmock.core.durations import DurationError, parse_instant
from execmock.recorder.exchanges import Operations, Said, Source, exchange

__all__ = ["is_har", "read_har"]

_LONGEST = 7 * 86_400_000  # milliseconds that one exchange may take


def is_har(data: Any) -> bool:
    """Whether a document is one."""
    return isinstance(data, dict) and isinstance(data.get("log"), dict)


def read_har(data: Mapping[str, Any], source: Source, operations: Operations) -> None:
    """Add the exchanges of a HAR document; entries that cannot be used are told in a note."""
    entries = data["log"].get("entries")
    left: Counter[str] = Counter()
    for entry in entries if isinstance(entries, list) else ():
        try:
            said = _said(entry)
        except (LookupError, TypeError, AttributeError, DurationError):
            left["have no address, time or status"] += 1
            continue
        if said.status == 0:
            left["have no answer"] += 1
            continue
        source.exchanges.append(exchange(len(source.exchanges) + 1, said, operations, {}))
    source.notes += [f"{source.name}: {count} entries {why}, and are left out" for why, count in left.items()]


def _said(entry: Mapping[str, Any]) -> Said:
    request, response = entry["request"], entry["response"]
    sent = parse_instant(entry["startedDateTime"])
    took = entry.get("time")
    took = took if isinstance(took, int | float) and 0 <= took < _LONGEST else 0
    status = response["status"]
    return Said(
        method=str(request["method"]).upper(),
        url=str(request["url"]),
        sent=sent,
        received=sent + round(took),
        status=status if isinstance(status, int) else 0,
        request_body=_text(request.get("postData")),
        body=_text(response.get("content")),
    )


def _text(content: Any) -> bytes:
    """Return the bytes of a body; nothing where the file holds none, or what is no base64."""
    if not isinstance(content, Mapping) or not isinstance(content.get("text"), str):
        return b""
    text: str = content["text"]
    if content.get("encoding") != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return _utf8(base64.b64decode(text, validate=False))
    except (binascii.Error, ValueError):
        return b""


def _utf8(body: bytes) -> bytes:
    marks: Sequence[tuple[bytes, str]] = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"))
    for mark, coding in marks:
        if body.startswith(mark):
            return body.decode(coding, "replace").encode()
    return body
