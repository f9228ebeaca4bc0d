"""The journal: what was asked and answered, filtered, counted, cleared, bounded, without keys and tokens."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from execmock.service.events.journal import JournalFilter

KEY = "b3sk_canary-key-0123456789"
COOKIE = "canary-cookie-0123456789"
NOTHING = {"count": 0, "upTo": 0, "counts": []}


async def some_requests(control: Any) -> str:
    """Create, read, list, and one refused request; return the execution's id."""
    name: str = await control.create("wf_any")
    await control.server.get(f"/v1/executions/{name}")
    await control.server.get("/v1/executions?limit=5")
    await control.server.get("/v1/executions?limit=0")
    return name


async def test_without_requests_it_is_empty(control: Any) -> None:
    assert await control.get("/journal") == {"entries": [], "count": 0, "dropped": NOTHING}
    assert await control.get("/journal/count") == {"count": 0}
    assert await control.delete("/journal") == {"count": 0}


async def test_what_came_nearest_to_an_expected_request_is_told_with_its_differences(control: Any) -> None:
    await some_requests(control)
    entries = (await control.get("/journal"))["entries"]
    expected = {"operation": "listExecutions", "status": 200, "query": {"limit": 6}}
    found = await control.post("/journal/nearest?limit=2", expected)
    assert found["nearest"] == [
        {"number": entries[2]["number"], "differences": ["query limit: expected '6', came '5'"]},
        {
            "number": entries[3]["number"],
            "differences": ["status: expected 200, came 400", "query limit: expected '6', came '0'"],
        },
    ]
    [same] = (await control.post("/journal/nearest?limit=1", {"body": {"workflowId": "wf_any"}}))["nearest"]
    assert same == {"number": entries[0]["number"], "differences": []}
    error = await control.refused(400, "POST", "/journal/nearest", {"operatin": "listExecutions"})
    assert [detail["location"] for detail in error["details"]] == ["body/operatin"]


async def test_it_shows_requests_and_answers_oldest_first(control: Any) -> None:
    name = await some_requests(control)
    found = await control.get("/journal")
    assert found["count"] == 4
    assert [(e["method"], e["path"], e["query"], e["status"], e["operation"]) for e in found["entries"]] == [
        ("POST", "/v1/executions", "", 200, "createExecution"),
        ("GET", f"/v1/executions/{name}", "", 200, "getExecution"),
        ("GET", "/v1/executions", "limit=5", 200, "listExecutions"),
        ("GET", "/v1/executions", "limit=0", 400, "listExecutions"),
    ]
    first, *_, last = found["entries"]
    assert first["body"]["workflowId"] == "wf_any"
    assert [first["execution"], last["execution"]] == [name, None]
    assert [violation["location"] for violation in last["violations"]] == ["query/limit"]
    assert first["headers"]["Content-Type"] == "application/json"
    assert [entry["number"] for entry in found["entries"]] == sorted(e["number"] for e in found["entries"])


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("operation=listExecutions", 2),
        ("operation=createExecution", 1),
        ("operation=getPublicExecution", 0),
        ("method=get", 3),
        ("method=POST", 1),
        ("status=400", 1),
        ("execution={id}", 2),
        ("execution={id}&method=GET", 1),
        ("after={first}", 3),
        ("after=999999", 0),
    ],
)
async def test_filters_narrow_the_list_and_the_count(control: Any, query: str, count: int) -> None:
    name = await some_requests(control)
    first = (await control.get("/journal"))["entries"][0]["number"]
    query = query.replace("{id}", name).replace("{first}", str(first))
    assert await control.get(f"/journal/count?{query}") == {"count": count}
    found = await control.get(f"/journal?{query}")
    assert (len(found["entries"]), found["count"]) == (count, count)


async def test_the_limit_takes_the_latest_and_leaves_the_count(control: Any) -> None:
    await some_requests(control)
    found = await control.get("/journal?limit=1")
    assert ([entry["status"] for entry in found["entries"]], found["count"]) == ([400], 4)


async def test_cleared_it_is_empty(control: Any) -> None:
    await some_requests(control)
    assert await control.delete("/journal") == {"count": 4}
    assert await control.get("/journal/count") == {"count": 0}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_operation_that_the_contract_does_not_have_is_refused(control: Any, method: str) -> None:
    await some_requests(control)
    error = await control.refused(404, method, "/journal?operation=createExecutions")
    assert "Did you mean 'createExecution'?" in error["details"][0]["message"]
    assert await control.get("/journal/count") == {"count": 4}


@pytest.mark.parametrize("store", ["memory:", "sqlite:{}/journal.db"])
async def test_only_what_the_filters_admit_is_forgotten(controlled: Any, store: str, tmp_path: Path) -> None:
    control = await controlled(store=store.format(tmp_path))
    await some_requests(control)
    assert await control.delete("/journal?operation=listExecutions") == {"count": 2}
    found = await control.get("/journal")
    assert [entry["operation"] for entry in found["entries"]] == ["createExecution", "getExecution"]
    assert (found["count"], found["dropped"]["count"]) == (2, 0)
    assert (await control.get("/journal/violations"))["count"] == 0
    await control.server.get("/v1/executions?limit=0")
    summary = await control.get("/journal/summary")
    assert (summary["count"], summary["dropped"], summary["violations"]) == (3, 0, 1)
    assert await control.delete("/journal?method=DELETE") == {"count": 0}
    assert await control.delete("/journal?status=200") == {"count": 2}
    assert await control.get("/journal/count") == {"count": 1}


@pytest.mark.parametrize("store", ["memory:", "sqlite:{}/journal.db"])
async def test_what_was_counted_and_is_no_longer_kept_is_forgotten_too(
    controlled: Any, store: str, tmp_path: Path
) -> None:
    control = await controlled(store=store.format(tmp_path), journal_size=2)
    name = await some_requests(control)
    await control.refused(409, "DELETE", f"/journal?execution={name}")
    assert await control.get("/journal/count") == {"count": 4}
    assert await control.delete("/journal?method=GET") == {"count": 3}
    summary = await control.get("/journal/summary")
    assert [(row["operation"], row["count"]) for row in summary["counts"]] == [("createExecution", 1)]
    assert (summary["dropped"], await control.get("/journal/count")) == (1, {"count": 1})


async def test_it_keeps_the_latest_of_its_size_for_each_sandbox(controlled: Any) -> None:
    control = await controlled(journal_size=3)
    key = await control.sandbox("other")
    for limit in range(1, 6):
        await control.server.get(f"/v1/executions?limit={limit}")
    await control.server.get("/v1/executions", key=key)
    found = await control.get("/journal")
    assert [entry["query"] for entry in found["entries"]] == ["limit=3", "limit=4", "limit=5"]
    assert (await control.get("/journal/count?sandbox=other")) == {"count": 1}


async def after_six_requests(controlled: Any, **options: Any) -> Any:
    """Return the control API of a mock whose journal keeps two of its six requests."""
    control = await controlled(journal_size=2, **options)
    await control.create("wf_any")
    for query in ("limit=0", "limit=0", "limit=1"):
        await control.server.get(f"/v1/executions?{query}")
    await control.server.get("/v1/executionz")
    await control.server.get("/v1/executions?limit=3")
    return control


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6),
        ("operation=createExecution", 1),
        ("operation=listExecutions&status=400", 2),
        ("method=get", 5),
        ("path=/v1/executions", 5),
        ("path=/v1/executionz", 1),
        ("path=/v1/none", 0),
        ("operation=executeWorkflow&execution=x", 0),
        ("after=999999&execution=x", 0),
    ],
)
async def test_requests_that_it_no_longer_keeps_are_still_counted(
    controlled: Any, query: str, count: int
) -> None:
    control = await after_six_requests(controlled)
    assert await control.get(f"/journal/count?{query}") == {"count": count}


async def test_a_count_that_the_dropped_requests_decide_is_refused(controlled: Any) -> None:
    control = await after_six_requests(controlled)
    error = await control.refused(409, "GET", "/journal/count?execution=x&operation=listExecutions")
    assert error["message"].startswith(
        "The count is not known: the journal dropped 3 requests that may be meant."
    )
    first = (await control.get("/journal?limit=1"))["entries"][0]["number"]
    await control.refused(409, "GET", "/journal/count?after=1")
    assert await control.get(f"/journal/count?after={first}") == {"count": 0}


async def test_a_list_says_what_it_lacks(controlled: Any) -> None:
    control = await after_six_requests(controlled)
    found = await control.get("/journal?operation=listExecutions")
    assert [entry["query"] for entry in found["entries"]] == ["limit=3"]
    row = {"operation": "listExecutions", "method": "GET", "path": "/v1/executions"}
    assert found["dropped"]["counts"] == [
        {**row, "status": 200, "breaksContract": False, "count": 1},
        {**row, "status": 400, "breaksContract": True, "count": 2},
    ]
    assert found["dropped"]["count"] == 3


async def test_the_summary_counts_all_requests_by_kind(controlled: Any) -> None:
    control = await after_six_requests(controlled)
    summary = await control.get("/journal/summary")
    assert (summary["count"], summary["dropped"], summary["violations"]) == (6, 4, 3)
    assert {(row["method"], row["path"], row["status"]): row["count"] for row in summary["counts"]} == {
        ("POST", "/v1/executions", 200): 1,
        ("GET", "/v1/executions", 200): 2,
        ("GET", "/v1/executions", 400): 2,
        ("GET", "/v1/executionz", 404): 1,
    }
    await control.delete("/journal")
    assert (await control.get("/journal/summary"))["counts"] == []


async def test_requests_that_break_the_contract_are_kept_for_longer(controlled: Any) -> None:
    control = await after_six_requests(controlled)
    found = await control.get("/journal/violations")
    assert [(entry["path"], entry["query"]) for entry in found["entries"]] == [
        ("/v1/executions", "limit=0"),
        ("/v1/executions", "limit=0"),
        ("/v1/executionz", ""),
    ]
    assert found["count"] == 3
    assert found["entries"][0]["violations"][0]["location"] == "query/limit"
    assert len((await control.get("/journal/violations?limit=1"))["entries"]) == 1


async def test_paths_without_end_are_counted_together_in_the_end(controlled: Any) -> None:
    control = await controlled(journal_size=0)
    for number in range(1100):
        await control.server.get(f"/v1/executions/exec_{number}")
    summary = await control.get("/journal/summary")
    assert (summary["count"], len(summary["counts"])) == (1100, 1001)
    assert [row["count"] for row in summary["counts"] if row["path"] is None] == [100]
    assert await control.get("/journal/count?operation=getExecution&status=400") == {"count": 1100}
    await control.refused(409, "GET", "/journal/count?path=/v1/executions/exec_1")


async def test_a_sandbox_may_have_a_size_of_its_own_and_keep_answers(controlled: Any) -> None:
    control = await controlled(journal_size=1)
    key = await control.sandbox("other", journalSize=3, journalAnswers=True)
    name = await control.create("wf_any", key=key)
    for _ in range(4):
        await control.server.get(f"/v1/executions/{name}", key=key)
        await control.server.get("/v1/executions")
    found = (await control.get("/journal?sandbox=other"))["entries"]
    assert [entry["answer"]["data"]["execution"]["id"] for entry in found] == [name] * 3
    (own,) = (await control.get("/journal"))["entries"]
    assert "answer" not in own


async def test_what_a_refusal_said_is_kept(control: Any) -> None:
    token = (await control.server.create()).data["clientToken"]
    name = (await control.get("/executions"))["executions"][0]["id"]
    assert (await control.server.get(f"/v1/public/executions/{name}?token={token[:-1]}x")).status == 401
    assert "answer" not in (await control.get("/journal?status=200"))["entries"][0]
    (entry,) = (await control.get("/journal?status=401"))["entries"]
    assert entry["answer"]["message"] == "The token does not open this execution"


@pytest.mark.parametrize(
    ("header", "received"),
    [
        ("Bearer ", '"Bearer without a key"'),
        ("Basic YWRhOnB3", '"a key of the scheme Basic"'),
        ("b3sk_0123456789", '"a key without Bearer before it"'),
        ("Monkey b3sk_0123456789", '"a scheme that is not known"'),
    ],
)
async def test_what_is_wrong_with_a_key_is_told_without_it(control: Any, header: str, received: str) -> None:
    await control.server.get("/v1/executions", key=None, headers={"Authorization": header})
    (entry,) = (await control.get("/journal"))["entries"]
    (violation,) = entry["violations"]
    assert violation["message"] == f"header/Authorization: expected Bearer b3sk_..., received {received}"
    assert "0123456789" not in str(entry)


async def test_client_tokens_in_answers_are_not_shown(controlled: Any) -> None:
    control = await controlled(journal_answers=True)
    token = (await control.server.create()).data["clientToken"]
    shown = (await control.send("GET", "/journal")).body.decode()
    assert token not in shown
    assert '"clientToken":"***"' in shown


async def test_a_large_body_is_kept_in_part_and_what_is_cut_is_counted(control: Any) -> None:
    text = "x" * 100_000
    await control.create("wf_any", requestPayload={"text": text})
    (entry,) = (await control.get("/journal"))["entries"]
    assert len(entry["body"]) == 65_536
    assert len(entry["body"]) + entry["bodyCut"] == int(entry["headers"]["Content-Length"])
    await control.server.get("/v1/executions")
    assert (await control.get("/journal"))["entries"][1]["bodyCut"] == 0


async def test_a_journal_of_large_bodies_is_read_in_pieces(control: Any) -> None:
    """Others are answered in between: the loop takes many turns while it is read."""
    for _ in range(40):
        await control.server.create({"requestPayload": {"text": "x" * 80_000}})
    reading = asyncio.create_task(control.server.engine.journal.find("default", JournalFilter()))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 8
    assert (await reading).kept == 40


async def test_it_can_be_read_backwards_page_by_page(control: Any) -> None:
    await some_requests(control)
    last = (await control.get("/journal?limit=2"))["entries"]
    before = await control.get(f"/journal?limit=2&before={last[0]['number']}")
    assert before["count"] == 2
    assert [entry["number"] for entry in [*before["entries"], *last]] == [
        entry["number"] for entry in (await control.get("/journal"))["entries"]
    ]


async def test_a_size_of_nothing_keeps_nothing(controlled: Any) -> None:
    control = await controlled(journal_size=0)
    await control.create("wf_any")
    found = await control.get("/journal")
    assert (found["entries"], found["count"], found["dropped"]["count"]) == ([], 0, 1)
    assert await control.get("/journal/count") == {"count": 1}


async def test_requests_to_the_control_api_are_not_in_it(control: Any) -> None:
    await control.put("/clock", {"frozen": True})
    assert (await control.get("/journal"))["count"] == 0


async def test_a_body_that_is_no_json_is_shown_as_text(control: Any) -> None:
    await control.server.send("POST", "/v1/executions", data=b"{\xff")
    (entry,) = (await control.get("/journal"))["entries"]
    assert (entry["body"], entry["status"]) == ("{\ufffd", 400)


@pytest.mark.parametrize("query", ["after=-1", "status=99", "status=x", "limit=0", "sandbox=none"])
async def test_filters_that_cannot_be_are_refused(control: Any, query: str) -> None:
    for path in ("/journal", "/journal/count"):
        if not (path.endswith("count") and query.startswith("limit")):
            await control.refused(404 if "sandbox" in query else 400, "GET", f"{path}?{query}")


async def test_keys_and_tokens_are_never_shown_whole(
    controlled: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in the journal nor in the log, wherever in a request they stand."""
    control = await controlled(
        quiet=False, auth="strict", keys=((KEY, "read-write"),), control_key="canary-control-key"
    )
    server, own = control.server, {"Authorization": "Bearer canary-control-key"}
    created = (await server.create({}, key=KEY)).data
    token, name = created["clientToken"], created["execution"]["id"]
    public = f"/v1/public/executions/{name}"
    for path in (
        f"{public}?token={token}",
        f"{public}?%74oken={token}",
        f"{public}?token={token}&token={token}",
        f"{public}?token={token}x",
        f"/v1/executions?token={token}&api_key={KEY}&note={KEY}",
    ):
        await server.get(path, key=None)
    for headers in (
        {"Authorization": KEY},
        {"Authorization": f"Basic {KEY}"},
        {"X-Api-Key": KEY, "Cookie": f"session={COOKIE}"},
        {"Authorization": f"Bearer {KEY}", "X-Debug": f"key {KEY}", "Referer": f"http://x/?token={token}"},
    ):
        await server.create(
            {"requestPayload": {"sent": KEY, KEY: 1}},
            key=None,
            headers={"Authorization": f"Bearer {KEY}", **headers},
        )
    await server.get(f"{public}?token={token}", key=None, headers={"Referer": f"http://x/?token={token}"})
    await control.put("/clock", {"frozen": True}, headers=own)
    await control.refused(
        401, "PUT", "/clock", {"frozen": True}, headers={"Authorization": "Bearer wrong-canary"}
    )
    shown = (await control.send("GET", "/journal?limit=1000", headers=own)).body.decode()
    server.mock.log.flush()
    logged = "".join(capsys.readouterr())
    assert "createExecution" in shown
    assert "createExecution" in logged
    for text in (shown, logged):
        for secret in (KEY, token, COOKIE, "canary-control-key", "wrong-canary"):
            assert secret not in text


@pytest.mark.parametrize("token", ["abc", "canary-" * 60], ids=["shorter than words", "longer than is shown"])
async def test_a_token_that_is_refused_is_not_shown_by_what_is_said_of_it(control: Any, token: str) -> None:
    path = f"/v1/public/executions/exec_x?token={token}&token={token}"
    assert (await control.server.get(path, key=None)).status == 400
    shown = (await control.send("GET", "/journal")).body.decode()
    assert token[:20] not in shown
    assert '"location":"query/token"' in shown


async def test_misspelt_names_are_listed_also_of_requests_that_it_dropped(controlled: Any) -> None:
    control = await controlled(journal_size=1)
    await control.create("wf_any", externalref="x")
    await control.create("wf_any", requestpayload={"text": "x" * 100_000})
    await control.server.get("/v1/executions?ofset=1")
    await control.server.get("/v1/executions?limit=1")
    found = await control.get("/journal/misspellings")
    assert [entry["misspelt"][0]["location"] for entry in found["entries"]] == [
        "body/externalref",
        "body/requestpayload",
        "query/ofset",
    ]
    assert found["count"] == 3
    assert (await control.get("/journal"))["entries"][0]["misspelt"] == []
    await control.delete("/journal?operation=createExecution")
    assert (await control.get("/journal/misspellings"))["count"] == 1


async def test_what_a_key_of_a_closed_sandbox_asked_is_in_the_journal_of_the_first(controlled: Any) -> None:
    control = await controlled()
    key = await control.sandbox("other")
    await control.delete("/sandboxes/other")
    await control.server.get("/v1/executions", key=key)
    (entry,) = (await control.get("/journal"))["entries"]
    assert entry["status"] == 401


@pytest.mark.parametrize("written", ["{key}", "\\u0062{rest}"])
async def test_a_key_in_a_body_is_hidden_however_it_is_written(control: Any, written: str) -> None:
    text = written.format(key=KEY, rest=KEY[1:])
    body = f'{{"workflowId":"wf_any","sourceSystem":"s","sourceEntityType":"{text}"}}'
    await control.server.send("POST", "/v1/executions", data=body.encode(), key=KEY)
    (entry,) = (await control.get("/journal"))["entries"]
    assert entry["body"]["sourceEntityType"] == "***"
