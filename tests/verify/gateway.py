"""A stand-in for what stands between a client and a service: a proxy, or a gateway with a mind of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, DummyCookieJar, web
from yarl import URL

_HOP = {"connection", "content-encoding", "content-length", "host", "keep-alive", "transfer-encoding"}

Meddle = Callable[[int, web.Request], web.StreamResponse | None]
"""Answers the request of that number, from 1, in place of the service, or passes it on (None)."""


@dataclass
class Gateway:
    """What has passed: `seen` are method and path of each request, `headers` its headers."""

    url: str = ""
    seen: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def gateway(
    upstream: str = "",
    meddle: Meddle = lambda *_: None,
    *,
    tls: ssl.SSLContext | None = None,
    prefix: str = "",
    slow: float = 0.0,
) -> Iterator[Gateway]:
    """Pass requests on to `upstream`, or, without one, to where they ask for, as a forward proxy does.

    A way that is `slow` takes so many seconds.
    """
    passed = Gateway()

    async def handle(request: web.Request) -> web.StreamResponse:
        passed.seen.append(f"{request.method} {request.raw_path}")
        passed.headers.append(dict(request.headers))
        if not request.raw_path.startswith(prefix) and upstream:
            return web.Response(status=404, text="no route")
        own = meddle(len(passed.seen), request)
        if own is not None:
            return own
        await asyncio.sleep(slow)
        base = upstream or str(request.url.origin())
        path = request.raw_path.removeprefix(str(request.url.origin())).removeprefix(prefix)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        async with session.request(
            request.method,
            URL(base + path, encoded=True),
            headers=headers,
            data=await request.read() or None,
            allow_redirects=False,
            skip_auto_headers=("Content-Type",),
        ) as answer:
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def start() -> web.AppRunner:
        nonlocal session
        session = ClientSession(cookie_jar=DummyCookieJar())
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        return runner

    async def stop() -> None:
        await session.close()
        await runner.cleanup()

    session: ClientSession
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gateway", daemon=True)
    thread.start()
    try:
        runner = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        passed.url = f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield passed
        finally:
            asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
