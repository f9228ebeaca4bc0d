"""Every kind of store, empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.programs import program

from execmock.interfaces import Store
from execmock.stores import open_store

from .redis_process import RedisProcess
from .redis_sets import ClusterProcesses, SentinelProcesses

KINDS = ("memory", "sqlite", "redis")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """A Redis that all tests of this process share; each empties what it uses."""
    program("redis-server")
    server = RedisProcess(tmp_path_factory.mktemp("redis"), "--appendfsync", "no")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterProcesses]:
    """A cluster that all tests of this process share; each uses sandboxes of its own."""
    program("redis-server")
    cluster = ClusterProcesses(tmp_path_factory.mktemp("cluster"), "--appendfsync", "no")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def redis_sentinels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelProcesses]:
    """A master, replicas and sentinels that all tests of this process share."""
    program("redis-server")
    watched = SentinelProcesses(tmp_path_factory.mktemp("sentinels"), "--appendfsync", "no")
    try:
        watched.start()
        yield watched
    finally:
        watched.stop()


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store of each kind."""
    if request.param == "redis":
        server: RedisProcess = request.getfixturevalue("redis_server")
        server.ask("FLUSHALL")
        return server.url()
    return "memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'store.db'}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = open_store(url)
    yield store
    await store.close()
