"""The HTTP client of a run: limits concurrency, rate and time, honours Retry-After, records exchanges."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from execmock.core.contract.names import CREATE, EXECUTE
from execmock.forwarding.connections import Connections, Proxy
from execmock.verify.answer_body import ACCEPTED, Room, Unreadable, read_body
from execmock.verify.asking_again import TIMES, Doubts
from execmock.verify.creates import Creates
from execmock.verify.exchange import NO_ANSWER, Exchange, Request
from execmock.verify.rate_limit import REAL, RateLimit, Timer, retry_after
from execmock.verify.reader import NOT_JSON, UNREAD, Reading, read_json

if TYPE_CHECKING:
    import aiohttp

    from execmock.verify.target_watch import TargetWatch

__all__ = ["IN_FLIGHT", "Client", "OutOfTime"]

IN_FLIGHT = 16
_MOST_WAITS = 5
_PAUSE = 0.1
_LARGE = 1 << 19
_MARGIN = 0.05


class OutOfTime(Exception):  # noqa: N818 - a state of the run, not an error
    """The time limit of the run has passed; nothing more is sent."""


class Client:
    """Sends requests and records each exchange in the order of sending."""

    def __init__(
        self,
        *,
        rate: float,
        timeout: int,
        deadline: float | None = None,
        timer: Timer = REAL,
        connections: Connections | None = None,
    ) -> None:
        self._connections = connections or Connections()
        self.room = Room()
        """What is kept of answers."""
        self._timer = timer
        self._pace = RateLimit(rate, timer)
        self._timeout = timeout / 1000
        self._deadline = deadline
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._session: aiohttp.ClientSession | None = None
        self._number = 0
        self._doubts = Doubts()
        self.creates = Creates()
        """Executions that were created, and how many may be."""
        self.journal: list[Exchange] = []
        self.late: set[str] = set()
        """The views that were found to show a new state too late."""
        self.watch: TargetWatch | None = None
        """Ends the run when a key stops working or the service goes away."""

    async def __aenter__(self) -> Self:
        import aiohttp

        from execmock.version import __version__

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=IN_FLIGHT * 8, ttl_dns_cache=300, resolver=_resolver(self._connections.resolve)
            ),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            headers={
                "User-Agent": f"execmock-verify/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Content-Type",),
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def wait(self, seconds: float) -> None:
        """Send nothing for so long in the calling coroutine."""
        await self._timer.sleep(seconds)

    @property
    def out_of_time(self) -> bool:
        """Whether the time limit has passed."""
        return self._deadline is not None and self._timer.now() > self._deadline

    async def send(
        self,
        request: Request,
        *,
        probe: str,
        label: str,
        operation: str,
        identity: str,
        valid: bool = False,
        burst: bool = False,
    ) -> Exchange:
        """Send a request and return the exchange; 429 and 503 with Retry-After are waited for and sent again.

        So is, twice, what may come from the way to the service; all attempts but the last are recorded as
        `again`. A burst ignores the limit of requests in flight. A lost connection or a timeout is an
        exchange with status 0. OutOfTime past the run's limit.
        """
        doubted = waited = 0
        while True:
            async with contextlib.nullcontext() if burst else self._slots:
                if not await self._pace.turn(self._deadline) or self.out_of_time:
                    raise OutOfTime
                sending = self._once(request, probe, label, operation, identity, valid, self._most_seconds())
                if request.method == "POST" and operation in (CREATE, EXECUTE):
                    seen = await self.creates.one(sending)
                else:
                    seen = await sending
            if not seen.status and self.out_of_time:
                raise OutOfTime  # the time limit cut it off, not the service
            if seen.throttled and waited < _MOST_WAITS:
                waited += 1
                self._pace.pause(retry_after(seen.header("retry-after")) * (1 if waited < 4 else 2))
            elif doubted < TIMES and self._doubts.about(seen):
                doubted += 1
                await self._timer.sleep(_PAUSE * doubted)
            else:
                await self._record(seen)
                return seen
            await self._record(replace(seen, again=True))

    async def _record(self, seen: Exchange) -> None:
        self.journal.append(seen)
        if self.watch:
            await self.watch.look_at(seen)

    def supersede(self, seen: Exchange) -> None:
        """Have an exchange count no longer, as its request was sent again."""
        place = next(n for n in range(len(self.journal) - 1, -1, -1) if self.journal[n] is seen)
        self.journal[place] = replace(seen, again=True)

    async def send_unrecorded(self, request: Request) -> tuple[int, Any]:
        """Send a request without recording it; return the status (0: no answer) and the JSON value.

        The time limit does not apply: sandboxes must be deleted also after it has passed.
        """
        seen = await self._once(request, "unrecorded", "", "", "none", False, self._timeout)
        return seen.status, seen.json

    async def _once(
        self,
        request: Request,
        probe: str,
        label: str,
        operation: str,
        identity: str,
        valid: bool,
        seconds: float,
    ) -> Exchange:
        import aiohttp
        from yarl import URL

        if self._session is None:
            raise RuntimeError("the client is used outside `async with`")
        request = self._with_headers(request)
        proxy = self._connections.proxy_for(request.url)
        self._number += 1
        number, sent = self._number, self._timer.now()
        status, headers, body, lost, reading = 0, {}, b"", "", Reading(NOT_JSON)
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=dict(request.headers),
                data=_payload(request.body),
                allow_redirects=False,
                proxy=proxy.url if proxy else None,
                timeout=aiohttp.ClientTimeout(total=seconds),
                ssl=self._connections.tls if request.url.startswith("https:") else True,
            ) as answer:
                status = answer.status
                headers = {name.lower(): value for name, value in answer.headers.items()}
                body = await read_body(answer, self.room)
            reading = read_json(body)
        except TimeoutError:
            status, headers, lost = 0, {}, f"{NO_ANSWER} {self._timeout:g} s"
        except Unreadable as limit:
            reading = Reading(UNREAD, str(limit))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            status, headers, lost = 0, {}, _say(error, proxy)
        return Exchange(
            number=number,
            probe=probe,
            label=label,
            operation=operation,
            identity=identity,
            request=request,
            sent=sent,
            received=self._timer.now(),
            status=status,
            headers=headers,
            body=body,
            json=reading.value,
            unread=reading.unread,
            lost=lost,
            valid=valid,
        )

    def _most_seconds(self) -> float:
        """Return how long an answer may take: no longer than the run."""
        if self._deadline is None:
            return self._timeout
        return max(min(self._timeout, self._deadline - self._timer.now() + _MARGIN), _MARGIN)

    def _with_headers(self, request: Request) -> Request:
        """Add the headers of the run, where the request does not have its own."""
        if not self._connections.headers:
            return request
        own = {name.lower() for name in request.headers}
        added = {name: value for name, value in self._connections.headers if name.lower() not in own}
        return replace(request, headers={**request.headers, **added})


def _payload(body: bytes) -> bytes | io.BytesIO | None:
    """Return the body; a large one is streamed, so that writing it does not block other requests."""
    return io.BytesIO(body) if len(body) > _LARGE else body or None


def _say(error: Exception, proxy: Proxy | None) -> str:
    import aiohttp

    cause = getattr(error, "os_error", error)
    text = getattr(cause, "strerror", None) or str(error) or type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        said = getattr(error.certificate_error, "verify_message", "") or str(error.certificate_error)
        return f"its certificate is not trusted: {said} (--ca names whom to trust)"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy {proxy} answered {error.status}: {error.message}"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy {proxy} does not answer: {text}"
    way = f" through the proxy {proxy}" if proxy else ""
    return f"the connection was lost{way}: {text}"


def _resolver(entries: Iterable[tuple[str, int, str]]) -> aiohttp.abc.AbstractResolver | None:
    """Return what looks hosts up, or None for the usual way."""
    fixed = {(host, port): address for host, port, address in entries}
    if not fixed:
        return None
    import aiohttp

    class Resolver(aiohttp.ThreadedResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[aiohttp.abc.ResolveResult]:
            if (host.lower(), port) not in fixed:
                return await super().resolve(host, port, family)
            address = fixed[host.lower(), port]
            return [
                {
                    "hostname": host,
                    "host": address,
                    "port": port,
                    "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                    "proto": 0,
                    "flags": socket.AI_NUMERICHOST,
                }
            ]

    return Resolver()
