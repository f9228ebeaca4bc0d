"""Files that keep the report on a terminal short: the options of a run, and what is too long to show."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from execmock.settings import VerifySettings, options

__all__ = ["Kept", "as_file"]

_MOST = 300
"""Files that are kept; the oldest are removed first."""


class Kept:
    """A folder of such files; those with the same content are one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def options(self, settings: VerifySettings, without: Sequence[str]) -> str:
        """Keep the options of a run in a file for --config; return its path, or nothing if it cannot be."""
        return self._keep("options-{}.yaml", as_file(settings, without))

    def lines(self, lines: Sequence[str]) -> str:
        """Keep lines for a shell; return the path of the file, or nothing if it cannot be written."""
        return self._keep("try-{}.sh", "\n".join(lines) + "\n")

    def _keep(self, name: str, text: str) -> str:
        digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:10]
        path = self.folder / name.format(digest)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
            self._tidy()
        except OSError:
            return ""
        return str(path)

    def _tidy(self) -> None:
        files = sorted(self.folder.iterdir(), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MOST]:
            file.unlink(missing_ok=True)


def as_file(settings: VerifySettings, without: Sequence[str]) -> str:
    """Return what is not a default and not secret as a configuration file; paths are absolute."""
    given = {
        option.name: _values(option, getattr(settings, option.field))
        for option in options(type(settings))
        if option.field not in without
        and not option.kind.secret
        and getattr(settings, option.field) != option.default
    }
    return json.dumps({"verify": given}, indent=2) + "\n"  # a JSON text is YAML


def _values(option: Any, value: Any) -> Any:
    if option.many:
        return [option.kind.show(each) for each in value]
    if isinstance(value, bool):
        return value
    return option.kind.show(value.absolute() if isinstance(value, Path) else value)
