"""The live stream: what happens in a sandbox as server-sent events, resumable by `Last-Event-ID`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from aiohttp import web

from execmock.core.json_text import encode
from execmock.service.engine import Engine
from execmock.service.events.entry import JournalEntry
from execmock.service.events.journal import JournalFilter
from execmock.service.execution_watcher import ExecutionWatcher

__all__ = ["Streams"]

_HEARTBEAT = 15.0
_MOST_KEPT, _LONGEST_KEPT = 16, 1 << 16
"""Messages, and bytes of one, that are kept for other listeners."""
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class Streams:
    """Serves streams. Each sandbox with a listener has one watcher."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watched: dict[str, _Watched] = {}
        self._ended = asyncio.Event()

    def end(self) -> None:
        """End every stream: the server is about to stop."""
        self._ended.set()
        self._engine.changes.next_number()

    async def serve(self, request: web.BaseRequest, sandbox: str, last: str | None) -> web.StreamResponse:
        """Send what happened after the message `last`, then what happens, until either side goes."""
        await self._let_go()
        watched = self._watched.setdefault(
            sandbox, _Watched(sandbox, ExecutionWatcher(self._engine, sandbox))
        )
        watched.join()
        response = web.StreamResponse(headers=_HEADERS)
        try:
            # What moved without a listener is published now: news to those that resume, else the past.
            await watched.watcher.look()
            known = self._known(last)
            await response.prepare(request)
            async for message in self._messages(request, watched, known):
                await response.write(message)
        except ConnectionError:
            # The listener went away, which is how streams end.
            pass
        finally:
            watched.leave()
        return response

    async def _let_go(self) -> None:
        """Forget what was watched of sandboxes that are gone."""
        for name in [name for name, watched in self._watched.items() if not watched.listeners]:
            if await self._engine.sandboxes.get(name) is None:
                self._watched.pop(name, None)

    def _known(self, last: str | None) -> int:
        latest = self._engine.changes.last
        if last is None or not (last.isascii() and last.isdecimal()) or len(last) > 18:
            return latest
        # A number that was not given out yet is another server's: to its listener everything here is news.
        return int(last) if int(last) <= latest else 0

    async def _messages(
        self, request: web.BaseRequest, watched: _Watched, known: int
    ) -> AsyncIterator[bytes]:
        changes, loop = self._engine.changes, asyncio.get_running_loop()
        sandbox = watched.sandbox
        yield b": execmock stream\n\n"
        written = loop.time()
        while not self._ended.is_set() and request.transport is not None:
            news = self._news(known, watched)
            known = changes.last
            for message in news:
                if message.text is not None:
                    yield message.text
                else:
                    yield self._text(message)
                    # One by one: a thousand large bodies at once would hold up all others.
                    await asyncio.sleep(0)
                written = loop.time()
            if await self._engine.sandboxes.get(sandbox) is None:
                return
            if changes.last == known:
                await changes.wait(max(0.0, written + _HEARTBEAT - loop.time()))
            if loop.time() >= written + _HEARTBEAT:
                yield b": still here\n\n"
                written = loop.time()

    def _text(self, message: _Message) -> bytes:
        data = message.data
        if isinstance(data, JournalEntry):
            data = self._engine.journal.shown(data)
        text = b"id: %d\nevent: %b\ndata: %b\n\n" % (message.number, message.kind.encode(), encode(data))
        if len(text) <= _LONGEST_KEPT:
            message.text = text
        return text

    def _news(self, known: int, watched: _Watched) -> Sequence[_Message]:
        """Return what came after `known`: the same for all listeners that know as much."""
        asked = (known, self._engine.changes.last)
        if watched.latest is not None and watched.latest[0] == asked:
            return watched.latest[1]
        news = self._since(known, watched.sandbox)
        watched.latest = (asked, news) if len(news) <= _MOST_KEPT else None
        return news

    def _since(self, known: int, sandbox: str) -> Sequence[_Message]:
        entries = self._engine.journal.entries(sandbox, JournalFilter(after=known))
        requests = [_Message(entry.number, "request", entry) for entry in entries]
        others = [
            _Message(change.number, change.kind, change.data)
            for change in self._engine.changes.since(known, sandbox)
        ]
        news = sorted([*requests, *others], key=attrgetter("number"))
        dropped = max(
            source.dropped_up_to(sandbox) for source in (self._engine.changes, self._engine.journal)
        )
        # Its number is the one that is known: a reader that goes on from there lacks the same.
        return [_Message(known, "gap", {"after": known}), *news] if known < dropped else news


@dataclass(slots=True)
class _Message:
    """What a stream tells; `text` is how, once one listener was told."""

    number: int
    kind: str
    data: Any
    text: bytes | None = None


class _Watched:
    """A sandbox that is, or was, listened to: its watcher, and how many listen."""

    def __init__(self, sandbox: str, watcher: ExecutionWatcher) -> None:
        self.sandbox = sandbox
        self.watcher = watcher
        self.listeners = 0
        self.latest: tuple[tuple[int, int], Sequence[_Message]] | None = None
        """What was last told, after which number and up to which."""
        self._task: asyncio.Task[None] | None = None

    def join(self) -> None:
        """Let the watcher run from the first listener on."""
        self.listeners += 1
        if self._task is None:
            self._task = asyncio.create_task(self.watcher.run())

    def leave(self) -> None:
        """Stop the watcher after the last listener."""
        self.listeners -= 1
        if self.listeners == 0 and self._task is not None:
            self._task.cancel()
            self._task = None
