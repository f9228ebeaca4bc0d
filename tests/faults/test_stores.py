"""Same seed, same faults, same bytes: on all stores, and with several servers over one."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from tests.faults.conftest import BODY, raw
from tests.faults.rows import ROWS, WRONG_ROWS, fault_of
from tests.stores.conftest import KINDS, RedisProcess, redis_server

__all__ = ["redis_server"]

FAULTS = [
    {"fault": "some", "operation": "getExecution", "probability": 0.4, "refused": 503},
    {"fault": "late", "slow": {"by": "1ms..3ms"}, "probability": 0.5},
    {
        "fault": "third",
        "operation": "listExecutions",
        "every": 3,
        "refused": {"status": 502, "form": "gateway"},
    },
    {"fault": "ahead", "operation": "getExecution", "every": 3, "wrong": "skewed"},
    {"fault": "old", "operation": "listExecutions", "every": 4, "stale": "30s"},
    {"fault": "again", "times": 1, "wrong": "created-twice"},
    {"fault": "lost", "times": 1, "wrong": "create-lost"},
    {
        "fault": "limit",
        "operation": "listExecutions",
        "over": "4/s",
        "refused": {"status": 429, "retryAfter": "next"},
    },
]


def url_of(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "redis":
        server: RedisProcess = request.getfixturevalue("redis_server")
        server.ask("FLUSHALL")
        return server.url()
    return "memory:" if kind == "memory" else f"sqlite:{tmp_path / 'store.db'}"


async def seen(servers: list[Any]) -> list[tuple[int, str | None, Any]]:
    """Return what a client sees that asks one server after the other."""
    first = servers[0]
    await first.put("/clock", {"frozen": True})
    order = await first.create("wf_free_happy_path")
    await first.post("/faults", {"faults": FAULTS})
    # The first is delivered twice, the second is lost.
    found = []
    for key in ("a", "b"):
        made = await first.server.create({"idempotencyKey": key})
        found.append(
            (made.status, made.headers.get("X-Execmock-Fault"), made.json["data"]["execution"]["id"])
        )
    for number in range(16):
        path = "/v1/executions" if number % 2 else f"/v1/executions/{order}"
        reply = await servers[number % len(servers)].server.get(path)
        body = reply.body.replace(reply.headers["X-Request-Id"].encode(), b"")
        found.append((reply.status, reply.headers.get("X-Execmock-Fault"), body))
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_a_client_sees_the_same_on_every_store(
    controlled: Any, tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    expected = await seen([await controlled(seed=5)])
    found = await seen([await controlled(seed=5, store=url_of(kind, tmp_path, request))])
    assert found == expected
    assert {status for status, _, _ in found} == {200, 429, 502, 503}
    struck = {name for _, names, _ in found for name in (names or "").split(", ")}
    assert struck == {"", *(fault["fault"] for fault in FAULTS)}


async def received(control: Any) -> list[tuple[bytes, str]]:
    """Return the bytes and the ends of what a client gets with each fault of the page, but for the date."""
    await control.put("/clock", {"frozen": True})
    body = json.dumps({**BODY, "workflowId": "wf_free_happy_path"}).encode()
    found = []

    async def ask(path: str, sent: bytes = b"") -> bytes:
        answer = await asyncio.to_thread(raw, control.server.url, path, sent)
        found.append((re.sub(rb"(?m)^Date: .*$", b"", answer.received), answer.end))
        return answer.body

    made = []
    for _ in range(2):
        made.append(json.loads(await ask("/v1/executions", body))["data"])
        await control.advance("1m")
    read = f"/v1/executions/{made[0]['execution']['id']}"
    public = f"/v1/public/executions/{made[0]['execution']['id']}?token={made[0]['clientToken']}"
    shown = [read, "/v1/executions?limit=1&offset=1", read, "/v1/executions", public]
    listed = ["/v1/executions"] * 2
    rows = [(text, listed) for text, _ in ROWS if "on: clock" not in text]
    for text, paths in [*rows, *((text, shown) for text in WRONG_ROWS)]:
        await control.post("/faults", {"faults": [{**fault_of(text), "fault": "one"}]})
        if "create" in text:
            await ask("/v1/executions", body)
        for path in paths:
            await ask(path)
        await control.delete("/faults")
    return found


async def test_every_fault_of_the_page_gives_the_same_bytes_on_every_store(
    controlled: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    expected, *others = [
        await received(await controlled(seed=5, store=url_of(kind, tmp_path, request))) for kind in KINDS
    ]
    assert len({answer for answer, _ in expected}) > 100
    for found in others:
        assert found == expected


async def test_a_public_read_looks_its_sandbox_up_for_faults_and_token(
    controlled: Any, tmp_path: Path
) -> None:
    control = await controlled(store=f"sqlite:{tmp_path / 'store.db'}")
    made = (await control.server.create()).data
    path = f"/v1/public/executions/{made['execution']['id']}?token={made['clientToken']}"
    await control.server.get(path, key=None)
    with sandbox_reads() as reads:
        assert (await control.server.get(path, key=None)).status == 200
    # An id that does not exist costs as much, so the second knows nothing of the first.
    assert reads == ["default", "default"]


@contextmanager
def sandbox_reads() -> Iterator[list[str]]:
    """Note each sandbox that is asked of a store."""
    reads: list[str] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_name == "get" and "sqlite/store.py" in code.co_filename:
            key = frame.f_locals.get("key")
            if key is not None and key.kind == "sandbox":
                reads.append(key.id)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield reads
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("kind", KINDS[1:])
async def test_servers_over_one_store_count_together(
    controlled: Any, tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    expected = await seen([await controlled(seed=5)])
    url = url_of(kind, tmp_path, request)
    both = [await controlled(seed=5, store=url) for _ in range(2)]
    assert await seen(both) == expected
    for server in both:
        counts = {
            one["name"]: (one["seen"], one["struck"]) for one in (await server.get("/faults"))["faults"]
        }
        assert counts["some"][0] == 8
    await both[1].delete("/faults")
    assert (await both[0].server.get("/v1/executions")).status == 200
