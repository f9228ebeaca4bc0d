"""Files that users name, read whole and within a bound; what is no file is never waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

__all__ = ["MOST_BYTES", "read_file", "real_path"]

MOST_BYTES = 32 << 20
"""The largest file that is read."""

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_file(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return a file's bytes; OSError when it cannot be read, is no regular file, or is over `most` bytes.

    A pipe or a device might give nothing for ever, or never end.
    """
    kind = stat.S_IFMT(path.stat().st_mode)
    if kind not in {stat.S_IFREG, stat.S_IFDIR}:
        raise OSError(errno.EINVAL, f"it is {_KINDS.get(kind, 'something else')}, not a file")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most >> 20} MB")
    return content


def real_path(path: Path) -> Path:
    """Return a path without symbolic links; those that lead in a circle stay, as what cannot be opened."""
    return Path(os.path.realpath(path))
