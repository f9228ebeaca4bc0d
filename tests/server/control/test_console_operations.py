"""What a page needs that shows a mock: how it was started, creation without a key, past and future."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from execmock.core.contract.pointers import look_up

BODY = {"workflowId": "wf_waits_for_approval", "sourceSystem": "shop", "sourceEntityType": "order"}


async def test_it_tells_the_keys_the_origins_and_what_is_shipped(controlled: Any) -> None:
    control = await controlled(cors_origins=("http://shop.test",), world="demo")
    told = await control.get("/server")
    assert {"key": "b3sk_ledger", "scope": "read-write", "sandbox": "ledger"} in told["keys"]
    assert told["keys"][-1]["scope"] == "read-write"
    assert (told["origins"], told["elsewhere"]) == (["http://shop.test"], {})
    assert "demo" in told["worlds"]
    assert "gateway-down" in told["faults"]


async def test_a_strict_server_tells_no_key_that_it_would_refuse(controlled: Any) -> None:
    control = await controlled(auth="strict")
    assert (await control.get("/server"))["keys"] == []


async def test_the_contract_is_the_one_that_is_served(control: Any) -> None:
    assert await control.get("/contract") == (await control.server.get("/openapi.json")).json


PLACES = {
    ("createExecution", "body/sourceEntityType"): "sourceEntityType:",
    ("createExecution", "body/requestPayload/lines/0"): "requestPayload:",
    ("createExecution", "body/nothing"): "CreateExecutionRequest:",
    ("createExecution", "header/Content-Type"): "post:",
    ("executeWorkflow", "body"): "ExecuteWorkflowRequest:",
    ("listExecutions", "query/limit"): "Limit:",
    ("listExecutions", "query"): "get:",
    ("getPublicExecution", "query/token"): "name: token",
}


async def test_a_violation_leads_to_a_line_of_the_contract(control: Any) -> None:
    lines = (await control.server.get("/openapi.yaml")).body.decode().splitlines()
    document = await control.get("/contract")
    for (operation, location), said in PLACES.items():
        place = await control.get(f"/contract/place?operation={operation}&location={location}")
        assert place["file"] == "openapi.yaml"
        assert said in lines[place["line"] - 1], (location, place)
        assert look_up(document, place["pointer"])
    error = await control.refused(404, "GET", "/contract/place?operation=listExecution&location=body")
    assert "'listExecutions'" in error["details"][0]["message"]


async def test_an_execution_is_created_without_a_key_and_without_a_trace_in_the_journal(control: Any) -> None:
    made = await control.post("/executions", {"scenario": "node-fails", "request": BODY})
    assert (made["scenario"], made["workflow"], made["status"]) == (
        "node-fails",
        BODY["workflowId"],
        "awaiting_payment",
    )
    public = await control.server.get(f"/v1/public/executions/{made['id']}?token={made['clientToken']}")
    assert public.status in (200, 404)
    assert (await control.get("/journal?method=POST"))["count"] == 0


async def test_its_request_picks_the_scenario_as_ever(control: Any) -> None:
    made = await control.post("/executions", {"request": BODY})
    assert made["scenario"] == "waits-for-approval"


async def test_an_embedded_workflow_is_executed_by_its_id(control: Any) -> None:
    made = await control.post("/executions", {"workflow": "workflow_15", "request": {"id_type": "key"}})
    assert (made["api"], made["clientToken"]) == ("embed", None)


@pytest.mark.parametrize(
    ("status", "body", "place"),
    [
        (400, {"request": {"workflowId": "wf_x"}}, "body/request/sourceSystem"),
        (404, {"scenario": "node-fail", "request": BODY}, "body/scenario"),
        (400, {"request": BODY, "scenari": "x"}, "body/scenari"),
    ],
)
async def test_what_the_api_would_refuse_is_refused_with_its_place(
    control: Any, status: int, body: Any, place: str
) -> None:
    error = await control.refused(status, "POST", "/executions", body)
    assert place in [detail["location"] for detail in error["details"]]


async def test_the_view_of_an_instant_is_what_was_shown_then(control: Any) -> None:
    name = await control.create("wf_waits_for_approval")
    created = (await control.get(f"/executions/{name}"))["createdAt"]
    first = await control.get(f"/executions/{name}/views")
    await control.advance("3s")
    then = await control.get(f"/executions/{name}/views?at={created}")
    now = await control.get(f"/executions/{name}/views")
    assert then == first
    assert (then["status"], now["status"]) == ("workflow_queued", "workflow_waiting")
    assert now["private"] == (await control.get(f"/executions/{name}"))["view"]
    token = (await control.get(f"/executions/{name}/client-token"))["clientToken"]
    public = await control.server.get(f"/v1/public/executions/{name}?token={token}")
    assert now["public"] == public.data


@pytest.mark.parametrize(
    ("at", "status"), [("2025-01-01T00:00:00Z", 409), ("2027-01-01T00:00:00Z", 409), ("soon", 400)]
)
async def test_an_instant_that_has_no_view_is_refused(control: Any, at: str, status: int) -> None:
    name = await control.create("wf_waits_for_approval")
    await control.refused(status, "GET", f"/executions/{name}/views?at={at}")


async def test_an_embed_execution_has_no_public_view(control: Any) -> None:
    made = await control.post("/executions", {"workflow": "workflow_15", "request": {"id_type": "key"}})
    views = await control.get(f"/executions/{made['id']}/views")
    assert (views["public"], views["private"]["id"]) == (None, made["id"])


async def test_what_lies_ahead_is_what_comes(control: Any) -> None:
    name = await control.create("wf_paid_happy_path")
    ahead = await control.get(f"/executions/{name}/ahead")
    await control.advance("1h")
    history = (await control.get(f"/executions/{name}"))["history"]
    assert ahead["steps"] == history[1:]
    assert ahead["more"] is False
    assert await control.get(f"/executions/{name}/ahead") == {"steps": [], "more": False}


async def test_a_loop_has_more_ahead_than_is_told(control: Any) -> None:
    steps = [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {"status": "workflow_running", "next": [{"after": "1s"}, {"signal": "end", "to": "workflow_failed"}]},
        {"status": "workflow_waiting", "next": {"after": "1s", "to": "workflow_running"}},
        {"status": "workflow_failed"},
    ]
    await control.put("/scenarios/round", {"scenario": {"scenario": "round", "steps": steps}})
    made = await control.post("/executions", {"scenario": "round", "request": BODY})
    ahead = await control.get(f"/executions/{made['id']}/ahead")
    assert (len(ahead["steps"]), ahead["more"]) == (100, True)


async def test_the_scenario_that_is_followed_is_the_version_of_the_creation(control: Any) -> None:
    text = (
        "scenario: mine\nsteps: [{status: workflow_queued, next: {after: 1h}}, {status: workflow_cancelled}]"
    )
    await control.put("/scenarios/mine", {"text": text})
    made = await control.post("/executions", {"scenario": "mine", "request": BODY})
    await control.put("/scenarios/mine", {"text": text.replace("1h", "2h")})
    followed = await control.get(f"/executions/{made['id']}/scenario")
    assert (followed["text"], followed["version"]) == (text, made["version"])


async def test_a_scenario_tells_its_ways_its_ends_and_what_picks_it(control: Any) -> None:
    shown = await control.get("/scenarios/waits-for-approval")
    assert (shown["magic"], shown["request"]) == (True, {"workflowId": "wf_waits_for_approval"})
    assert set(shown["ends"]) == {"workflow_succeeded", "workflow_failed"}
    ways = [way for step in shown["steps"] for way in step["next"]]
    assert {way["signal"] for way in ways} == {None, "approve", "reject"}
    assert all(way["to"] in [step["name"] for step in shown["steps"]] for way in ways)


async def test_the_clock_goes_to_the_next_change_of_any_execution(control: Any) -> None:
    name = await control.create("wf_waits_for_approval")
    await control.advance("500ms")
    await control.create("wf_free_happy_path")
    due = [one["nextAt"] for one in (await control.get("/executions"))["executions"]]
    clock = await control.post("/clock/advance", {"next": "change"})
    assert clock["now"] == min(due)
    await control.advance("1000h")
    assert name
    error = await control.refused(409, "POST", "/clock/advance", {"next": "change"})
    assert error["message"] == "Time alone moves no execution of the sandbox"


async def test_a_list_comes_without_histories_where_that_is_asked_for(control: Any) -> None:
    await control.create("wf_free_happy_path")
    (whole,) = (await control.get("/executions"))["executions"]
    (short,) = (await control.get("/executions?history=false"))["executions"]
    history = whole.pop("history")
    assert (short, len(history)) == (whole, 1)


async def test_a_list_without_histories_stands_as_the_one_with_them_whatever_was_done(control: Any) -> None:
    async def stands() -> list[dict[str, Any]]:
        whole, short = [await control.get(f"/executions?history={each}") for each in ("true", "false")]
        for one in whole["executions"]:
            del one["history"]
        assert short == whole
        return list(short["executions"])

    first = await control.create("wf_waits_for_approval")
    await control.create("wf_free_happy_path")
    seen = [await stands()]
    before = await control.get("/snapshot")
    await control.advance("3s")
    seen.append(await stands())
    await control.post(f"/executions/{first}/signal", {"signal": "approve"})
    seen.append(await stands())
    await control.post(f"/executions/{first}/jump", {"to": "approval"})
    seen.append(await stands())
    assert all(one != other for one, other in pairwise(seen))
    # The clock goes back to where it was.
    await control.put("/snapshot", before)
    assert await stands() == seen[0]
    # The same ids come again, for other executions.
    await control.post("/sandboxes/default/reset")
    await control.create("wf_node_fails")
    (one,) = await stands()
    assert one["workflow"] == "wf_node_fails"


async def test_the_check_of_a_text_tells_mistakes_with_their_places_and_puts_nothing(control: Any) -> None:
    first, last = "{status: workflow_qeued, next: {after: 1s}}", "{status: workflow_cancelled}"
    text = f"scenario: mine\nsteps:\n  - {first}\n  - {last}\n"
    checked = await control.post("/scenario-check", {"text": text})
    (finding,) = checked["findings"]
    assert (finding["line"], finding["column"], finding["advice"]) == (3, 6, False)
    assert "workflow_queued" in finding["message"]
    assert (checked["scenario"], checked["preview"]) == (None, None)
    await control.refused(404, "GET", "/scenarios/mine")


async def test_the_check_of_a_sound_text_plays_it(control: Any) -> None:
    text = (
        "scenario: mine\nsteps: [{status: workflow_queued, next: {after: 2h}}, {status: workflow_cancelled}]"
    )
    checked = await control.post("/scenario-check", {"text": text})
    assert [one for one in checked["findings"] if not one["advice"]] == []
    assert checked["scenario"]["ends"] == ["workflow_cancelled"]
    assert checked["preview"]["ending"]["status"] == "workflow_cancelled"
    entered = [one["offset"] for one in checked["preview"]["timeline"] if "status" in one]
    assert entered == ["0s", "2h"]


@pytest.mark.parametrize("text", ["", "{", "a: [b", "scenario: [x]\nsteps: 3", "\x00"])
async def test_the_check_of_anything_is_an_answer(control: Any, text: str) -> None:
    checked = await control.post("/scenario-check", {"text": text})
    assert checked["findings"]
    assert checked["scenario"] is None


async def test_the_journal_says_which_page_may_not_read_the_answer(controlled: Any) -> None:
    control = await controlled(cors_origins=("http://shop.test",))
    await control.server.get("/v1/executions", headers={"Origin": "http://shop.test"})
    await control.server.get("/v1/executions", headers={"Origin": "http://other.test"})
    asked = {"Origin": "http://other.test", "Access-Control-Request-Method": "POST"}
    await control.server.send("OPTIONS", "/v1/executions", headers=asked)
    refused = [entry["originRefused"] for entry in (await control.get("/journal"))["entries"]]
    said = "origin 'http://other.test' refused, which no --cors-origin names"
    assert refused == [None, said, said]
