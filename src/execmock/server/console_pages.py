"""The files of the console: one page, its styles and its modules, all from the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from execmock.server.api.calls import Answer, Result
from execmock.server.control import PREFIX

__all__ = ["console_file", "is_console_path"]

_FOLDER = Path(str(files("execmock.server"))) / "console"
_PAGE = "index.html"
_FILES = f"{PREFIX}/console/"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
_KEPT = {**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}


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
    digest, _, name = path.removeprefix(_FILES).partition("/") if path.startswith(_FILES) else ("", "", _PAGE)
    files = _files()
    if name not in files or digest not in ("", _digest()):
        text = f"There is no such page; the console is at {PREFIX}/\n"
        return Result(Answer(404, text.encode(), content_type="text/plain; charset=utf-8"))
    kind = _TYPES.get(Path(name).suffix, "text/plain")
    if name != _PAGE:
        return Result(Answer(200, files[name], _KEPT, f"{kind}; charset=utf-8"))
    page = files[_PAGE].replace(b'"console/', b'"console/%b/' % _digest().encode())
    return Result(Answer(200, page, _HEADERS, f"{kind}; charset=utf-8"))


@lru_cache(maxsize=1)
def _files() -> Mapping[str, bytes]:
    found = sorted(path for path in _FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in found}


@lru_cache(maxsize=1)
def _digest() -> str:
    """Return what stands for the text of all files: browsers keep those of an address for good."""
    digest = blake2b(digest_size=8)
    for name, content in _files().items():
        digest.update(b"%d %b %b" % (len(content), name.encode(), content))
    return digest.hexdigest()
