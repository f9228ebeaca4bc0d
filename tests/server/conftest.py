"""A mock that really listens, with a clock that moves only when it is told to."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import pytest
from yarl import URL

from execmock.clocks import ManualClock
from execmock.server.app import App
from execmock.server.http.listener import Listener, bind
from execmock.service.engine import Engine
from execmock.settings import ServeSettings

BODY = {"workflowId": "wf_paid_happy_path", "sourceSystem": "shop", "sourceEntityType": "order"}


class Reply(NamedTuple):
    """An answer: status, headers, the body's bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        return self.json["data"]

    @property
    def places(self) -> list[str]:
        """Where an error says that the request is wrong."""
        return [entry["location"] for entry in self.json["details"]]


class Server:
    """A running mock and a client for it."""

    def __init__(self, mock: App, clock: ManualClock, url: str, session: aiohttp.ClientSession) -> None:
        self.mock = mock
        self.engine = mock.engine
        self.clock = clock
        self.url = url
        self._session = session

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = "b3sk_test",
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Reply:
        """Send a request: `body` as JSON, or `data` as it stands; the path as it is written."""
        sent = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        # aiohttp's client wants a large body as a stream.
        sent_data = io.BytesIO(data) if data and len(data) > 1 << 20 else data
        url = URL(self.url + path, encoded=True)
        async with self._session.request(
            method,
            url,
            data=sent_data,
            headers=sent,
            allow_redirects=False,
            skip_auto_headers=["Content-Type"],
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.send("GET", path, **more)

    async def create(self, changes: Mapping[str, Any] | None = None, **more: Any) -> Reply:
        return await self.send("POST", "/v1/executions", {**BODY, **(changes or {})}, **more)

    async def execute(self, workflow: str, body: Any = None, **more: Any) -> Reply:
        return await self.send("POST", f"/api/v1/workflows/{workflow}/execute", body, **more)

    async def raw(self, *pieces: bytes) -> bytes:
        """Send bytes over a connection of its own, piece by piece, and return all that comes back."""
        host, port = self.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        await writer.wait_closed()
        return answer


Start = Callable[..., Any]


@asynccontextmanager
async def mock_servers() -> AsyncIterator[Start]:
    """Give a function that starts a mock with options; what it started ends with the context."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Server:
            clock = options.pop("clock", None) or ManualClock()
            settings = ServeSettings(**{"seed": 7, "quiet": True, **options})
            mock = App(settings, Engine(settings, clock))
            await mock.prepare()
            listener = Listener(mock.dispatcher(), bind("127.0.0.1", 0))
            await listener.start()
            stack.push_async_callback(mock.close)
            stack.push_async_callback(listener.stop)
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Server(mock, clock, listener.url, session)

        yield start


@pytest.fixture
async def mock_server() -> AsyncIterator[Start]:
    """Start a mock with the options that are given; what a test starts ends with it."""
    async with mock_servers() as start:
        yield start


@pytest.fixture
async def server(mock_server: Start) -> Server:
    """A mock as it is without options, but for its seed and its clock."""
    started: Server = await mock_server()
    return started
