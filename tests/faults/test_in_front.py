"""What comes from in front of the service strikes whatever key a request has; the service's own does not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.faults.conftest import BODY, raw

STRICT = {"auth": "strict", "keys": (("b3sk_test", "read-write"), ("b3sk_read", "read"))}
IN_FRONT = [
    {"refused": 503},
    {"refused": {"status": 502, "body": "down"}},
    {"refused": {"status": 500, "form": "gateway"}},
    {"broken": "reset"},
    {"broken": "lost"},
]
OF_THE_SERVICE = [
    {"refused": 500},
    {"refused": 429},
    {"refused": {"status": 403}},
    {"wrong": "dropped"},
    {"stale": "1s"},
]
CALLERS = [("GET", None, 401), ("GET", "b3sk_unknown", 401), ("POST", "b3sk_read", 403)]


async def struck(control: Any) -> tuple[int, int]:
    (fault,) = (await control.get("/faults"))["faults"]
    return fault["seen"], fault["struck"]


@pytest.mark.parametrize("fault", IN_FRONT, ids=str)
async def test_it_strikes_before_any_key_is_looked_at(controlled: Any, fault: Any) -> None:
    control = await controlled(**STRICT)
    await control.post("/faults", {"faults": [fault]})
    for header in ("", "Bearer b3sk_unknown"):
        answer = await asyncio.to_thread(
            raw, control.server.url, "/v1/executions", b"", {"Authorization": header}
        )
        if "broken" in fault:
            assert (answer.received, answer.end) == (b"", "RST" if fault["broken"] == "reset" else "FIN")
        else:
            assert answer.status == fault["refused"]["status"] if isinstance(fault["refused"], dict) else 503
    assert await struck(control) == (2, 2)
    assert {tuple(entry["faults"]) for entry in (await control.get("/journal"))["entries"]} != {()}


@pytest.mark.parametrize("fault", OF_THE_SERVICE, ids=str)
@pytest.mark.parametrize(("method", "key", "status"), CALLERS)
async def test_what_the_service_says_needs_a_caller(
    controlled: Any, fault: Any, method: str, key: str | None, status: int
) -> None:
    control = await controlled(**STRICT)
    await control.post("/faults", {"faults": [fault]})
    reply = await control.server.send(method, "/v1/executions", BODY if method == "POST" else None, key=key)
    assert (reply.status, reply.json["code"]) == (status, status)
    assert await struck(control) == (0, 0)


async def test_a_refusal_is_late_where_answers_are_slow(controlled: Any) -> None:
    control = await controlled(**STRICT)
    await control.put("/clock", {"frozen": True})
    await control.post("/faults", {"faults": [{"slow": {"by": "3s", "on": "clock"}}]})
    waiting = asyncio.create_task(control.server.get("/v1/executions", key=None))
    while not (await control.get("/faults"))["held"]:
        pass
    await control.advance("3s")
    reply = await waiting
    assert (reply.status, reply.headers["X-Execmock-Fault"]) == (401, "slow")


async def test_it_is_that_of_the_sandbox_that_the_key_or_the_id_names(controlled: Any) -> None:
    control = await controlled(**STRICT)
    keys = [{"key": "b3sk_shop"}, {"key": "b3sk_shop_read", "scope": "read"}]
    await control.post("/sandboxes", {"name": "shop", "keys": keys})
    order = await control.create("wf_shop", key="b3sk_shop")
    await control.post("/faults?sandbox=shop", {"faults": [{"refused": 503}]})
    server = control.server
    assert (await server.create(key="b3sk_shop_read")).status == 503
    assert (await server.get(f"/v1/executions/{order}", key=None)).status == 503
    assert (await server.get("/v1/executions", key=None)).status == 401


async def test_a_request_without_a_key_may_ask_for_what_is_in_front(control: Any) -> None:
    for name, status in (("gateway-down", 503), ("server-error", 401)):
        reply = await control.server.get("/v1/executions", key=None, headers={"X-Execmock-Fault": name})
        assert reply.status == status
