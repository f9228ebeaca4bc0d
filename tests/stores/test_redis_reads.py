"""Reads of Redis: equal ones are sent once, and what is known of a page is what others have written since."""

from __future__ import annotations

import asyncio
import re

import pytest

from execmock.core.execution import Execution
from execmock.core.progress import begin
from execmock.interfaces import Key, Put
from execmock.stores import open_store

from .redis_process import RedisProcess


def put(number: int) -> Put:
    execution = Execution(f"e{number}", "a", number, "s@1", b"{}", "me", begin(1))
    return Put(Key("a", "execution", execution.id), execution, number)


@pytest.fixture
def redis(redis_server: RedisProcess) -> RedisProcess:
    redis_server.ask("FLUSHALL")
    return redis_server


async def test_of_equal_reads_one_is_sent(redis: RedisProcess) -> None:
    store = open_store(redis.url())
    await store.update(put(1).key, lambda _: [put(1)])
    redis.ask("CONFIG RESETSTAT")
    first, *others = [asyncio.create_task(store.get(put(1).key)) for _ in range(20)]
    pages = [asyncio.create_task(store.page("a", "execution", 0, 9)) for _ in range(20)]
    missing = store.get(put(2).key)
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [put(1).value] * 19
    assert await asyncio.gather(*pages) == [[put(1).value]] * 20
    assert await missing is None
    sent = dict(re.findall(r"cmdstat_(hget|evalsha):calls=(\d+)", redis.ask("INFO commandstats").decode()))
    assert sent == {"hget": "2", "evalsha": "1"}
    await store.close()


async def test_a_page_is_read_anew_once_another_server_has_changed_it(redis: RedisProcess) -> None:
    ours, theirs = open_store(redis.url()), open_store(redis.url())
    for number in (1, 2):
        assert len(await ours.page("a", "execution", 0, 9)) == number - 1
        await theirs.update(put(number).key, lambda _, number=number: [put(number)])
    assert await ours.page("a", "execution", 0, 9) == [put(2).value, put(1).value]
    await theirs.update(put(1).key, lambda _: [Put(put(1).key, put(3).value)])
    assert await ours.page("a", "execution", 0, 9) == [put(2).value, put(3).value]
    await theirs.clear("a")
    assert await ours.page("a", "execution", 0, 9) == []
    for store in (ours, theirs):
        await store.close()
