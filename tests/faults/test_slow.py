"""Answers that wait: on the clock of the sandbox, in real time, or byte by byte."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from execmock.core.faults import fault_of_text
from execmock.core.faults.slow import Slow
from execmock.service.faults.waits import HeldAnswer, Waits


async def held(control: Any, number: int) -> list[dict[str, Any]]:
    """Return the answers that are held, once there are so many."""
    for _ in range(1000):
        found: list[dict[str, Any]] = (await control.get("/faults"))["held"]
        if len(found) == number:
            return found
    raise AssertionError(found)


async def test_an_answer_waits_for_the_clock(control: Any, add: Any) -> None:
    await control.put("/clock", {"frozen": True})
    await add(
        {"fault": "one", "slow": {"by": "3s", "on": "clock"}},
        {"fault": "two", "slow": {"by": "2s", "on": "clock"}},
    )
    waiting = asyncio.create_task(control.server.get("/v1/executions"))
    assert await held(control, 1) == [
        {
            "request": "GET /v1/executions",
            "faults": ["one", "two"],
            "since": "2026-01-01T09:00:00.000Z",
            "until": "2026-01-01T09:00:05.000Z",
        }
    ]
    await control.advance("4999ms")
    assert len((await control.get("/faults"))["held"]) == 1
    assert not waiting.done()
    await control.advance("1ms")
    reply = await waiting
    assert (reply.status, reply.headers["X-Execmock-Fault"]) == (200, "one, two")


@pytest.mark.parametrize("how", ["fault", "all", "reset", "sandbox"])
async def test_a_held_answer_is_released(control: Any, how: str) -> None:
    key = await control.sandbox("shop", clock={"frozen": True})
    await control.post("/faults?sandbox=shop", {"faults": [{"slow": {"by": "1h", "on": "clock"}}]})
    waiting = asyncio.create_task(control.server.get("/v1/executions", key=key))
    while not (await control.get("/faults?sandbox=shop"))["held"]:
        pass
    if how == "fault":
        await control.delete("/faults/slow?sandbox=shop")
    elif how == "all":
        await control.delete("/faults?sandbox=shop")
    elif how == "reset":
        await control.post("/sandboxes/shop/reset")
    else:
        await control.delete("/sandboxes/shop")
    assert (await waiting).status == 200


async def test_stopping_the_server_releases_them(control: Any, add: Any) -> None:
    await add({"slow": "1h"})
    waiting = asyncio.create_task(control.server.get("/v1/executions"))
    while not (await control.get("/journal"))["entries"]:
        pass
    control.server.mock.end_streams()
    assert (await waiting).status == 200


async def test_what_is_slow_and_refused_waits_and_is_refused(control: Any, add: Any) -> None:
    await add({"slow": {"by": "5s", "on": "clock"}, "refused": 504}, {"slow": {"bytesPerSecond": 1_000_000}})
    await control.put("/clock", {"frozen": True})
    waiting = asyncio.create_task(control.server.get("/v1/executions"))
    await held(control, 1)
    await control.advance("5s")
    assert (await waiting).status == 504


async def test_a_body_comes_byte_by_byte(control: Any, add: Any) -> None:
    whole = (await control.server.get("/v1/executions")).body
    await add({"slow": {"bytesPerSecond": 1000}})
    host, port = control.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"GET /v1/executions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer b\r\nConnection: close\r\n\r\n"
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert f"Content-Length: {len(whole)}".encode() in head
    parts = []
    while part := await reader.read(65536):
        parts.append(part)
    writer.close()
    assert len(b"".join(parts)) == len(whole)
    assert len(parts) > 1


async def test_a_real_wait_passes_by_itself(control: Any, add: Any) -> None:
    await add({"slow": "1ms..2ms"})
    await control.put("/clock", {"frozen": True})
    assert (await control.server.get("/v1/executions")).status == 200


def test_draws_are_spread_as_asked_and_follow_from_the_seed() -> None:
    even = Slow(1000, 3000)
    drawn = [even.drawn(f"{n}".encode()) for n in range(400)]
    assert drawn == [even.drawn(f"{n}".encode()) for n in range(400)]
    assert 1000 <= min(drawn) < 1100
    assert 2900 < max(drawn) <= 3000
    tailed = Slow(200, 200, p99=2000)
    many = sorted(tailed.drawn(f"{n}".encode()) for n in range(4000))
    assert 185 < many[2000] < 215
    assert 1700 < many[3960] < 2350


def test_the_text_of_a_fault_gives_the_same_fault() -> None:
    text = '{"fault":"late","path":["/v1/*"],"while":{"status":"x"},"slow":{"median":"1s","p99":"2s"}}'
    fault = fault_of_text(text)
    assert fault_of_text(fault.text) == fault


async def test_an_answer_that_is_held_for_long_is_logged(control: Any) -> None:
    said: list[str] = []
    engine = control.server.engine
    waits = Waits(engine.services, said.append, says_after=0.0)
    await control.put("/clock", {"frozen": True})
    now = engine.sandboxes.now(await engine.sandboxes.get("default"))
    answer = HeldAnswer("default", "GET /v1/executions", ("late",), now, now + 1000)
    waiting = asyncio.create_task(waits.on_clock(answer, lambda _: True, lambda: False))
    while not said:
        await control.get("/health")
    (line,) = said
    assert line.startswith(
        "the answer to GET /v1/executions is held by late until the clock of sandbox default"
    )
    assert line.endswith("shows 2026-01-01T09:00:01.000Z; advance it, or remove the fault")
    assert waits.held("default") == [answer]
    waits.release("default")
    await waiting
    assert waits.held("default") == []


async def test_a_body_that_is_written_slowly_comes_whole_when_the_server_stops(
    control: Any, add: Any
) -> None:
    whole = (await control.server.get("/v1/executions")).body
    await add({"slow": {"bytesPerSecond": 1}})
    waiting = asyncio.create_task(control.server.get("/v1/executions"))
    while not (await control.get("/faults"))["faults"][0]["struck"]:
        pass
    control.server.mock.end_streams()
    assert len((await waiting).body) == len(whole)
