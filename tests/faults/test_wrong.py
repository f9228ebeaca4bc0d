"""Answers in good form that are wrong by the contract or in time; what the sandbox holds stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from execmock.cli import main
from execmock.core.faults import WRONG


@pytest.fixture
async def lives(control: Any) -> Any:
    """A control API whose default sandbox has three executions that have ended, a minute apart."""
    await control.put("/clock", {"frozen": True})
    for _ in range(3):
        await control.create("wf_free_happy_path")
        await control.advance("1m")
    return control


async def execution(control: Any, order: str) -> Any:
    return (await control.server.get(f"/v1/executions/{order}")).data["execution"]


async def ids(control: Any, query: str = "") -> list[str]:
    return [item["id"] for item in (await listed(control, query))["items"]]


async def listed(control: Any, query: str = "") -> Any:
    return (await control.server.get(f"/v1/executions{query}")).data


@pytest.mark.parametrize(
    ("wrong", "seen"),
    [
        ({"how": "dropped", "property": "runId"}, lambda one, shown: "runId" not in shown),
        ({"how": "renamed", "property": "runId"}, lambda one, shown: shown["theRunId"] == one["runId"]),
        ({"how": "retyped", "property": "runId"}, lambda one, shown: shown["runId"] == 17),
        ({"how": "nulled", "property": "runId"}, lambda one, shown: shown["runId"] is None),
        ("status", lambda one, shown: shown["status"] == "workflow_paused"),
        ("extra", lambda one, shown: shown == {**one, "addedLater": "a value"}),
        (
            "overwritten",
            lambda one, shown: shown["status"] == "workflow_running" and "finishedAt" not in shown,
        ),
        ("another", lambda one, shown: shown["id"] != one["id"] and shown["status"] == one["status"]),
        ("skewed", lambda one, shown: shown["createdAt"] == "2026-01-01T11:00:00.000Z"),
    ],
    ids=lambda value: "" if callable(value) else str(value),
)
async def test_an_execution_is_shown_wrong_and_is_not_changed(
    lives: Any, add: Any, wrong: Any, seen: Callable[[Any, Any], bool]
) -> None:
    first = (await ids(lives))[-1]
    before = await execution(lives, first)
    assert before["createdAt"] == "2026-01-01T09:00:00.000Z"
    await add({"wrong": wrong})
    assert seen(before, await execution(lives, first))
    await lives.delete("/faults")
    assert await execution(lives, first) == before


async def test_lists_are_wrong_and_heal(lives: Any, add: Any) -> None:
    names = await ids(lives)
    await add({"fault": "one", "wrong": "out-of-order"})
    assert await ids(lives) == names[::-1]
    await add({"fault": "one", "wrong": "has-more"})
    assert (await listed(lives))["hasMore"] is True
    await add({"fault": "one", "wrong": "twice"})
    assert [await ids(lives, f"?limit=1&offset={offset}") for offset in (0, 1)] == [names[:1], names[:1]]
    await lives.delete("/faults")
    assert (await ids(lives), (await listed(lives))["hasMore"]) == (names, False)


async def test_an_envelope_has_no_data_and_a_timeline_loses_its_first_event(lives: Any, add: Any) -> None:
    path = f"/v1/executions/{(await ids(lives))[0]}"
    whole = (await lives.server.get(path)).data["events"]
    await add({"wrong": "event-lost"})
    assert (await lives.server.get(path)).data["events"] == whole[1:]
    await lives.delete("/faults")
    await add({"wrong": "no-data"})
    reply = await lives.server.get("/v1/executions")
    assert (reply.status, sorted(reply.json)) == (200, ["code", "message", "requestId"])


async def test_a_public_view_shows_a_private_property(control: Any, add: Any) -> None:
    made = (await control.server.create()).data
    path = f"/v1/public/executions/{made['execution']['id']}?token={made['clientToken']}"
    await add({"wrong": "private-field"})
    shown = (await control.server.get(path, key=None)).data
    assert shown["organizationId"] == made["execution"]["organizationId"]
    assert (await execution(control, made["execution"]["id"])) == made["execution"]


async def test_stale_reads_and_lists_show_what_was(lives: Any, add: Any) -> None:
    young = await lives.create("wf_free_happy_path")
    await lives.advance("1s")
    await add({"fault": "old", "stale": "30s"})
    assert (await lives.server.get(f"/v1/executions/{young}")).status == 400
    assert young not in await ids(lives)
    assert (await listed(lives, "?limit=2"))["hasMore"] is True
    await lives.advance("29s")
    shown = await execution(lives, young)
    assert (shown["id"], shown["status"]) == (young, "workflow_queued")
    await lives.delete("/faults")
    assert (await execution(lives, young))["status"] == "workflow_succeeded"


async def test_a_create_is_delivered_twice_under_one_key(control: Any, add: Any) -> None:
    await add({"wrong": "created-twice", "times": 1})
    body = {"idempotencyKey": "once"}
    first, again = [(await control.server.create(body)).data for _ in range(2)]
    assert first["execution"]["id"] == again["execution"]["id"]
    items = (await listed(control))["items"]
    assert [item["idempotencyKey"] for item in items] == ["once", "once"]
    assert len({item["id"] for item in items}) == 2


async def test_a_create_is_lost_with_its_key(control: Any, add: Any) -> None:
    await add({"wrong": "create-lost", "times": 1})
    body = {"idempotencyKey": "once"}
    lost = (await control.server.create(body)).data["execution"]["id"]
    assert (await control.server.get(f"/v1/executions/{lost}")).status == 400
    made = (await control.server.create(body)).data["execution"]["id"]
    assert await ids(control) == [made]
    assert made != lost


async def test_what_it_does_not_fit_is_not_counted(lives: Any, add: Any) -> None:
    await add({"fault": "more", "operation": ["getExecution", "listExecutions"], "wrong": "event-lost"})
    await ids(lives)
    (shown,) = (await lives.get("/faults"))["faults"]
    assert (shown["seen"], shown["struck"]) == (0, 0)


@pytest.mark.parametrize("fault", [*({"wrong": way} for way in WRONG), {"stale": "1s"}], ids=str)
async def test_an_answer_that_it_does_not_fit_stays_as_it_is(lives: Any, add: Any, fault: Any) -> None:
    """A request may ask for any fault by its name, and prefer an answer that holds no execution."""
    paths = [f"/v1/executions/{(await ids(lives))[0]}", "/v1/executions?offset=1", "/v1/nothing"]
    await add({"fault": "asked", "operation": "createExecution", **fault})
    for path in paths:
        for prefer in ("handling=lenient", "code=200", "code=400"):
            headers = {"X-Execmock-Fault": "asked", "Prefer": prefer}
            reply = await lives.server.get(path, headers=headers)
            assert reply.status in (200, 400, 404)
            assert reply.json["requestId"]
            if "hasMore" in reply.json.get("data", ()):
                assert "items" in reply.json["data"]
    assert len(await ids(lives)) == 3


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("{wrong: has-mor}", "received \"has-mor\". Did you mean 'has-more'?"),
        ("{wrong: {how: nuled}}", "Did you mean 'nulled'?"),
        ("{wrong: {how: dropped, property: runid}}", "no execution has the property 'runid'. Did you mean"),
        ("{wrong: {how: has-more, property: id}}", "has no `property`; expected it with dropped, renamed"),
        ("{wrong: {how: dropped, by: 2h}}", "has no `by`; expected it with skewed"),
        ("{wrong: {how: skewed, by: 0s}}", "no time passes in it"),
        ("{stale: 0s}", "what was no time ago is not stale"),
        ("{stale: 1s, refused: 503}", "`refused` happens already"),
        ("{operation: getExecution, wrong: has-more}", "no answer to getExecution can be wrong-has-more"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Any, capsys: pytest.CaptureFixture[str], fault: str, said: str
) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(f"faults:\n  - {fault}\n", encoding="utf-8")
    assert main(["check", str(file)]) == 1
    told = capsys.readouterr().out
    assert said in told
    assert "faults.yaml:2:" in told
