"""One Redis: at an address, or the one that sentinels call the master."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from execmock.errors import nearest_or_all, quoted
from execmock.stores.redis.address import Address
from execmock.stores.redis.exchange import FAILURES, Request, answers_of, as_words, settle

__all__ = ["SingleRedis"]

_SENTINEL_PATIENCE = 0.5
"""Seconds that a sentinel may take: the next one knows as much."""


class SingleRedis:
    """An Exchange with one Redis, over as many connections as are under way at once."""

    def __init__(self, address: Address, replicas: int) -> None:
        self._replicas = replicas
        # What is sent again may be done twice, so that is decided by the store and not by the client.
        options = {**address.options, "db": address.database, "retry": _never()}
        self._sentinel = _Sentinel(address) if address.kind == "sentinel" else None
        if self._sentinel is not None:
            self._redis = self._sentinel.master_for(address.master, ssl=address.secure, **options)
        else:
            host, port = address.hosts[0]
            connection = SSLConnection if address.secure else Connection
            pool = ConnectionPool(connection_class=connection, host=host, port=port, **options)
            self._redis = Redis.from_pool(pool)

    async def send(self, requests: Sequence[Request]) -> None:
        """Send requests together, and settle each of them."""
        pipeline = self._redis.pipeline(transaction=False)
        words = as_words(requests, self._replicas)
        for command in words:
            pipeline.execute_command(*command)
        answers = await answers_of(pipeline, len(words))
        enough = settle(requests, answers, self._replicas) and not any(map(_lacks_replicas, answers))
        if self._sentinel is not None and not enough:
            # The sentinels may have another master, which the old one has not been told of.
            await self._redis.connection_pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
        if self._sentinel is not None:
            await self._sentinel.aclose()


class _Sentinel(Sentinel):
    """The client's sentinels, which say in a sentence why there is no master."""

    def __init__(self, address: Address) -> None:
        options: dict[str, Any] = {
            **address.sentinel_options,
            "socket_timeout": _SENTINEL_PATIENCE,
            "socket_connect_timeout": _SENTINEL_PATIENCE,
            "retry": _never(),
            "ssl": address.secure,
        }
        super().__init__(address.hosts, sentinel_kwargs=options)  # type: ignore[no-untyped-call]
        self._hosts_shown = address.hosts_shown

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Return host and port of the master of a name."""
        try:
            found: tuple[str, int] = await super().discover_master(service_name)
        except MasterNotFoundError:
            raise MasterNotFoundError(await self._why_none(service_name)) from None
        return found

    async def _why_none(self, name: str) -> str:
        known, failure, answered = set[str](), "", False
        for sentinel in self.sentinels:
            try:
                known |= {str(one) for one in await sentinel.sentinel_masters()}
                answered = True
            except FAILURES as error:
                failure = str(error) or type(error).__name__
        if not answered:
            return f"no sentinel of {self._hosts_shown} answers: {failure}"
        if name not in known:
            return f"the sentinels know no master {quoted(name)}.{nearest_or_all(name, known)}"
        return f"the master {quoted(name)} is down, and the sentinels have no other yet"


def _lacks_replicas(answer: Any) -> bool:
    """Whether a master refuses writes because its replicas have left it (its `min-replicas-to-write`)."""
    return isinstance(answer, ResponseError) and str(answer).startswith("NOREPLICAS")


def _never() -> Retry:
    return Retry(NoBackoff(), 0)
