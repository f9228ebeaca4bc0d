"""The pages that are served with the API: the contract as YAML and JSON, and a page to read and try it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import lru_cache
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from aiohttp import web

from execmock.core.contract import Contract
from execmock.core.json_text import encode

__all__ = ["contract_pages"]

Page = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_TYPES = {".yaml": "application/yaml", ".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_FOLDER = Path(str(files("execmock.server"))) / "pages"
# Never two slashes at the start, which would lead to another host.
_PREFIX = re.compile(r"(?:/[\w.~-]+)+", re.ASCII)
# Swagger UI writes styles into its elements; scripts come from the page's own files alone.
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
_PACKED = ".gz"
_TAKES_GZIP = re.compile(
    r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?:,|$)", re.IGNORECASE
)
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": _POLICY,
}


def contract_pages(
    contract: Contract,
    text: Callable[[], bytes],
    elsewhere: Callable[[], Mapping[str, int]],
    start: Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]],
) -> dict[str, Page]:
    """Return first path segment to page.

    `text` gives the contract as a YAML file, `elsewhere` operation id to port, for those of other ports, and
    `start` what the docs page begins with, from the headers of who asks for it.
    """

    @lru_cache(maxsize=1)
    def as_json() -> bytes:
        return encode(contract.document)

    async def openapi_yaml(request: web.BaseRequest) -> web.StreamResponse:
        return _served(request, text(), "application/yaml")

    async def openapi_json(request: web.BaseRequest) -> web.StreamResponse:
        return _served(request, as_json(), "application/json")

    async def home(request: web.BaseRequest) -> web.StreamResponse:
        return _to_docs(request)

    async def favicon(request: web.BaseRequest) -> web.StreamResponse:
        return _served(request, (_FOLDER / "swagger" / "favicon-32x32.png").read_bytes(), "image/png")

    async def docs(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/docs/start.json":
            answer = _served(request, encode(await start(request.headers)), "application/json")
            # The page's own, and no other page's.
            answer.headers.popall("Access-Control-Allow-Origin", None)
            return answer
        return _docs_page(request, elsewhere())

    return {
        "/": home,
        "/favicon.ico": favicon,
        "/openapi.yaml": openapi_yaml,
        "/openapi.json": openapi_json,
        "/docs": docs,
    }


def _to_docs(request: web.BaseRequest) -> web.Response:
    """Redirect to the docs page, also behind a proxy that takes a prefix off the path.

    Without `X-Forwarded-Prefix` the address is relative to the one that was asked for, which the proxy knows.
    """
    prefix = request.headers.get("X-Forwarded-Prefix", "").rstrip("/")
    location = f"{prefix}/docs/" if _PREFIX.fullmatch(prefix) else "docs/"
    return web.Response(status=302, headers={"Location": location, "Vary": "X-Forwarded-Prefix"})


def _docs_page(request: web.BaseRequest, elsewhere: Mapping[str, int]) -> web.Response:
    """Serve the docs page and its files: all in the package, but for what is served on other ports."""
    name = request.path.removeprefix("/docs").strip("/") or "docs.html"
    if name == "elsewhere.json":
        return _served(request, encode(dict(elsewhere)), "application/json")
    if name not in _names(_FOLDER):
        return web.Response(status=404, text="There is no such page; the contract is at /docs.\n")
    if name == "docs.html" and not request.path.endswith("/docs/"):
        # The page's own files lie in the same folder, so its address has to end in a slash.
        return _to_docs(request)
    path = _FOLDER / name
    kind = _TYPES.get(path.suffix) or guess_type(name)[0] or "text/plain"
    if path.is_file():
        return _served(request, path.read_bytes(), kind, elsewhere.values())
    return _packed(request, path.with_name(path.name + _PACKED), kind)


def _packed(request: web.BaseRequest, path: Path, kind: str) -> web.Response:
    """Serve a file that is kept as gzip: as it is where the client takes that."""
    body = path.read_bytes()
    takes = _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
    answer = _served(request, body if takes else gzip.decompress(body), kind)
    answer.headers["Vary"] = "Accept-Encoding"
    if takes and answer.status == 200:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@lru_cache(maxsize=1)
def _names(folder: Path) -> frozenset[str]:
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return frozenset(name.removesuffix(_PACKED) for name in files)


def _served(
    request: web.BaseRequest, body: bytes, content_type: str, ports: Collection[int] = ()
) -> web.Response:
    if request.method not in ("GET", "HEAD"):
        return web.Response(status=405, headers={"Allow": "GET, HEAD"})
    headers = {**_SAFE, "Content-Type": content_type, "Access-Control-Allow-Origin": "*"}
    if ports:
        # An operation on another port is another origin, under whatever name this machine was reached.
        reached = "".join(f" http://*:{port}" for port in sorted(set(ports)))
        headers["Content-Security-Policy"] = f"{_POLICY}; connect-src 'self'{reached}"
    return web.Response(body=body, headers=headers)
