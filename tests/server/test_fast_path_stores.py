"""The short way over a shared store: the bytes of the long way, faults of others, waits for the store."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.server.test_fast_path import SHORT, answer, create, request, running, talk
from tests.stores.conftest import RedisProcess, redis_server

__all__ = ["redis_server"]

FAULTS = json.dumps({"faults": [{"fault": "away", "refused": 503}]})


def control(line: str, body: str = "") -> bytes:
    return request(line, body=body).replace(b"Host: x", b"Host: localhost")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep others from writing to a store."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    yield
    db.execute("ROLLBACK")
    db.close()


@pytest.fixture(params=["sqlite", "redis"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """Two empty stores of a kind."""
    if request.param == "sqlite":
        return [f"sqlite:{tmp_path / name}.db" for name in "ab"]
    server: RedisProcess = request.getfixturevalue("redis_server")
    server.ask("FLUSHALL")
    return [server.url(number) for number in (0, 1)]


async def test_both_ways_give_the_same_bytes(urls: list[str]) -> None:
    sent = [*SHORT.values(), *SHORT.values()]
    came = []
    for short, url in zip((True, False), urls, strict=True):
        async with running(short=short, store=url) as server:
            came.append(await talk(server.port, *sent))
            assert server.fast is None or server.fast.answered_at_once == len(sent)
    assert came[0] == came[1]


async def test_a_fault_that_another_server_adds_strikes_the_next_request(urls: list[str]) -> None:
    get = request("GET /v1/executions")
    async with running(short=True, store=urls[0]) as one, running(short=True, store=urls[0]) as other:
        reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
        heads = []
        for change in (None, ("POST /_execmock/faults", FAULTS), ("DELETE /_execmock/faults", "")):
            if change is not None:
                assert (await talk(other.port, control(*change))).startswith(b"HTTP/1.1 20")
            writer.write(get)
            came = await answer(reader)
            heads.append((came[9:12], b"X-Execmock-Fault: away" in came))
        writer.close()
        assert heads == [(b"200", False), (b"503", True), (b"200", False)]
        before = one.fast.answered_at_once if one.fast else 0
        await talk(one.port, get)
        assert one.fast
        assert one.fast.answered_at_once == before + 1


async def test_a_request_that_waits_for_its_store_holds_up_its_own_connection_alone(tmp_path: Path) -> None:
    async with running(short=True, store=f"sqlite:{tmp_path / 'a.db'}") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        with locked(tmp_path / "a.db"):
            writer.write(create())
            await writer.drain()
            assert b'"items":[]' in await talk(server.port, request("GET /v1/executions"))
            writer.write(request("GET /v1/executions?limit=7"))
            await writer.drain()
            await talk(server.port, request("GET /v1/executions"))
        first, second = await answer(reader), await answer(reader)
        writer.close()
    assert b'"clientToken"' in first
    assert b'"limit":7' in second


async def test_a_server_that_stops_answers_what_waits_for_its_store(tmp_path: Path) -> None:
    async with running(short=True, store=f"sqlite:{tmp_path / 'a.db'}") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        with locked(tmp_path / "a.db"):
            writer.write(create())
            await writer.drain()
            await talk(server.port, request("GET /v1/executions"))
            stopping = asyncio.create_task(server.stop())
            await asyncio.sleep(0)
        assert (await answer(reader)).startswith(b"HTTP/1.1 200 OK")
        await stopping
        assert await reader.read() == b""
        writer.close()
