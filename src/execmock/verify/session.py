"""What a probe works with: requests by operation, unique names, the target's clock, the effort."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from execmock.settings import Effort
from execmock.verify.client import Client
from execmock.verify.engine_failure import EngineFailure
from execmock.verify.exchange import Exchange, Request
from execmock.verify.generator_process import Generators
from execmock.verify.lateness import LATEST
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC, Requests, encode
from execmock.verify.target_clock import TargetClock

__all__ = ["Blocked", "Created", "Session", "Stopped"]

_T = TypeVar("_T")
_SHORTEST = 0.02


class Blocked(Exception):  # noqa: N818 - a state of the probe, not an error
    """A probe cannot continue because of an answer, `seen`."""

    def __init__(self, seen: Exchange) -> None:
        super().__init__(f"{seen.operation} answered {seen.status or seen.lost}")
        self.seen = seen


class Stopped(Exception):  # noqa: N818 - a state of the probe, not an error
    """A probe cannot continue; the text says why."""


@dataclass(frozen=True, slots=True)
class Created:
    """An execution that a probe created."""

    id: str
    token: str
    seen: Exchange


class Session:
    """Sends the requests of one probe. Rules find their exchanges by probe and label."""

    def __init__(
        self,
        name: str,
        client: Client,
        requests: Requests,
        time: TargetClock,
        *,
        prefix: str,
        effort: Effort,
        follow: int,
        gentle: bool,
        writes: bool,
        rate: float = 0.0,
        timeout: int = 10_000,
        seed: int = 1,
        engine_failures: list[EngineFailure] | None = None,
        generators: Generators | None = None,
        turn: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self.name = name
        self.requests = requests
        self.time = time
        self.effort = effort
        self.follow = follow
        self.gentle = gentle
        """Whether to send fewer requests, as the rate is limited."""
        self.writes = writes
        """Whether anything may be created."""
        self.rate = rate
        self.timeout = timeout
        self.seed = seed
        self.generators = generators or Generators()
        self._turn = turn
        self._engine_failures = engine_failures if engine_failures is not None else []
        self._client = client
        self._prefix = prefix
        self._count = 0

    def unique(self, word: str = "n") -> str:
        """Return a text that no other run, probe or call gets."""
        self._count += 1
        return f"{self._prefix}-{self.name}-{word}-{self._count}"

    def key(self, identity: str) -> str:
        """Return an identity's bearer key, or an empty text."""
        return self.time.keys.get(identity, "")

    def has(self, identity: str) -> bool:
        """Whether the run has a key for this identity."""
        return bool(self.key(identity))

    @property
    def embeds(self) -> bool:
        """Whether the run knows where the embed API is, and a key for it."""
        return self.requests.serves(EXECUTE) and self.has("embed")

    @property
    def so_far(self) -> tuple[Exchange, ...]:
        """What the run has sent so far, whichever probe did."""
        return tuple(self._client.journal)

    @property
    def out_of_time(self) -> bool:
        """Whether the run's time limit has passed."""
        return self._client.out_of_time

    @staticmethod
    async def all(work: Iterable[Awaitable[_T]]) -> list[_T]:
        """Run coroutines concurrently, and return their results in order."""
        return list(await asyncio.gather(*work))

    @staticmethod
    async def each(*parts: Coroutine[Any, Any, None]) -> None:
        """Run parts of a probe one after the other: each stands alone; the first Blocked is raised last."""
        wall: Blocked | None = None
        try:
            for part in parts:
                try:
                    await part
                except Blocked as blocked:
                    wall = wall or blocked
        finally:
            for part in parts:
                part.close()
        if wall is not None:
            raise wall

    def record(self, failures: Iterable[EngineFailure]) -> None:
        """Record the failures that the fuzzing engine reported."""
        self._engine_failures.extend(failures)

    async def settled(
        self, ask: Callable[[], Awaitable[Exchange]], agrees: Callable[[Exchange], bool], view: str
    ) -> Exchange:
        """Ask until an answer shows what is known by now, or LATEST has passed: the last one is judged.

        A `view` that was too late once is not waited for again; a wait that has begun goes on, for an end
        before its time would look like a view that has caught up.
        """
        seen = first = await ask()
        if view in self._client.late:
            return seen
        pause = _SHORTEST
        while not agrees(seen):
            if seen.sent - first.sent >= LATEST:
                self._client.late.add(view)
                break
            await self._client.wait(min(pause, max(LATEST - (seen.received - first.sent), _SHORTEST)))
            pause *= 2
            earlier, seen = seen, await ask()
            self._client.supersede(earlier)
        return seen

    async def send(
        self,
        request: Request,
        label: str,
        *,
        operation: str = "",
        identity: str = "none",
        valid: bool = False,
        burst: bool = False,
    ) -> Exchange:
        """Send any request; a burst ignores the limit of requests in flight."""
        async with self._turn():
            return await self._client.send(
                request,
                probe=self.name,
                label=label,
                operation=operation,
                identity=identity,
                valid=valid,
                burst=burst,
            )

    async def call(
        self,
        operation: str,
        label: str,
        *,
        identity: str = "a",
        valid: bool = False,
        burst: bool = False,
        **parts: Any,
    ) -> Exchange:
        """Send a request for an operation with an identity's key; `parts` as in Requests.request."""
        request = self.requests.request(operation, key=self.key(identity), **parts)
        return await self.send(
            request, label, operation=operation, identity=identity, valid=valid, burst=burst
        )

    async def create(
        self, body: Any, label: str = "create", *, identity: str = "a", valid: bool = True, **parts: Any
    ) -> Exchange:
        """Create an execution with this JSON body."""
        return await self.call(CREATE, label, identity=identity, valid=valid, body=encode(body), **parts)

    async def created(
        self, body: Mapping[str, Any] | None = None, label: str = "create", *, identity: str = "a"
    ) -> Created:
        """Create an execution and return its id and token; Blocked if that fails."""
        seen = await self.create(self.requests.minimal() if body is None else body, label, identity=identity)
        name, token = seen.at("/data/execution/id"), seen.at("/data/clientToken")
        if not seen.ok or not isinstance(name, str) or not name:
            raise Blocked(seen)
        return Created(name, token if isinstance(token, str) else "", seen)

    async def get(
        self, id_: str, label: str = "get", *, identity: str = "a", valid: bool = True, **parts: Any
    ) -> Exchange:
        """Read an execution with a key."""
        return await self.call(GET, label, identity=identity, valid=valid, path={"id": id_}, **parts)

    async def list(
        self, label: str = "list", *, identity: str = "a", valid: bool = True, **query: Any
    ) -> Exchange:
        """Read a page of executions."""
        return await self.call(LIST, label, identity=identity, valid=valid, query=query)

    async def public(
        self, id_: str, token: str | None, label: str = "public", *, valid: bool = True, **parts: Any
    ) -> Exchange:
        """Read an execution with its client token; None leaves the parameter out."""
        query = {} if token is None else {"token": token}
        return await self.call(
            PUBLIC, label, identity="none", valid=valid, path={"id": id_}, query=query, **parts
        )

    async def execute(
        self, body: Any = None, label: str = "execute", *, id_: str = "", valid: bool = True, **parts: Any
    ) -> Exchange:
        """Execute an embedded workflow; None sends no body."""
        parts.setdefault("body", None if body is None else encode(body))
        parts.setdefault("identity", "embed")
        path = {"id": id_ or self.requests.embed_workflow}
        return await self.call(EXECUTE, label, valid=valid, path=path, **parts)
