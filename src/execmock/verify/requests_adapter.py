"""Sends what the engine generates by the client of the run, as an adapter of `requests`."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Lost
from urllib3 import HTTPResponse

from execmock.verify.exchange import Exchange, Request

__all__ = ["ClientAdapter"]

_TRIAL = "x-schemathesis-probe"
_CASE = "x-schemathesis-testcaseid"
_OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "connection", "content-length", _CASE})


class ClientAdapter(HTTPAdapter):
    """Hands each request to `send`, with what `about` says of it, and gives the answer back.

    `cases` are the exchanges by the engine's id of their case, `operations` those that were asked for.
    """

    def __init__(
        self,
        send: Callable[[Request, str, str], Exchange],
        about: Callable[[Request], tuple[str, str]],
    ) -> None:
        super().__init__()
        self._send = send
        self._about = about
        self.cases: dict[str, Exchange] = {}
        self.operations: set[str] = set()

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Send a request; `Lost` if no answer came. Trials of what the service takes are not sent."""
        headers = {str(name): _text(value) for name, value in request.headers.items()}
        if any(name.lower() == _TRIAL for name in headers):
            return self._answer(request, 400 if "\0" in headers.values() else 404)
        kept = {name: value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}
        body = request.body or b""
        sent = Request(
            request.method or "GET",
            request.url or "",
            kept,
            body if isinstance(body, bytes) else str(body).encode(),
        )
        operation, identity = self._about(sent)
        seen = self._send(sent, operation, identity)
        self.operations.add(operation)
        if case := next((value for name, value in headers.items() if name.lower() == _CASE), ""):
            self.cases[case] = seen
        if not seen.status:
            raise Lost(seen.lost, request=request)
        # The client has unpacked the body.
        kept = {name: value for name, value in seen.headers.items() if name != "content-encoding"}
        return self._answer(request, seen.status, kept, seen.body)

    def _answer(
        self,
        request: PreparedRequest,
        status: int,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes = b"",
    ) -> Response:
        raw = HTTPResponse(
            body=io.BytesIO(body),
            headers=dict(headers),
            status=status,
            version=11,
            preload_content=False,
            request_method=request.method,
        )
        return self.build_response(request, raw)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
