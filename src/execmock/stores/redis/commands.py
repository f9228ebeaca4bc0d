"""Sends commands to Redis: those of one turn of the event loop together, errors in words of ours.

Of equal reads one is sent, and all who asked get its answer: it is of a time when each of them waited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import MovedError, NoScriptError, RedisClusterException

from execmock.errors import StoreError
from execmock.stores.redis.address import read_address
from execmock.stores.redis.cluster import Cluster
from execmock.stores.redis.exchange import FAILURES, Exchange, Request
from execmock.stores.redis.scripts import Script
from execmock.stores.redis.single import SingleRedis

__all__ = ["Commands", "LostError"]


class Commands:
    """A client of one Redis, of a cluster, or of the master that sentinels know.

    What is `durable` is answered once so many replicas have it as `replicas` says.
    """

    def __init__(self, url: str, replicas: int = 0) -> None:
        self._address = read_address(url)
        self._replicas = replicas
        kind = Cluster if self._address.kind == "cluster" else SingleRedis
        self._exchange: Exchange = kind(self._address, replicas)
        self._waiting: list[Request] = []
        self._reads: dict[tuple[Any, ...], Request] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, name: str, key: str, *rest: Any, durable: bool = False) -> Any:
        """Return the answer to a command that may be done twice; StoreError if there is none or it is one."""
        try:
            return await self._ask(key, (name, key, *rest), durable)
        except LostError:
            # A connection that Redis had closed meanwhile; the next one is fresh.
            return await self._ask(key, (name, key, *rest), durable)

    async def read(self, name: str, key: str, *rest: Any) -> Any:
        """Return the answer to a command that changes nothing."""
        try:
            return await self._ask(key, (name, key, *rest), is_read=True)
        except LostError:
            return await self._ask(key, (name, key, *rest), is_read=True)

    async def script(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Any], *, is_read: bool = False
    ) -> Any:
        """Return what a script returns that may be run twice, or that changes nothing."""
        try:
            return await self.script_once(script, keys, arguments, is_read=is_read)
        except LostError:
            return await self.script_once(script, keys, arguments, is_read=is_read)

    async def script_once(
        self,
        script: Script,
        keys: Sequence[str],
        arguments: Sequence[Any],
        *,
        durable: bool = False,
        is_read: bool = False,
    ) -> Any:
        """Return what a script returns; LostError when it may have run without our hearing of it."""
        rest = (len(keys), *keys, *arguments)
        try:
            return await self._ask(keys[0], ("EVALSHA", script.sha, *rest), durable, is_read=is_read)
        except _NotLoadedError:
            return await self._ask(keys[0], ("EVAL", script.text, *rest), durable, is_read=is_read)

    async def confirm(self, key: str) -> None:
        """Return once as many replicas as are asked for have all that was written until now.

        They are asked by a change to a hash: Redis waits for what came over the same connection alone.
        """
        if self._replicas:
            await self.run("HSET", key, "confirmed", "", durable=True)

    async def close(self) -> None:
        """Close the connections once what is under way is answered."""
        await asyncio.gather(*self._under_way)
        await self._exchange.close()

    async def _ask(
        self, key: str, words: tuple[Any, ...], durable: bool = False, *, is_read: bool = False
    ) -> Any:
        same = self._reads.get(words) if is_read else None
        try:
            return await (same.joined() if same else self._new(key, words, durable, is_read).answer)
        except FAILURES as error:
            raise self._failed(error) from None

    def _new(self, key: str, words: tuple[Any, ...], durable: bool, is_read: bool) -> Request:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._send)
        request = Request(key, words, durable)
        self._waiting.append(request)
        if is_read:
            self._reads[words] = request
        return request

    def _send(self) -> None:
        sent, self._waiting, self._reads = self._waiting, [], {}
        task = asyncio.get_running_loop().create_task(self._deliver(sent))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, sent: Sequence[Request]) -> None:
        try:
            await self._exchange.send(sent)
        except Exception as error:
            # A client that breaks is an error of all that it was given: without it they would wait for ever.
            for request in sent:
                request.settle(error)

    def _failed(self, error: Exception) -> StoreError:
        if isinstance(error, NoScriptError):
            return _NotLoadedError("")
        kind = LostError if isinstance(error, NotConnected) else StoreError
        return kind(f"the store {self._address.shown}: {self._why(error)}")

    def _why(self, error: Exception) -> str:
        address = self._address
        if isinstance(error, MovedError):
            expected = f"{address.scheme}+cluster://{address.hosts_shown}"
            return f"this Redis is a node of a cluster; expected {expected} (user and password as here)"
        if isinstance(error, RedisClusterException) and error.__cause__ is not None:
            if isinstance(error.__cause__, RedisClusterException):
                expected = f"{address.scheme}://{address.hosts_shown}"
                return f"this Redis is no node of a cluster; expected {expected}"
            return f"no node of the cluster answers: {error.__cause__}"
        return str(error) or type(error).__name__


class LostError(StoreError):
    """The connection broke; whether the command was done is unknown."""


class _NotLoadedError(StoreError):
    """Redis does not know the script, as after a restart."""
