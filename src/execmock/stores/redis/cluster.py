"""A Redis Cluster: each request goes to the node that has its key, also while keys move between nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    RedisClusterException,
    ResponseError,
    SlotNotCoveredError,
    TryAgainError,
)

from execmock.stores.redis.address import Address
from execmock.stores.redis.exchange import FAILURES, Request, answers_of, as_words, settle

__all__ = ["Cluster"]

_MOST_REDIRECTIONS = 100
_PAUSE = 0.02
"""Seconds before a request is sent again whose keys are on their way: two seconds in all."""
_BETWEEN_LOOKS = 0.1
"""Seconds between two looks at which node has which slots: each costs some milliseconds of processor time."""
_REDIRECTIONS = (AskError, TryAgainError)  # MovedError is an AskError


class Cluster:
    """An Exchange with a cluster.

    The client's own pipeline fails as a whole with one of its nodes, and sends ASKING and the command after
    it over two connections. So each node gets a pipeline of its own, and redirections are followed here.
    """

    def __init__(self, address: Address, replicas: int) -> None:
        self._address = address
        self._replicas = replicas
        self._client = self._opened()
        self._start: asyncio.Task[Any] | None = None
        self._look: asyncio.Task[None] | None = None

    def _opened(self) -> RedisCluster:
        return RedisCluster(
            startup_nodes=[ClusterNode(host, port) for host, port in self._address.hosts],
            retry=Retry(NoBackoff(), 0),
            # Slots without a node are those of some sandboxes only.
            require_full_coverage=False,
            max_connections=1 << 31,
            ssl=self._address.secure,
            **self._address.options,
        )

    async def send(self, requests: Sequence[Request]) -> None:
        """Send requests to the nodes that have their keys, and settle each of them."""
        try:
            await self._started()
        except FAILURES as error:
            for request in requests:
                request.settle(error)
            return
        by_node: dict[str, tuple[ClusterNode, list[Request]]] = {}
        for request in requests:
            try:
                node = self._node_of(request)
            except SlotNotCoveredError as error:
                self._look_again()
                request.settle(error)
            else:
                by_node.setdefault(node.name, (node, []))[1].append(request)
        await asyncio.gather(*(self._send_to(node, some) for node, some in by_node.values()))

    async def close(self) -> None:
        """Close the connections."""
        if self._look is not None:
            self._look.cancel()
            await asyncio.gather(self._look, return_exceptions=True)
        await self._client.aclose()

    async def _started(self) -> None:
        """Learn for the first time which node has which slots; all who wait for it share what comes of it."""
        if self._start is None or (self._start.done() and self._start.exception()):
            self._start = asyncio.get_running_loop().create_task(self._begin())
        await asyncio.shield(self._start)

    async def _begin(self) -> None:
        try:
            await self._client.initialize()
        except (*FAILURES, IndexError) as error:
            await self._open_again()
            if isinstance(error, IndexError):
                raise RedisClusterException("no node of the cluster has a slot") from None
            raise

    def _node_of(self, request: Request) -> ClusterNode:
        node = self._client.get_node_from_key(request.key)
        if node is None:
            raise SlotNotCoveredError("no node has the slot of this key")
        return node

    async def _send_to(self, node: ClusterNode, requests: Sequence[Request]) -> None:
        answers = await self._answers(node, requests)
        redirected = []
        settled: list[Request] = []
        told = []
        for request, answer in zip(requests, answers, strict=False):
            if isinstance(answer, _REDIRECTIONS):
                redirected.append(self._follow(request, node, answer))
            else:
                settled.append(request)
                told.append(answer)
        settle(settled, [*told, *answers[len(requests) :]], self._replicas)
        await asyncio.gather(*redirected)

    async def _follow(self, request: Request, node: ClusterNode, answer: Any) -> None:
        """Send a request to where an answer points to, until a node does it."""
        try:
            await self._redirected(request, node, answer)
        except FAILURES as error:
            request.settle(error)

    async def _redirected(self, request: Request, node: ClusterNode, answer: Any) -> None:
        for _ in range(_MOST_REDIRECTIONS):
            asking = False
            if isinstance(answer, TryAgainError):
                await asyncio.sleep(_PAUSE)
                node = self._node_of(request)
            else:
                asking = not isinstance(answer, MovedError)
                if not asking:
                    self._look_again()
                node = await self._node_at(answer.host or node.host, answer.port) or node
            answers = await self._answers(node, [request], asking=asking)
            answer = answers[0]
            if not isinstance(answer, _REDIRECTIONS):
                settle([request], answers, self._replicas)
                return
        request.settle(answer)

    async def _node_at(self, host: str, port: int) -> ClusterNode | None:
        """Return a node that a redirection names."""
        if self._client.get_node(host, port) is None:
            await asyncio.shield(self._look_again())
        return self._client.get_node(host, port)

    async def _answers(
        self, node: ClusterNode, requests: Sequence[Request], *, asking: bool = False
    ) -> Sequence[Any]:
        """Return the answers of one node; where its connection breaks, the exception for all the rest."""
        pipeline = self._client.pipeline()
        words = as_words(requests, self._replicas)
        if asking:
            pipeline.execute_command("ASKING", target_nodes=node)
        for command in words:
            pipeline.execute_command(*command, target_nodes=node)
        answers = await answers_of(pipeline, len(words) + asking, allow_redirections=False)
        return self._noting_loss(node, answers[asking:])

    def _noting_loss(self, node: ClusterNode, answers: list[Any]) -> list[Any]:
        for at, answer in enumerate(answers):
            if isinstance(answer, ClusterDownError):
                self._look_again()
            elif isinstance(answer, Exception) and not isinstance(answer, ResponseError):
                answers[at:] = [answer] * (len(answers) - at)
                # Its other connections are lost as well, or will be. Each is closed by who takes it next, for
                # to close one that is in use breaks the client.
                for connection in node._connections:  # noqa: SLF001 - there is a method for those in use alone
                    connection.mark_for_reconnect()  # type: ignore[no-untyped-call]
                self._look_again()
                break
        return answers

    def _look_again(self) -> asyncio.Task[None]:
        if self._look is None or self._look.done():
            self._look = asyncio.get_running_loop().create_task(self._learn())
        return self._look

    async def _learn(self) -> None:
        """Learn which node has which slots."""
        try:
            await self._client.nodes_manager.initialize()
        except (*FAILURES, IndexError):
            # None of the nodes that it knew answers, or none has a slot; those of the address may know more.
            self._start = None
            await self._open_again()
        await asyncio.sleep(_BETWEEN_LOOKS)

    async def _open_again(self) -> None:
        """Begin again with the nodes of the address: the client forgets those when it learns of others."""
        old, self._client = self._client, self._opened()
        await old.aclose()
