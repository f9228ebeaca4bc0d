"""The files of the console: one page, its styles and its modules, all from the package."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from execmock.server.api.calls import Answer, Result
from execmock.server.control import PREFIX

__all__ = ["console_file", "is_console_path"]

_FOLDER = Path(str(files("execmock.server"))) / "console"
_FILES = f"{PREFIX}/console/"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


def is_console_path(path: str) -> bool:
    """Whether a path is the console's, which the control API has no operation for."""
    return path in (PREFIX, f"{PREFIX}/") or path.startswith(_FILES)


def console_file(method: str, path: str) -> Result:
    """Return the file of the console at a path: 404 where there is none, 405 for what does not read."""
    if method not in ("GET", "HEAD"):
        return Result(Answer(405, b"", {"Allow": "GET, HEAD"}))
    if path == PREFIX:
        # Relative, so that it leads there also behind a proxy that takes a prefix off the path.
        return Result(Answer(302, b"", {"Location": f"{PREFIX.removeprefix('/')}/"}))
    name = path.removeprefix(_FILES) if path.startswith(_FILES) else "index.html"
    if name not in _names():
        text = f"There is no such page; the console is at {PREFIX}/\n"
        return Result(Answer(404, text.encode(), content_type="text/plain; charset=utf-8"))
    kind = _TYPES.get(Path(name).suffix, "text/plain")
    return Result(Answer(200, (_FOLDER / name).read_bytes(), _HEADERS, f"{kind}; charset=utf-8"))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    found = (path for path in _FOLDER.rglob("*") if path.is_file())
    return frozenset(path.relative_to(_FOLDER).as_posix() for path in found)
