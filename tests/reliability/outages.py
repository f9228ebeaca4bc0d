"""A store that is away, full, or may only be read: a clear answer, nothing lost, and recovery by itself."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.stores.redis_process import RedisProcess

from .serving import Client, Reply, Server

__all__ = ["Outages", "disk_full", "redis_gone", "redis_hangs", "redis_restarted"]

_FULL = 600_000
"""Bytes that a file may have where the disk is to be full."""
_TRIES = 400


@dataclass
class Outages:
    """What a drill comes to: how often, how many creates were acknowledged, how many refused with 503.

    `other_answers` and `lost` have to be 0.
    """

    times: int = 0
    acknowledged: int = 0
    refused: int = 0
    other_answers: int = 0
    lost: int = 0
    recovered: int = 0

    @property
    def fine(self) -> bool:
        return not (self.lost or self.other_answers) and self.recovered == self.times and self.refused > 0

    def __str__(self) -> str:
        return (
            f"{self.times} times, {self.acknowledged} creates acknowledged, {self.refused} refused with 503, "
            f"{self.recovered} times back by itself; other answers {self.other_answers}, lost {self.lost}"
        )

    def note(self, reply: Reply) -> str | None:
        """Count an answer to a create; return the id if it was acknowledged."""
        if reply.status == 200:
            self.acknowledged += 1
            name: str = reply.body["data"]["execution"]["id"]
            return name
        self.refused += is_unavailable(reply)
        self.other_answers += not is_unavailable(reply)
        return None


def is_unavailable(reply: Reply) -> bool:
    """Whether an answer is a 503 in the API's error form."""
    return (
        reply.status == 503
        and set(reply.body) == {"code", "message", "requestId", "details"}
        and reply.body["code"] == 503
        and reply.body["details"][0]["location"] == "store"
        and reply.headers["Retry-After"] == "1"
    )


def redis_restarted(times: int, folder: Path) -> Outages:
    """Kill Redis under a server and start it again; it writes everything to its log at once."""
    result, made = Outages(), dict[str, str]()
    with _over_redis(folder) as (redis, client):
        for number in range(times):
            _create(client, f"before-{number}", made, result)
            redis.kill()
            for path in ("/v1/executions", "/_execmock/health"):
                result.other_answers += not is_unavailable(client.ask("GET", path))
            _create(client, f"while-{number}", made, result)
            redis.start()
            result.times += 1
            known = len(made)
            _create(client, f"after-{number}", made, result)
            result.recovered += len(made) > known
        result.lost = sum(client.read(name).status != 200 for name in made.values())
    return result


def redis_hangs(times: int, folder: Path) -> Outages:
    """Let Redis answer nothing for a while, with its connections open."""
    result, made = Outages(), dict[str, str]()
    with _over_redis(folder) as (redis, client):
        for number in range(times):
            _create(client, f"before-{number}", made, result)
            with redis.paused():
                _create(client, f"while-{number}", made, result)
            result.times += 1
            known = len(made)
            _create(client, f"after-{number}", made, result)
            result.recovered += len(made) > known
        result.lost = sum(client.read(name).status != 200 for name in made.values())
    return result


def redis_gone(folder: Path) -> Outages:
    """Empty Redis under a server: it begins anew, as at its first start."""
    result, made = Outages(times=1), dict[str, str]()
    with _over_redis(folder) as (redis, client):
        _create(client, "before", made, result)
        redis.stop()
        _create(client, "while", made, result)
        for file in folder.glob("appendonlydir/*"):
            file.unlink()
        redis.start()
        result.recovered += client.create("after").status == 200
        listed = client.ask("GET", "/v1/executions").body["data"]["items"]
        result.other_answers += [item["idempotencyKey"] for item in listed] != ["after"]
    return result


@contextmanager
def _over_redis(folder: Path) -> Iterator[tuple[RedisProcess, Client]]:
    """Run a Redis and a server over it, both ended whatever happens."""
    redis = RedisProcess(folder)
    server = Server(redis.url(), folder=folder)
    client = Client(server.port)
    try:
        redis.start()
        server.start()
        yield redis, client
    finally:
        client.close()
        server.stop()
        redis.stop()


def disk_full(folder: Path) -> Outages:
    """Let a server's file grow until the disk is full, which a limit on the size of files stands for."""
    result, made = Outages(times=1), dict[str, str]()
    store = f"sqlite:{folder / 'full.db'}"
    limited = Server(store, folder=folder)
    limited.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (_FULL, _FULL)))
    client = Client(limited.port)
    try:
        while result.refused < 3 and result.acknowledged < _TRIES:
            _create(client, f"key-{result.acknowledged}", made, result)
        result.lost += sum(client.read(name).status != 200 for name in made.values())
        client.close()
        limited.stop()
        roomy = Server(store, folder=folder)
        roomy.start()
        client = Client(roomy.port)
        result.lost += sum(client.read(name).status != 200 for name in made.values())
        result.recovered += client.create("with room again").status == 200
        roomy.stop()
    finally:
        client.close()
        limited.stop()
    return result


def _create(client: Client, key: str, made: dict[str, str], result: Outages) -> None:
    name = result.note(client.create(key))
    if name is not None:
        made[key] = name
