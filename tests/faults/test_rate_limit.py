"""Requests that come faster than a rate, on the clock of the sandbox."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from execmock.core.faults.timing import Rate
from execmock.errors import ConfigError
from execmock.settings import ServeSettings


async def asked(control: Any, **more: Any) -> tuple[int, str | None, tuple[str, ...]]:
    """Return the status, Retry-After, and the limit: its number, what is left, when it is full."""
    reply = await control.server.get("/v1/executions", **more)
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    return reply.status, reply.headers.get("Retry-After"), tuple(reply.headers[name] for name in names)


async def test_what_comes_faster_is_refused_until_the_clock_moves(controlled: Any) -> None:
    control = await controlled(rate_limit="60/m", rate_burst=2, frozen=True)
    assert await asked(control) == (200, None, ("60", "1", "1"))
    assert await asked(control) == (200, None, ("60", "0", "2"))
    assert await asked(control) == (429, "1", ("60", "0", "2"))
    await control.advance("999ms")
    assert (await asked(control))[0] == 429
    await control.advance("1ms")
    assert await asked(control) == (200, None, ("60", "0", "2"))
    await control.advance("1h")
    assert await asked(control) == (200, None, ("60", "1", "1"))


async def test_who_honours_retry_after_is_served(controlled: Any) -> None:
    control = await controlled(rate_limit="7/m", rate_burst=1, frozen=True)
    assert (await asked(control))[0] == 200
    status, after, _ = await asked(control)
    assert status == 429
    await control.advance(f"{after}s")
    assert (await asked(control))[0] == 200


async def test_each_organization_has_a_budget_of_its_own(control: Any) -> None:
    key = await control.sandbox("shop", clock={"frozen": True})
    limit = {"over": "1/h", "refused": {"status": 429, "retryAfter": "next"}}
    await control.post("/faults?sandbox=shop", {"faults": [limit]})
    assert [(await control.server.get("/v1/executions", key=key)).status for _ in range(2)] == [200, 429]
    free = await control.server.get("/v1/executions")
    assert (free.status, "X-RateLimit-Limit" in free.headers) == (200, False)


async def test_a_reset_fills_the_budget_and_keeps_the_limit(controlled: Any) -> None:
    control = await controlled(rate_limit="1/h", frozen=True)
    assert [(await asked(control))[0] for _ in range(2)] == [200, 429]
    await control.post("/sandboxes/default/reset")
    assert [(await asked(control))[0] for _ in range(2)] == [200, 429]


async def test_any_effect_can_strike_what_is_over_a_rate(control: Any, add: Any) -> None:
    await control.put("/clock", {"frozen": True})
    await add({"operation": "listExecutions", "over": "3/s", "refused": {"status": 503, "form": "gateway"}})
    assert [(await asked(control))[0] for _ in range(5)] == [200, 200, 200, 503, 503]
    (fault,) = (await control.get("/faults"))["faults"]
    assert (fault["seen"], fault["struck"]) == (5, 2)


def test_a_steady_client_within_the_rate_is_never_refused() -> None:
    rate, full = Rate.of("7/s", 1), 0
    for number in range(200):
        full, _, over = rate.take(full, 1_000 + -(-number * 1000 // 7))
        assert not over


def test_a_queue_needs_a_limit() -> None:
    with pytest.raises(
        ConfigError, match=r"--concurrency-queue is 3, .*; expected --concurrency-limit with it"
    ):
        ServeSettings(concurrency_queue=3)


def test_a_burst_needs_a_rate() -> None:
    with pytest.raises(
        ConfigError, match="--rate-burst is 3, and there is no rate; expected --rate-limit with it"
    ):
        ServeSettings(rate_burst=3)


async def test_a_magic_workflow_id_lets_a_create_meet_a_fault(control: Any) -> None:
    lost = await control.server.create({"workflowId": "wf_fault_server_error"})
    assert (lost.status, lost.headers["X-Execmock-Fault"]) == (500, "server-error")
    assert (await control.server.create({"workflowId": "wf_fault_nothing"})).status == 200
    assert (await control.server.create({"workflowId": "wf_free_happy_path"})).status == 200


async def until(control: Any, reached: Any) -> None:
    for _ in range(2000):
        if reached(await control.get("/faults")):
            return
    raise AssertionError(f"it never comes to that: {await control.get('/faults')}")


async def test_a_concurrency_limit_with_its_queue_is_an_option(controlled: Any) -> None:
    control = await controlled(concurrency_limit=1, concurrency_queue=1, frozen=True)
    await control.post("/faults", {"faults": [{"fault": "work", "slow": {"by": "3s", "on": "clock"}}]})
    first = asyncio.create_task(control.server.get("/v1/executions"))
    await until(control, lambda shown: shown["held"])
    second = asyncio.create_task(control.server.get("/v1/executions"))
    crowds = control.server.engine.faults.crowds
    await until(control, lambda _: crowds.of("default/1/").size == 2)
    third = asyncio.create_task(control.server.get("/v1/executions"))
    await until(control, lambda shown: len(shown["held"]) == 2)
    await control.advance("3s")
    refused = await third
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    assert refused.headers["X-Execmock-Fault"] == "concurrency-limit, work"
    await control.delete("/faults/work")
    assert [(await first).status, (await second).status] == [200, 200]
    await control.post("/sandboxes/default/reset")
    (kept,) = (await control.get("/faults"))["faults"]
    assert (kept["name"], kept["fault"]["atOnce"], kept["fault"]["queue"]) == ("concurrency-limit", 1, 1)


async def test_more_at_once_wait_and_still_more_are_refused(control: Any, add: Any) -> None:
    await control.put("/clock", {"frozen": True})
    await add(
        {"fault": "crowded", "atOnce": 1, "queue": 1, "refused": 429},
        {"fault": "work", "header": {"x-work": 1}, "slow": {"by": "3s", "on": "clock"}},
    )
    work = {"X-Work": "1"}
    first = asyncio.create_task(control.server.get("/v1/executions", headers=work))
    await until(control, lambda shown: shown["held"])
    second = asyncio.create_task(control.server.get("/v1/executions", headers=work))
    crowds = control.server.engine.faults.crowds
    await until(control, lambda _: crowds.of("default/1/").size == 2)
    assert (await control.server.get("/v1/executions")).status == 429
    await control.advance("3s")
    assert (await first).status == 200
    await until(control, lambda shown: shown["held"])
    assert not second.done()
    await control.advance("3s")
    assert (await second).status == 200
    await control.delete("/faults/work")
    assert (await control.server.get("/v1/executions")).status == 200
    assert crowds.of("default/1/").size == 0


async def test_what_waits_in_a_queue_is_let_in_when_the_server_stops(control: Any, add: Any) -> None:
    await add({"atOnce": 1, "queue": 1, "refused": 429, "fault": "a"}, {"slow": "1h", "fault": "b"})
    asked = [asyncio.create_task(control.server.get("/v1/executions")) for _ in range(2)]
    crowds = control.server.engine.faults.crowds
    await until(control, lambda _: crowds.of("default/1/").size == 2)
    control.server.mock.end_streams()
    assert [(await one).status for one in asked] == [200, 200]
