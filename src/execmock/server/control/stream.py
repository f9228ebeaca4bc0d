"""The live stream: what happens in a sandbox as server-sent events, resumable by `Last-Event-ID`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from execmock.core.json_text import encode
from execmock.service.engine import Engine
from execmock.service.journal import JournalFilter, rendered
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
        changes = self._engine.changes
        known = int(last) if last and last.isdecimal() else changes.last
        yield b": execmock stream\n\n"
        while not self._ended.is_set():
            news = self._since(known, sandbox)
            for number, kind, data in news:
                yield b"id: %d\nevent: %b\ndata: %b\n\n" % (number, kind.encode(), encode(data))
                known = number
            if not news:
                await changes.wait(_HEARTBEAT)
                if changes.last == known:
                    yield b": still here\n\n"

    def _since(self, known: int, sandbox: str) -> list[tuple[int, str, Any]]:
        entries = self._engine.journal.entries(sandbox, JournalFilter(after=known))
        requests = [(entry.number, "request", rendered(entry)) for entry in entries]
        others = [
            (change.number, change.kind, change.data) for change in self._engine.changes.since(known, sandbox)
        ]
        return sorted([*requests, *others], key=lambda message: message[0])

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
