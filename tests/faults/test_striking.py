"""Which requests a fault strikes, and how often."""

from __future__ import annotations

from typing import Any

import pytest

READ = {"operation": "getExecution", "refused": 503}


async def statuses(control: Any, path: str, times: int, **more: Any) -> list[int]:
    return [(await control.server.get(path, **more)).status for _ in range(times)]


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({}, [503, 503, 503, 503, 503, 503]),
        ({"times": 2}, [503, 503, 200, 200, 200, 200]),
        ({"skip": 2, "times": 1}, [200, 200, 503, 200, 200, 200]),
        ({"every": 3}, [200, 200, 503, 200, 200, 503]),
        ({"skip": 1, "every": 2, "times": 2}, [200, 200, 503, 200, 503, 200]),
    ],
)
async def test_how_often_it_strikes(
    control: Any, add: Any, timing: dict[str, int], expected: list[int]
) -> None:
    order = await control.create("wf_free_happy_path")
    await add({**READ, **timing})
    assert await statuses(control, f"/v1/executions/{order}", 6) == expected


async def test_chances_follow_from_the_seed(controlled: Any) -> None:
    runs = []
    for seed in (3, 3, 4):
        control = await controlled(seed=seed)
        order = await control.create("wf_free_happy_path")
        await control.post("/faults", {"faults": [{**READ, "probability": 0.5}]})
        runs.append(await statuses(control, f"/v1/executions/{order}", 20))
    assert runs[0] == runs[1] != runs[2]
    assert {*runs[0]} == {200, 503}


async def test_the_first_that_strikes_wins_and_those_after_it_are_not_tried(control: Any, add: Any) -> None:
    await add(
        {"fault": "first", "operation": "listExecutions", "refused": 500, "times": 1},
        {"fault": "second", "operation": "listExecutions", "refused": 429, "times": 1},
    )
    assert await statuses(control, "/v1/executions", 3) == [500, 429, 200]
    counts = {
        fault["name"]: (fault["seen"], fault["struck"]) for fault in (await control.get("/faults"))["faults"]
    }
    assert counts == {"first": (3, 1), "second": (2, 1)}


@pytest.mark.parametrize(
    ("matcher", "struck", "spared"),
    [
        ({"operation": "listExecutions"}, "/v1/executions", "/v1/executions/{order}"),
        ({"path": "/v1/executions/*"}, "/v1/executions/{order}", "/v1/executions"),
        ({"path": "/v1/**", "query": {"limit": 3}}, "/v1/executions?limit=3", "/v1/executions?limit=2"),
        ({"method": "get", "status": "workflow_queued"}, "/v1/executions/{order}", "/v1/executions"),
        ({"workflow": "wf_free_happy_path"}, "/v1/executions/{order}", "/v1/executions/{other}"),
        ({"scenario": ["free-happy-path"]}, "/v1/executions/{order}", "/v1/executions/{other}"),
        ({"step": "awaiting_payment"}, "/v1/executions/{other}", "/v1/executions/{order}"),
        (
            {"operation": "listExecutions", "while": {"status": "workflow_queued"}},
            "/v1/executions",
            "/v1/executions/{order}",
        ),
        ({"while": {"status": "awaiting_payment"}}, "/v1/executions/{other}", "/v1/executions/{order}"),
    ],
)
async def test_a_matcher_picks_requests(
    control: Any, add: Any, matcher: dict[str, Any], struck: str, spared: str
) -> None:
    names = {
        "order": await control.create("wf_free_happy_path"),
        "other": await control.create("wf_paid_happy_path"),
    }
    await add({**matcher, "refused": 503})
    assert await statuses(control, struck.format(**names), 1) == [503]
    assert await statuses(control, spared.format(**names), 1) == [200]


async def test_headers_keys_and_bodies_pick_requests(control: Any, add: Any) -> None:
    await add(
        {"header": {"x-tenant": ["one", "two"]}, "refused": 500},
        {"key": "b3sk_other", "refused": 401},
        {"body": {"requestPayload.amount": {"atLeast": 100}}, "refused": 409},
    )
    server = control.server
    assert (await server.get("/v1/executions", headers={"X-Tenant": "two"})).status == 500
    assert (await server.get("/v1/executions", headers={"X-Tenant": "three"})).status == 200
    assert (await server.get("/v1/executions", key="b3sk_other")).status == 401
    assert (await server.create({"requestPayload": {"amount": 100}})).status == 409
    assert (await server.create({"requestPayload": {"amount": 99}})).status == 200


async def test_a_create_is_struck_by_its_workflow_and_scenario(control: Any, add: Any) -> None:
    await add(
        {"workflow": "wf_paid_happy_path", "refused": 500, "times": 1},
        {"scenario": "free-happy-path", "refused": 429, "times": 1},
    )
    assert (await control.server.create()).status == 500
    assert (await control.server.create({"workflowId": "wf_free_happy_path"})).status == 429
    assert (await control.server.create({"workflowId": "wf_free_happy_path"})).status == 200


async def test_counts_for_each_execution_by_itself(control: Any, add: Any) -> None:
    orders = [await control.create("wf_free_happy_path") for _ in range(2)]
    await add({**READ, "per": "execution", "skip": 1, "times": 1})
    for order in orders:
        assert await statuses(control, f"/v1/executions/{order}", 3) == [200, 503, 200]


async def test_a_window_opens_and_closes_on_the_clock_of_the_sandbox(control: Any, add: Any) -> None:
    await control.put("/clock", {"frozen": True})
    await add(
        {
            "operation": "listExecutions",
            "refused": {"status": 429, "retryAfter": "end"},
            "from": "10s",
            "for": "30s",
        }
    )
    assert await statuses(control, "/v1/executions", 1) == [200]
    await control.advance("10s")
    refused = await control.server.get("/v1/executions")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
    await control.advance("18500ms")
    assert (await control.server.get("/v1/executions")).headers["Retry-After"] == "12"
    await control.advance("11500ms")
    assert await statuses(control, "/v1/executions", 1) == [200]
    # A request outside the window is not counted.
    (fault,) = (await control.get("/faults"))["faults"]
    assert (fault["seen"], fault["struck"]) == (2, 2)


async def test_instants_bound_it_too(control: Any, add: Any) -> None:
    await control.put("/clock", {"frozen": True})
    await add({"refused": 500, "from": "2026-01-01T09:00:05Z", "until": "2026-01-01T09:00:06Z"})
    seen = []
    for _ in range(7):
        seen += await statuses(control, "/v1/executions", 1)
        await control.advance("1s")
    assert seen == [200] * 5 + [500, 200]


async def test_a_refused_request_changes_nothing_and_removing_the_fault_heals(control: Any, add: Any) -> None:
    await add({"operation": "createExecution", "refused": 500})
    assert (await control.server.create()).status == 500
    await control.delete("/faults/refused-500")
    assert (await control.server.get("/v1/executions")).data["items"] == []
    assert (await control.server.create()).status == 200


async def test_a_reset_removes_faults_and_another_sandbox_never_had_them(control: Any, add: Any) -> None:
    key = await control.sandbox("other")
    await add({"refused": 500})
    assert (await control.server.get("/v1/executions", key=key)).status == 200
    assert (await control.server.get("/v1/executions")).status == 500
    await control.post("/sandboxes/default/reset")
    assert (await control.server.get("/v1/executions")).status == 200
    assert await control.get("/faults") == {"faults": [], "held": []}


async def test_the_public_read_meets_the_faults_of_its_execution_s_sandbox(control: Any) -> None:
    key = await control.sandbox("shop")
    made = (await control.server.create({"workflowId": "wf_free_happy_path"}, key=key)).data
    path = f"/v1/public/executions/{made['execution']['id']}?token={made['clientToken']}"
    await control.post(
        "/faults?sandbox=shop", {"faults": [{"operation": "getPublicExecution", "refused": 503}]}
    )
    assert (await control.server.get(path, key=None)).status == 503
    await control.delete("/faults?sandbox=shop")
    assert (await control.server.get(path, key=None)).status == 200


async def test_every_place_shows_that_it_struck(control: Any, add: Any) -> None:
    await add({"fault": "down", "operation": "listExecutions", "refused": 503, "times": 1})
    struck, healed = [await control.server.get("/v1/executions") for _ in range(2)]
    assert struck.headers["X-Execmock-Fault"] == "down"
    assert "X-Execmock-Fault" not in healed.headers
    entries = (await control.get("/journal"))["entries"]
    assert [entry["faults"] for entry in entries] == [["down"], []]


async def test_the_log_says_so_and_answers_are_silent_where_that_is_asked_for(
    controlled: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    control = await controlled(quiet=False, quiet_faults=True)
    await control.post(
        "/faults", {"faults": [{"fault": "down", "operation": "listExecutions", "refused": 503}]}
    )
    reply = await control.server.get("/v1/executions")
    assert (reply.status, "X-Execmock-Fault" in reply.headers) == (503, False)
    control.server.mock.log.flush()
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "/v1/executions" in line]
    assert line.endswith("listExecutions  fault down")


async def test_without_faults_requests_take_the_fast_way(control: Any, add: Any) -> None:
    await add({"refused": 503})
    assert control.server.engine.sandboxes.faults_active
    await control.delete("/faults")
    assert not control.server.engine.sandboxes.faults_active
