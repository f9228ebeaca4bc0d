"""A cluster, and a master behind sentinels, keep the promises of a store; what is wrong is a sentence."""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack
from typing import Any

import pytest
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ConnectionError as NotConnected
from tests.ports import free_port

from execmock.core.execution import Idempotency
from execmock.errors import StoreError
from execmock.interfaces import Key, Put
from execmock.stores import open_store
from execmock.stores.redis.exchange import answers_of
from execmock.testing import check_store

from .redis_sets import ClusterProcesses, SentinelProcesses


@pytest.mark.parametrize("replicas", [0, 1])
@pytest.mark.parametrize("kind", ["redis_cluster", "redis_sentinels"])
async def test_many_redis_keep_the_promises_of_one(
    kind: str, replicas: int, request: pytest.FixtureRequest
) -> None:
    store = open_store(request.getfixturevalue(kind).url(), replicas)
    await check_store(store)
    await store.close()


async def test_sandboxes_spread_over_the_nodes_of_a_cluster(redis_cluster: ClusterProcesses) -> None:
    store = open_store(redis_cluster.url())
    for number in range(40):
        await store.update(*keeping(f"spread-{number}", "x"))
    listed = [node.ask("KEYS *spread-*").decode() for node in redis_cluster.serving]
    held = [set(re.findall(r"spread-\d+", text)) for text in listed]
    assert sum(map(len, held)) == 40
    assert min(map(len, held)) > 2
    for number in range(40):
        await store.clear(f"spread-{number}")
    await store.close()


async def test_a_slot_that_moves_is_served_where_its_keys_are(redis_cluster: ClusterProcesses) -> None:
    store = open_store(redis_cluster.url())
    key, keep = keeping("moves", "x")
    value = await store.update(key, keep)
    place = "execmock:{moves}:counters"
    source = redis_cluster.master(place)
    target = next(node for node in redis_cluster.serving if node is not source)
    slot = int(source.ask(f"CLUSTER KEYSLOT {place}")[1:])
    with redis_cluster.moving_slot(slot, source, target) as moved:
        assert moved == 3
        assert await asyncio.gather(*(store.get(key) for _ in range(20))) == [value] * 20
        assert await store.update(key, keep) == value
    assert await store.get(key) == value
    await store.clear("moves")
    await store.close()


async def test_a_connection_that_the_client_closes_while_it_is_taken_counts_as_lost(
    redis_cluster: ClusterProcesses,
) -> None:
    """So it does with those of a node that has left, as a master that was replaced."""
    first = redis_cluster.masters[0]
    came = []
    for turns in range(6):
        async with RedisCluster(host="127.0.0.1", port=first.port, require_full_coverage=False) as client:
            node = client.get_node_from_key("a")
            assert node is not None
            await client.get("a")
            pipeline = client.pipeline()
            pipeline.execute_command("GET", "a", target_nodes=node)
            closing = asyncio.ensure_future(node.disconnect_free_connections())
            for _ in range(turns):
                await asyncio.sleep(0)
            came += await answers_of(pipeline, 1, allow_redirections=False)
            await closing
    lost = [answer for answer in came if answer is not None]
    assert len(came) == 6
    assert lost
    assert all(isinstance(answer, NotConnected) for answer in lost)


async def test_a_node_alone_leads_to_all(redis_cluster: ClusterProcesses) -> None:
    """A replica too: any node knows the others."""
    store = open_store(f"redis+cluster://127.0.0.1:{redis_cluster.replicas[0].port}")
    await check_store(store)
    await store.close()


async def test_a_user_of_its_own_opens_both(
    redis_cluster: ClusterProcesses, redis_sentinels: SentinelProcesses
) -> None:
    for server in (*redis_cluster.nodes, *redis_sentinels.servers, *redis_sentinels.sentinels):
        assert server.ask("ACL SETUSER mock on >s/e:c resetkeys ~execmock:* +@all") == b"+OK\r\n"
    cluster = redis_cluster.url().replace("//", "//mock:s%2Fe%3Ac@")
    query = "?sentinel_username=mock&sentinel_password=s%2Fe%3Ac"
    for url in (cluster, redis_sentinels.url("mock:s%2Fe%3Ac@", query)):
        store = open_store(url)
        await check_store(store)
        await store.close()
    wrong = "invalid username-password pair or user is disabled."
    assert wrong in await complaint(cluster.replace("s%2F", ""))
    assert wrong in await complaint(redis_sentinels.url("mock:secret@"))
    said = await complaint(redis_sentinels.url("", "?sentinel_username=mock&sentinel_password=secret"))
    assert re.search(rf": no sentinel of 127\.0\.0\.1:\d+,\S+ answers: {wrong}$", said)


async def test_what_no_replica_confirms_is_refused_until_one_does(redis_sentinels: SentinelProcesses) -> None:
    store = open_store(redis_sentinels.url(), 1)
    key, keep = keeping("confirmed", "x")
    with ExitStack() as paused:
        for server in redis_sentinels.servers[1:]:
            paused.enter_context(server.paused())
        for change in (keep, lambda _: []):
            with pytest.raises(StoreError, match="what was written is confirmed by 0 of 1 replicas"):
                await store.update(key, change)
        # It was made all the same: nothing that is read waits for a replica.
        assert await store.get(key) is not None
    redis_sentinels.await_whole()
    assert await store.update(key, lambda _: []) is not None
    await store.clear("confirmed")
    await store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis+cluster://h:1/3", "redis+cluster://h:1/3 is not a store: a cluster has database 0 alone"),
        ("redis+cluster://h:1,h:x", "redis+cluster://h:1,h:x is not a store: Port could not be cast"),
        ("redis+cluster://h:1,", "redis+cluster://h:1, is not a store: '' names no host; expected HOST:PORT"),
        ("redis+cluster:h", "'redis+cluster:' names no Redis; expected redis+cluster://HOST:PORT,HOST:PORT"),
        ("redis+sentinel://a:b@h:1", "redis+sentinel://***@h:1 is not a store: it names no master"),
        ("redis+sentinel://h:1/m/x", "redis+sentinel://h:1/m/x is not a store: 'x' is no database"),
        ("redis://h:1,h:2/0", "one host; expected redis+cluster://h:1,h:2 or redis+sentinel://h:1,h:2/NAME"),
        ("redis+cluster://h:1?soket=1", "redis+cluster://h:1 is not a store: unknown option 'soket'"),
        ("redis+sentinels://h:1", "'redis+sentinels:' is not a store; expected memory: or"),
    ],
)
def test_an_address_that_names_nothing_is_told(url: str, said: str) -> None:
    with pytest.raises(StoreError) as failed:
        open_store(url)
    assert said in str(failed.value)


@pytest.mark.parametrize("scheme", ["redis+cluster", "rediss+cluster", "redis+sentinel", "rediss+sentinel"])
async def test_all_hosts_are_named_where_none_answers(scheme: str) -> None:
    ports = free_port(), free_port()
    hosts = f"[::1]:{ports[0]},localhost:{ports[1]}"
    said = await complaint(f"{scheme}://me:secret@{hosts}/{0 if 'cluster' in scheme else 'orders'}")
    assert "secret" not in said
    assert f"***@{hosts}" in said
    assert re.search(r"no (node of the cluster|sentinel of \S+) answers: Error \d+ connecting to", said)


async def test_the_address_of_another_kind_is_told(
    redis_cluster: ClusterProcesses, redis_sentinels: SentinelProcesses
) -> None:
    port = redis_cluster.masters[0].port
    # Some sandbox is on another node.
    told = {await complaint(f"redis://127.0.0.1:{port}", f"s-{number}") for number in range(12)}
    expected = f"expected redis+cluster://127.0.0.1:{port} (user and password as here)"
    assert f"the store redis://127.0.0.1:{port}: this Redis is a node of a cluster; {expected}" in told
    port = redis_sentinels.servers[0].port
    said = await complaint(f"redis+cluster://127.0.0.1:{port}")
    assert said.endswith(f": this Redis is no node of a cluster; expected redis://127.0.0.1:{port}")
    said = await complaint(redis_sentinels.url().replace("/orders", "/order"))
    assert said.endswith(": the sentinels know no master 'order'. Did you mean 'orders'?")


def test_only_a_redis_has_replicas_to_wait_for() -> None:
    with pytest.raises(StoreError, match="'memory:' has no replicas to wait for; expected a store in Redis"):
        open_store("memory:", 1)


async def complaint(url: str, sandbox: str = "") -> str:
    """Return what is said where nothing can be read; "" where it can."""
    store = open_store(url)
    try:
        await store.get(Key(sandbox, "sandbox", "default"))
    except StoreError as error:
        return str(error)
    finally:
        await store.close()
    return ""


def keeping(sandbox: str, name: str) -> tuple[Key, Any]:
    key = Key(sandbox, "idempotency", name)
    return key, lambda _: [Put(key, Idempotency(name, "digest", "exec", b"", 1))]
