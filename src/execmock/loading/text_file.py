"""Text files, read whole, or why they cannot be."""

from __future__ import annotations

import codecs
from pathlib import Path

from execmock.errors import ExecmockError, Place
from execmock.files import read_file

__all__ = ["read_text_file"]

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text_file(path: Path, error: type[ExecmockError]) -> tuple[str, bytes]:
    """Return the text of a UTF-8 file, with or without a byte order mark, and its bytes; or raise `error`."""
    try:
        content = read_file(path)
        return content.decode("utf-8-sig"), content
    except UnicodeDecodeError as bad:
        if content.startswith(_UTF_16):
            raise error("is UTF-16, not UTF-8 text; save it as UTF-8", place=Place(str(path), 1, 1)) from bad
        before = content[: bad.start].decode().splitlines(keepends=True) or [""]
        ended = before[-1].endswith(("\n", "\r"))
        line, column = (len(before) + 1, 1) if ended else (len(before), len(before[-1]) + 1)
        said = f"is not UTF-8 text: the byte 0x{content[bad.start]:02x} stands here; save it as UTF-8"
        raise error(said, place=Place(str(path), line, column)) from bad
    except OSError as bad:
        reason = bad.strerror or type(bad).__name__
        raise error(f"cannot be read: {reason}", place=Place(str(path))) from bad
