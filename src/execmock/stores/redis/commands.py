"""Sends commands to Redis: those of one turn of the event loop together, errors in words of ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import NoScriptError, RedisError

from execmock.errors import StoreError
from execmock.stores.redis.scripts import Script

__all__ = ["Commands", "LostError"]

_PATIENCE = 2.0
"""Seconds that a connection and an answer may take."""

_Sent = tuple[tuple[Any, ...], "asyncio.Future[Any]"]


class Commands:
    """A client of one Redis."""

    def __init__(self, url: str) -> None:
        # A password may stand in either place, and whatever it holds, none of it is shown.
        self._name = re.sub(r"//.*@", "//***@", url.partition("?")[0])
        # What is sent again may be done twice, so that is decided here and not by the client.
        never = Retry(NoBackoff(), 0)
        try:
            self._redis = Redis.from_url(
                url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=never
            )
        except (RedisError, ValueError) as error:
            raise StoreError(f"{self._name} is not a store: {error}") from None
        self._waiting: list[_Sent] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, *command: Any) -> Any:
        """Return the answer to a command that may be done twice; StoreError if there is none or it is one."""
        try:
            return await self._ask(command)
        except LostError:
            # A connection that Redis had closed meanwhile; the next one is fresh.
            return await self._ask(command)

    async def _ask(self, command: tuple[Any, ...]) -> Any:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._send)
        self._waiting.append((command, answer))
        return await answer

    async def script(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Return what a script returns that may be run twice."""
        try:
            return await self.script_once(script, keys, arguments)
        except LostError:
            return await self.script_once(script, keys, arguments)

    async def script_once(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Return what a script returns; LostError when it may have run without our hearing of it."""
        rest = (len(keys), *keys, *arguments)
        try:
            return await self._ask(("EVALSHA", script.sha, *rest))
        except _NotLoadedError:
            return await self._ask(("EVAL", script.text, *rest))

    async def together(self, ask: Callable[[Pipeline], None]) -> list[Any]:
        """Return the answers to commands that are done as one step."""
        pipeline = self._redis.pipeline(transaction=True)
        ask(pipeline)
        try:
            answers: list[Any] = await pipeline.execute()
        except (RedisError, OSError) as error:
            raise self._failed(error) from None
        return answers

    async def close(self) -> None:
        """Close the connections once what is under way is answered."""
        await asyncio.gather(*self._under_way)
        await self._redis.aclose()

    def _send(self) -> None:
        sent, self._waiting = self._waiting, []
        task = asyncio.get_running_loop().create_task(self._exchange(sent))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _exchange(self, sent: Sequence[_Sent]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for command, _ in sent:
            pipeline.execute_command(*command)
        answers: Sequence[Any]
        try:
            answers = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            answers = [error] * len(sent)
        for (_, future), answer in zip(sent, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(self._failed(answer))
            else:
                future.set_result(answer)

    def _failed(self, error: Exception) -> StoreError:
        if isinstance(error, NoScriptError):
            return _NotLoadedError("")
        kind = LostError if isinstance(error, NotConnected) else StoreError
        return kind(f"the store {self._name}: {str(error) or type(error).__name__}")


class LostError(StoreError):
    """The connection broke; whether the command was done is unknown."""


class _NotLoadedError(StoreError):
    """Redis does not know the script, as after a restart."""
