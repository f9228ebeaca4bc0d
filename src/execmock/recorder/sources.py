"""Reads the files that a recording is made from, within bounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from execmock.core.json_text import JsonError, decode
from execmock.errors import ConfigError, Place
from execmock.files import read_file
from execmock.recorder.exchanges import Operations, Source
from execmock.recorder.har import is_har, read_har
from execmock.recorder.journal import is_journal, read_journal

__all__ = ["MOST_BYTES", "MOST_EXCHANGES", "read_source"]

MOST_BYTES = 128 << 20
"""The largest file that is read."""
MOST_EXCHANGES = 200_000
"""Exchanges of one recording; later ones are left out."""
_DEEPEST = 900
_EXPECTED = (
    "expected a HAR file, as browsers and `execmock verify --report har=FILE` write it, or what a mock's "
    "`GET /_execmock/journal` or `GET /_execmock/executions` answers"
)


def read_source(path: Path, operations: Operations) -> Source:
    """Read one file; ConfigError says why it cannot be used."""
    try:
        content = read_file(path, most=MOST_BYTES)
    except OSError as bad:
        raise ConfigError(f"cannot be read: {bad.strerror or type(bad).__name__}", place=_at(path)) from bad
    data = _parsed(content, path)
    source = Source(path.name)
    if is_har(data):
        read_har(data, source, operations)
    elif is_journal(data):
        read_journal(data, source, operations)
    else:
        raise ConfigError(f"is neither a HAR file nor a journal; {_EXPECTED}", place=_at(path))
    return source


def _at(path: Path) -> Place:
    return Place(str(path))


def _parsed(content: bytes, path: Path) -> Any:
    if not content.strip():
        raise ConfigError(f"is empty; {_EXPECTED}", place=_at(path))
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as bad:
        raise ConfigError(f"is not text in UTF-8 (byte {bad.start}); {_EXPECTED}", place=_at(path)) from bad
    try:
        return decode(text.encode("utf-8", "surrogatepass"), _DEEPEST)
    except JsonError as strict:
        return _lenient(text, path, strict)


def _lenient(text: str, path: Path, strict: JsonError) -> Any:
    # Browsers write halves of surrogate pairs where a page held them, and numbers of any length.
    try:
        return json.loads(text)
    except json.JSONDecodeError as bad:
        cut = bad.pos >= len(text.rstrip()) or bad.msg.startswith("Unterminated")
        ended = "it ends too soon, as a file that was cut does" if cut else ""
        said = ended or bad.msg[:1].lower() + bad.msg[1:]
        place = Place(str(path), bad.lineno, bad.colno)
        raise ConfigError(f"is not JSON: {said}; {_EXPECTED}", place=place) from bad
    except (RecursionError, ValueError) as bad:
        raise ConfigError(f"cannot be read: {strict.message}", place=_at(path)) from bad
