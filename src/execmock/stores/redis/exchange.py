"""What is asked of Redis, and what a client of it has to do: bring requests to where their keys are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisClusterException, RedisError, ResponseError

__all__ = ["FAILURES", "Exchange", "Request", "TooFewReplicasError", "answers_of", "as_words", "settle"]

FAILURES = (RedisError, RedisClusterException, OSError)
"""What the client raises where Redis cannot be reached or refuses."""
_WAIT = 1000
"""Milliseconds that replicas have to confirm what was written."""


class TooFewReplicasError(ResponseError):
    """A change was made, and too few replicas confirmed it in time."""


@dataclass(slots=True)
class Request:
    """A command, and the future that gets its answer or its exception.

    `key` says on which node of a cluster it is done; a `durable` one waits for replicas where it is asked to.
    """

    key: str
    words: tuple[Any, ...]
    durable: bool = False
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    others: list[asyncio.Future[Any]] = field(default_factory=list)

    def joined(self) -> asyncio.Future[Any]:
        """Return another future that gets the same answer: one who asks may go, and the others wait on."""
        future = asyncio.get_running_loop().create_future()
        self.others.append(future)
        return future

    def settle(self, answer: Any) -> None:
        """Hand out an answer to all who asked, but for those who have gone."""
        for future in (self.answer, *self.others):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)


class Exchange(Protocol):
    """A way to one Redis or to many."""

    async def send(self, requests: Sequence[Request]) -> None:
        """Send requests in their order, and settle each of them; it never raises."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def as_words(requests: Sequence[Request], replicas: int) -> list[tuple[Any, ...]]:
    """Return the commands of requests that share a connection, and the wait for what they wrote."""
    words = [request.words for request in requests]
    if replicas and any(request.durable for request in requests):
        words.append(("WAIT", replicas, _WAIT))
    return words


async def answers_of(pipeline: Any, count: int, **options: Any) -> list[Any]:
    """Return the answers to a pipeline's commands, so many as `count`; an exception for each where it fails.

    `options` are those of its method `execute`.
    """
    try:
        answers: list[Any] = await pipeline.execute(raise_on_error=False, **options)
    except FAILURES as error:
        return [error] * count
    except (AttributeError, RuntimeError):
        # The client closes the free connections of a node that has left the cluster, also one that is taken
        # meanwhile: its streams are gone then.
        return [NotConnected("the connection was closed before it was used")] * count
    return answers


def settle(requests: Sequence[Request], answers: Sequence[Any], replicas: int) -> bool:
    """Settle requests by the answers to `as_words`; return whether the replicas asked for confirmed."""
    confirmed = answers[-1] if len(answers) > len(requests) else replicas
    if isinstance(confirmed, Exception) or confirmed >= replicas:
        confirmed_all, failure = not isinstance(confirmed, Exception), confirmed
    else:
        said = f"what was written is confirmed by {confirmed} of {replicas} replicas"
        confirmed_all, failure = False, TooFewReplicasError(said)
    for request, answer in zip(requests, answers, strict=False):
        failed = request.durable and not confirmed_all and not isinstance(answer, Exception)
        request.settle(failure if failed else answer)
    return confirmed_all
