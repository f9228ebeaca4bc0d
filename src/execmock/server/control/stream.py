"""The live stream: what happens in a sandbox as server-sent events, resumable by `Last-Event-ID`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from execmock.core.json_text import encode
from execmock.errors import StoreError
from execmock.service.engine import Engine
from execmock.service.news import Message
from execmock.service.watcher import Watcher

__all__ = ["Streams"]

_HEARTBEAT = 15.0


class Streams:
    """Serves streams. One watcher a sandbox runs for as long as somebody listens to it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watchers: dict[str, tuple[asyncio.Task[None], int]] = {}
        self._ended = asyncio.Event()

    def end(self) -> None:
        """End every stream: the server is about to stop."""
        self._ended.set()
        self._engine.changes.next_number()

    async def serve(self, request: web.BaseRequest, sandbox: str, last: str | None) -> web.StreamResponse:
        """Send what happened after the message `last`, then what happens, until either side goes."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        self._listen(sandbox)
        try:
            async for message in self._messages(sandbox, last):
                await response.write(message)
        except ConnectionError:
            # The listener went away, which is how streams end.
            pass
        finally:
            self._leave(sandbox)
        return response

    async def _messages(self, sandbox: str, last: str | None) -> AsyncIterator[bytes]:
        changes, news, now = self._engine.changes, self._engine.news, asyncio.get_running_loop().time
        known = await news.position(sandbox, last)
        yield b": execmock stream\n\n"
        spoke = now()
        while not self._ended.is_set():
            messages = await self._since(known, sandbox)
            for known, kind, data in messages:
                yield b"id: %b\nevent: %b\ndata: %b\n\n" % (known.encode(), kind.encode(), encode(data))
                spoke = now()
            if not messages:
                await changes.wait(_HEARTBEAT)
                if now() - spoke >= _HEARTBEAT:
                    yield b": still here\n\n"
                    spoke = now()

    async def _since(self, known: str, sandbox: str) -> Sequence[Message]:
        try:
            return await self._engine.news.since(known, sandbox)
        except StoreError:
            # It is asked again as soon as something happens, or in a while.
            return []

    def _listen(self, sandbox: str) -> None:
        task, listeners = self._watchers.get(sandbox, (None, 0))
        if task is None:
            watcher = Watcher(self._engine, sandbox)
            task = asyncio.create_task(watcher.run())
        self._watchers[sandbox] = (task, listeners + 1)

    def _leave(self, sandbox: str) -> None:
        task, listeners = self._watchers.pop(sandbox)
        if listeners > 1:
            self._watchers[sandbox] = (task, listeners - 1)
        else:
            task.cancel()
