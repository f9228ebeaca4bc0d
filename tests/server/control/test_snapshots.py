"""A sandbox as a document, and back: the same bytes, here or in another sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

CLOCK = {"now": "2026-01-01T09:00:00Z", "frozen": True}


async def lived_in(control: Any, key: str = "b3sk_test") -> list[str]:
    """Create executions of both APIs, with an idempotency key, a signal and a scenario of its own."""
    quick = {
        "scenario": "quick",
        "steps": [{"status": "workflow_queued", "next": {"after": "1h"}}, {"status": "workflow_failed"}],
    }
    await control.put("/scenarios/quick", {"scenario": quick})
    paths = []
    for body in (
        {"workflowId": "wf_waits_for_approval"},
        {"idempotencyKey": "k", "requestPayload": {"n": 2**60}},
    ):
        created = (await control.server.create(body, key=key)).data
        paths += [
            f"/v1/executions/{created['execution']['id']}",
            f"/v1/public/executions/{created['execution']['id']}?token={created['clientToken']}",
        ]
    await control.server.create({}, key=key, headers={"X-Execmock-Scenario": "quick"})
    await control.server.execute("workflow_15", {"id_type": "key"}, key=key, headers={"Idempotency-Key": "e"})
    return [*paths, "/v1/executions"]


async def shown(control: Any, paths: list[str], key: str = "b3sk_test") -> list[Any]:
    answers = []
    for path in paths:
        reply = await control.server.get(path, key=key)
        assert reply.status == 200
        answers.append(reply.data)
    return answers


async def test_taken_restored_and_taken_again_it_is_the_same_bytes(control: Any) -> None:
    await control.put("/clock", {"frozen": True})
    paths = await lived_in(control)
    before = await shown(control, paths)
    first = (await control.send("GET", "/snapshot")).body
    await control.advance("1d")
    await control.server.create({})
    assert await shown(control, paths) != before
    await control.server.send("PUT", "/_execmock/snapshot", key=None, data=first)
    assert (await control.send("GET", "/snapshot")).body == first
    assert await shown(control, paths) == before


async def test_restored_it_goes_on_as_it_would_have(control: Any) -> None:
    """What is drawn, the next id and the remembered idempotency keys are part of it."""
    await control.put("/clock", {"frozen": True})
    await lived_in(control)
    document = await control.get("/snapshot")
    futures = []
    for _ in range(2):
        await control.put("/snapshot", document)
        new = (await control.server.create({"workflowId": "wf_flaky"})).data
        again = (await control.server.create({"idempotencyKey": "k", "requestPayload": {"n": 2**60}})).data
        embed = await control.server.execute(
            "workflow_15", {"id_type": "key"}, headers={"Idempotency-Key": "e"}
        )
        await control.advance("1d")
        futures.append([new, again, embed.json, await control.get("/executions")])
    assert futures[0] == futures[1]


async def test_a_scenario_changed_since_then_is_still_followed_in_its_version(control: Any) -> None:
    await lived_in(control)
    document = await control.get("/snapshot")
    changed = {
        "scenario": "quick",
        "steps": [{"status": "workflow_queued", "next": {"after": "2h"}}, {"status": "workflow_failed"}],
    }
    new = await control.put("/scenarios/quick", {"scenario": changed})
    await control.put("/snapshot", document)
    assert (await control.get("/executions"))["executions"][0]["version"] != new["version"]
    assert (await control.get("/scenarios/quick"))["version"] == new["version"]


async def test_another_server_takes_it_up(controlled: Any) -> None:
    one, two = await controlled(seed=1), await controlled(seed=2)
    for control in (one, two):
        await control.put("/clock", {"frozen": True})
    paths = await lived_in(one)
    document = (await one.send("GET", "/snapshot")).body
    await two.server.send("PUT", "/_execmock/snapshot", key=None, data=document)
    assert await shown(two, paths) == await shown(one, paths)
    assert (await two.send("GET", "/snapshot")).body == document


async def test_another_sandbox_takes_it_up_and_keeps_its_own_name_and_keys(control: Any) -> None:
    """Tokens still open the public view, also once the sandbox it was taken of is gone."""
    keys = {name: await control.sandbox(name, clock=CLOCK) for name in ("a", "b")}
    paths = await lived_in(control, keys["a"])
    before = await shown(control, paths, keys["a"])
    restored = await control.put("/snapshot?sandbox=b", await control.get("/snapshot?sandbox=a"))
    assert (restored["id"], restored["executions"]) == ("b", 4)
    await control.delete("/sandboxes/a")
    assert await shown(control, paths, keys["b"]) == before
    (first, *_) = (await control.get("/executions?sandbox=b"))["executions"]
    assert first["sandbox"] == "b"


async def test_an_empty_sandbox_restores_to_an_empty_one(control: Any) -> None:
    document = await control.get("/snapshot")
    await lived_in(control)
    assert (await control.put("/snapshot", document))["executions"] == 0


async def test_it_holds_no_bearer_key(control: Any) -> None:
    key = await control.sandbox("a")
    await lived_in(control, key)
    assert key not in (await control.send("GET", "/snapshot?sandbox=a")).body.decode()


def change(path: str, value: Any) -> Callable[[Any], None]:
    def apply(document: Any) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        for part in way:
            document = document[part]
        if value is None:
            del document[last]
        else:
            document[last] = value

    return apply


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (change("form", 2), "its form is 2, expected 1"),
        (change("form", None), "missing required field `form`"),
        (change("sandbox", None), "missing required field `sandbox`"),
        (change("sandbox/root", "?"), "base64"),
        (change("sandbox/clock/speed", -1), "its clock is out of range (0 to 9998-12-31)"),
        (change("sandbox/clock/shown", 10**15), "its clock is out of range (0 to 9998-12-31)"),
        (change("number", "x"), "Expected `int`"),
        (change("number", -1), ">= 0"),
        (change("scenarios", {}), "it lacks the scenario"),
        (change("scenarios", []), "Expected `object`"),
        (change("scenarios/quick@0", "scenario: quick"), "scenario quick@0"),
        (change("values/0/kind", "executoin"), "Did you mean 'execution'?"),
        (change("values/0/order", "x"), "Expected `int`"),
        (change("values/0/value", {}), "not a kept"),
        (change("values/0/value/progress/visits", []), "stands in no step"),
        (change("values/0/value/progress/visits/0/0", 99), "stands in no step"),
        (change("values/0/value/created_at", -5), "has an instant out of range (0 to 9998-12-31)"),
        (change("values/0/value/execution_data", "e30"), "not a kept embed"),
        (change("values/0/value/execution_data", "WzFd"), "Expected `object`"),
        (change("values/1/value/made", "gone"), "it lacks the execution gone"),
    ],
)
async def test_what_is_no_snapshot_is_refused_and_changes_nothing(
    control: Any, broken: Callable[[Any], None], said: str
) -> None:
    await control.put("/clock", {"frozen": True})
    await lived_in(control)
    before = (await control.send("GET", "/snapshot")).body
    document = json.loads(before)
    broken(document)
    error = await control.refused(422, "PUT", "/snapshot", document)
    assert error["message"] == "This is no snapshot of execmock"
    assert said in error["details"][0]["message"]
    assert (await control.send("GET", "/snapshot")).body == before


async def test_an_unknown_sandbox_has_none(control: Any) -> None:
    await control.refused(404, "GET", "/snapshot?sandbox=none")
    await control.refused(404, "PUT", "/snapshot?sandbox=none", {})
    await control.refused(422, "PUT", "/snapshot", {})


async def test_a_scenario_that_came_as_json_is_the_same_in_another_server(controlled: Any) -> None:
    """It is kept as text, which has to be read as YAML to the same data."""
    special = ["\u0085", "\u2028", "\x7f", "\ufeff", "😀", "a: b", "1e3", 1e22, 1e-7, 2**60]
    steps = [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {"status": "workflow_running", "next": {"after": "1s"}},
        {"status": "workflow_succeeded", "set": {"responsePayload": {"special": special}}},
    ]
    one, two = await controlled(frozen=True), await controlled(frozen=True)
    await one.put("/scenarios/special", {"scenario": {"scenario": "special", "steps": steps}})
    created = (await one.server.create({}, headers={"X-Execmock-Scenario": "special"})).data
    await one.advance("2s")
    await two.put("/snapshot", await one.get("/snapshot"))
    read = (await two.server.get(f"/v1/executions/{created['execution']['id']}")).data
    assert read["execution"]["responsePayload"] == {"special": special}
