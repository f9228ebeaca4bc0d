"""The client side of forwarding: a pool of connections, bodies streamed, failures in plain words."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload
from yarl import URL

from execmock.forwarding.headers import request_headers

__all__ = ["BUFFER", "LONGEST_HEADER", "UpstreamClient", "UpstreamFailure", "lost_because"]

BUFFER = 1 << 14
"""Bytes that are read ahead of a slower reader, for each body under way."""
LONGEST_HEADER = 1 << 16
_KEEP_ALIVE = 4.0  # seconds; many servers close an idle connection after five
_CONTINUE = 1.0  # seconds that curl waits for 100 as well

Tell = Callable[[bytes], None]


class UpstreamFailure(Exception):  # noqa: N818 - an answer, not a failure of ours
    """No answer came from the upstream; `status` is what its client gets, with `headers`.

    It is 502, 504 where the upstream was slow, and 503 where it could not be asked.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"Retry-After": "1"} if status == 503 else {}


class UpstreamClient:
    """Sends requests on. One for all upstreams; to be used as an async context manager.

    `timeout` is how many seconds an upstream may take to accept a connection, and to begin its answer after
    the request was sent. `http_proxy` returns the HTTP proxy for an address.
    """

    def __init__(
        self,
        *,
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
        http_proxy: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._timeout = timeout
        self._tls = tls
        self._http_proxy = http_proxy
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE, ttl_dns_cache=10),
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            auto_decompress=False,
            read_bufsize=BUFFER,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, incoming: web.BaseRequest, base: str, tell: Tell) -> aiohttp.ClientResponse:
        """Send a request on to the address `base`, and return the answer once its head has come.

        `tell` is called with each part of the body that is sent. UpstreamFailure where no answer comes.
        """
        target = incoming.raw_path
        if not target.startswith("/"):
            raise UpstreamFailure(501, f"A request for {target[:40]!r} is not passed on; expected a path")
        try:
            return await self._sent(incoming, base.rstrip("/") + target, tell)
        except TimeoutError as error:
            raise UpstreamFailure(504, f"{base} did not answer within {self._timeout:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            cause = getattr(error, "os_error", error)
            if getattr(cause, "errno", None) in (errno.EMFILE, errno.ENFILE):
                # Told as the loop tells that it cannot accept a connection.
                what = {"message": "no connection to the upstream can be opened", "exception": cause}
                asyncio.get_running_loop().call_exception_handler(what)
                raise UpstreamFailure(503, f"{base} was not asked: {lost_because(error)}") from error
            raise UpstreamFailure(502, f"{base} gave no answer: {lost_because(error)}") from error

    async def _sent(self, incoming: web.BaseRequest, url: str, tell: Tell) -> aiohttp.ClientResponse:
        headers = request_headers(incoming.raw_headers, client=incoming.remote, scheme=incoming.scheme)
        body = _Body(incoming, tell, self._timeout) if incoming.body_exists else None
        if headers.get("Expect", "").lower() != "100-continue" or body is None:
            headers.popall("Expect", None)
            return await self._request(incoming.method, url, headers, body)
        sending = asyncio.ensure_future(self._request(incoming.method, url, headers, body))
        try:
            wanted = asyncio.ensure_future(body.wanted.wait())
            await asyncio.wait((sending, wanted), timeout=_CONTINUE, return_when=asyncio.FIRST_COMPLETED)
            wanted.cancel()
            if sending.done() or body.wanted.is_set():
                return await sending
        finally:
            if not body.wanted.is_set():
                sending.cancel()
        # It does not know of Expect, and waits for the body; nothing of that was sent.
        await asyncio.wait((sending,))
        del headers["Expect"]
        return await self._request(incoming.method, url, headers, _Body(incoming, tell, self._timeout))

    async def _request(
        self, method: str, url: str, headers: object, body: _Body | None
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            raise RuntimeError("the client is used outside `async with`")
        async with asyncio.timeout(self._timeout) as limit:
            if body is not None:
                body.limit = limit
            return await self._session.request(
                method,
                URL(url, encoded=True),
                headers=headers,  # type: ignore[arg-type]  # a CIMultiDict
                data=body,
                allow_redirects=False,
                proxy=self._http_proxy(url),
                ssl=self._tls if self._tls is not None and url.startswith("https:") else True,
            )


class _Body(Payload):
    """The body of a request, passed on as it comes. It cannot be sent a second time."""

    _default_content_type = ""

    def __init__(self, incoming: web.BaseRequest, tell: Tell, timeout: float) -> None:
        super().__init__(incoming.content)
        self._incoming = incoming
        self._tell = tell
        self._timeout = timeout
        self.limit: asyncio.Timeout | None = None
        """Ends the wait for the answer; the time that the client takes does not count."""
        self.wanted = asyncio.Event()
        """Set once the upstream takes the body."""

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Refuse: the body is never whole."""
        raise TypeError("a body that is passed on cannot be read as text")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all parts, each once the one before it is on its way."""
        self._consumed = True
        self.wanted.set()
        if self._incoming.headers.get("Expect", "").lower() == "100-continue":
            await self._incoming.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        content = self._incoming.content
        if not content.is_eof() and not content.total_bytes:
            writer.send_headers()  # the client may wait for the answer before it sends the body
        while part := await self._next(content):
            self._tell(part)
            await writer.write(part)

    async def _next(self, content: aiohttp.StreamReader) -> bytes:
        self._wait(None)
        part = await content.readany()
        self._wait(self._timeout)
        return part

    def _wait(self, seconds: float | None) -> None:
        limit = self.limit
        if limit is not None and not limit.expired():
            with suppress(RuntimeError):  # the answer has begun already
                limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)


def lost_because(error: Exception) -> str:
    """Return why a connection to an upstream was lost, or not had."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        said = getattr(error.certificate_error, "verify_message", "") or str(error.certificate_error)
        return f"its certificate is not trusted: {said}"
    cause = getattr(error, "os_error", error)
    number = getattr(cause, "errno", None)
    if isinstance(number, int) and number > 0:
        return os.strerror(number)
    return getattr(cause, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
